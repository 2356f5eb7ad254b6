/* Written next. */
typedef int lofi_nothing_covariance_measures;

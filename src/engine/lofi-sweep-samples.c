/* Written next. */
typedef int lofi_nothing_sweep_samples;

/* Written next. */
typedef int lofi_nothing_separable_law;

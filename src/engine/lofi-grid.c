/* Written next. */
typedef int lofi_nothing_grid;

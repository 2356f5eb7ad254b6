/* Written next. */
typedef int lofi_nothing_overlap;

/* Written next. */
typedef int lofi_nothing_label_law;

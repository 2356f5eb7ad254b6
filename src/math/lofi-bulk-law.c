/* Written next. */
typedef int lofi_nothing_bulk_law;

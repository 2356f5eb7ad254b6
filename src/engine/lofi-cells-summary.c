/* Written next. */
typedef int lofi_nothing_cells_summary;

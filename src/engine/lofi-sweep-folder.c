/* Written next. */
typedef int lofi_nothing_lofi_sweep_folder;

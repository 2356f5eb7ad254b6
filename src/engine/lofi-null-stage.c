/* Written next. */
typedef int lofi_nothing_null_stage;

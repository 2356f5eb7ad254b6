/* Written next. */
typedef int lofi_nothing_lofi_emergence_shares;

/* Written next. */
typedef int lofi_nothing_figures_scatter;

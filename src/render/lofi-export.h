/* Figures as files: PDF and SVG in points, PNG at a resolution; whole or not at all. */
#pragma once

#include "lofi-figure.h"

/* "8.5cm", "85mm", "3.4in", "245pt" (the default unit), "600px" (96 to the inch) to points; errors (LOFI_ERROR_USAGE) say what is understood. Between 10 pt and
 * 14400 pt. */
gboolean lofi_length_parse (const char *text, double *points, GError **error);

/* The format follows the suffix: .pdf, .svg, .png (at `dpi`, its pHYs set). title becomes PDF metadata; SOURCE_DATE_EPOCH is honoured. */
gboolean lofi_figure_export (LofiFigure *figure, const char *path, double width, double height, double dpi, const LofiStyle *style,
                             const char *title, GError **error);

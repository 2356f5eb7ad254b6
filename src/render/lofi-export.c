/* Figures as files. Everything is drawn into memory first, so that a file appears whole or not at all. */
#include "config.h"
#include "lofi-digits.h"
#include "lofi-export.h"

#include <math.h>
#include <string.h>
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-results-file.h"

/* Cairo's largest image, and a sum that still fits ordinary memory. */
#define SIDE_MAX 32767.0
#define PIXELS_MAX 2.5e8

typedef enum { FORMAT_NONE, FORMAT_PDF, FORMAT_SVG, FORMAT_PNG } Format;

static Format
format_of (const char *path)
{
  static const char *const suffixes[] = { ".pdf", ".svg", ".png" };
  g_autofree char *lower = g_ascii_strdown (path, -1);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (lower, suffixes[i]) && strlen (lower) > strlen (suffixes[i]))
      return FORMAT_PDF + i;
  return FORMAT_NONE;
}

static cairo_status_t
collect (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static gboolean
check_status (cairo_status_t status, const char *path, GError **error)
{
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  return lofi_error_set (error, LOFI_ERROR_COMPUTATION, path, _("try a smaller size or another format"), _("the figure could not be drawn: %s"),
                         cairo_status_to_string (status));
}

/* The date of SOURCE_DATE_EPOCH as PDF metadata wants it, or NULL: cairo then writes the current one. (transfer full) */
static char *
fixed_date (void)
{
  const char *text = g_getenv ("SOURCE_DATE_EPOCH");
  guint64 seconds;
  if (!text || !lofi_digits_to_number (text, 0, G_MAXINT32 * (guint64) 4, &seconds))
    return NULL;
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc ((gint64) seconds);
  return date ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}

static void
set_metadata (cairo_surface_t *pdf, const char *title)
{
  cairo_pdf_surface_restrict_to_version (pdf, CAIRO_PDF_VERSION_1_5);
  if (title && *title)
    cairo_pdf_surface_set_metadata (pdf, CAIRO_PDF_METADATA_TITLE, title);
  cairo_pdf_surface_set_metadata (pdf, CAIRO_PDF_METADATA_CREATOR, "LoFi Explorer " LOFI_VERSION);
  g_autofree char *date = fixed_date ();
  if (date)
    {
      cairo_pdf_surface_set_metadata (pdf, CAIRO_PDF_METADATA_CREATE_DATE, date);
      cairo_pdf_surface_set_metadata (pdf, CAIRO_PDF_METADATA_MOD_DATE, date);
    }
}

static gboolean
renumber (const GMatchInfo *match, GString *out, gpointer data)
{
  GHashTable *numbers = data;
  g_autofree char *before = g_match_info_fetch (match, 1), *kind = g_match_info_fetch (match, 2), *id = g_match_info_fetch (match, 3);
  char *name = g_strconcat (kind, id, NULL);
  gpointer number = NULL;
  if (g_hash_table_lookup_extended (numbers, name, NULL, &number))
    g_free (name);
  else
    {
      number = GUINT_TO_POINTER (g_hash_table_size (numbers));
      g_hash_table_insert (numbers, name, number);
    }
  g_string_append_printf (out, "%s%s%u", before, kind, GPOINTER_TO_UINT (number));
  return FALSE;
}

/* Cairo names parts of an SVG by counters that go on through the life of the process. Renumbered by first appearance, the same figure
 * gives the same bytes. */
static void
renumber_svg (GByteArray *bytes)
{
  g_autoptr (GRegex) names = g_regex_new ("(id=\"|href=\"#|url\\(#)([a-z]+)([0-9]+)(?=[\")])", G_REGEX_OPTIMIZE, 0, NULL);
  g_autoptr (GHashTable) numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *text = g_regex_replace_eval (names, (const char *) bytes->data, bytes->len, 0, 0, renumber, numbers, NULL);
  if (!text)
    return;
  g_byte_array_set_size (bytes, 0);
  g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text));
}

static gboolean
draw_vector (LofiFigure *figure, Format format, const char *path, double width, double height, const LofiStyle *style, const char *title,
             GByteArray *bytes, GError **error)
{
  cairo_surface_t *surface = format == FORMAT_PDF ? cairo_pdf_surface_create_for_stream (collect, bytes, width, height)
                                                  : cairo_svg_surface_create_for_stream (collect, bytes, width, height);
  if (format == FORMAT_PDF)
    set_metadata (surface, title);
  else
    cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PT);
  cairo_t *cr = cairo_create (surface);
  lofi_figure_draw (figure, cr, width, height, style);
  cairo_status_t status = cairo_status (cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (format == FORMAT_SVG && status == CAIRO_STATUS_SUCCESS)
    renumber_svg (bytes);
  return check_status (status, path, error);
}

/* Cairo's premultiplied words to the bytes gdk-pixbuf has: R G B, and A if the style has no background. */
static GdkPixbuf *
to_pixbuf (cairo_surface_t *image, gboolean has_alpha)
{
  int width = cairo_image_surface_get_width (image), height = cairo_image_surface_get_height (image);
  GdkPixbuf *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, has_alpha, 8, width, height);
  if (!pixbuf)
    return NULL;
  cairo_surface_flush (image);
  const guchar *from = cairo_image_surface_get_data (image);
  guchar *to = gdk_pixbuf_get_pixels (pixbuf);
  gsize from_stride = (gsize) cairo_image_surface_get_stride (image), to_stride = (gsize) gdk_pixbuf_get_rowstride (pixbuf);
  for (gsize y = 0; y < (gsize) height; y++)
    {
      const guint32 *in = (const guint32 *) (const void *) (from + y * from_stride);
      guchar *out = to + y * to_stride;
      for (int x = 0; x < width; x++)
        {
          guint32 alpha = has_alpha ? in[x] >> 24 : 255;
          for (int shift = 16; shift >= 0; shift -= 8)
            {
              guint32 c = in[x] >> shift & 255;
              *out++ = (guchar) (alpha ? MIN ((c * 255 + alpha / 2) / alpha, 255) : 0);
            }
          if (has_alpha)
            *out++ = (guchar) alpha;
        }
    }
  return pixbuf;
}

static gboolean
check_resolution (double width, double height, double dpi, const char *path, GError **error)
{
  if (!(dpi >= 10 && dpi <= 4800))
    return lofi_error_set (error, LOFI_ERROR_USAGE, path, _("choose a resolution between 10 and 4800 dots per inch"),
                           _("%g dots per inch cannot be drawn"), dpi);
  double across = round (width * dpi / 72), down = round (height * dpi / 72);
  if (!(across >= 1 && down >= 1 && across <= SIDE_MAX && down <= SIDE_MAX && across * down <= PIXELS_MAX))
    return lofi_error_set (error, LOFI_ERROR_USAGE, path, _("choose a smaller size or resolution, or PDF"),
                           _("%.0f x %.0f pixels are too many for an image"), across, down);
  return TRUE;
}

static gboolean
draw_png (LofiFigure *figure, const char *path, double width, double height, double dpi, const LofiStyle *style, GByteArray *bytes,
          GError **error)
{
  if (!check_resolution (width, height, dpi, path, error))
    return FALSE;
  gboolean has_alpha = style->background.alpha < 1;
  int across = (int) lround (width * dpi / 72), down = (int) lround (height * dpi / 72);
  cairo_surface_t *surface = cairo_image_surface_create (has_alpha ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24, across, down);
  cairo_t *cr = cairo_create (surface);
  /* The last pixel row is covered whole, even where the size is not a whole number of pixels. */
  cairo_scale (cr, across / width, down / height);
  lofi_figure_draw (figure, cr, width, height, style);
  cairo_status_t status = cairo_status (cr);
  cairo_destroy (cr);
  g_autoptr (GdkPixbuf) pixbuf = status == CAIRO_STATUS_SUCCESS ? to_pixbuf (surface, has_alpha) : NULL;
  cairo_surface_destroy (surface);
  if (!pixbuf)
    return check_status (status == CAIRO_STATUS_SUCCESS ? CAIRO_STATUS_NO_MEMORY : status, path, error);
  char resolution[32];
  g_snprintf (resolution, sizeof resolution, "%d", (int) lround (dpi));
  g_autofree char *buffer = NULL;
  gsize length = 0;
  if (!gdk_pixbuf_save_to_buffer (pixbuf, &buffer, &length, "png", error, "x-dpi", resolution, "y-dpi", resolution, "tEXt::Software",
                                  "LoFi Explorer " LOFI_VERSION, NULL))
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  g_byte_array_append (bytes, (const guint8 *) buffer, (guint) length);
  return TRUE;
}

gboolean
lofi_figure_export (LofiFigure *figure, const char *path, double width, double height, double dpi, const LofiStyle *style, const char *title,
                    GError **error)
{
  Format format = format_of (path);
  if (format == FORMAT_NONE)
    return lofi_error_set (error, LOFI_ERROR_USAGE, path, _("end the name in .pdf, .svg or .png"), _("this is no format for figures"));
  if (!(width >= 1 && height >= 1 && width <= 14400 && height <= 14400))
    return lofi_error_set (error, LOFI_ERROR_USAGE, path, _("choose sides between 10pt and 14400pt"), _("%g x %g pt is no size for a figure"),
                           width, height);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gboolean drawn = format == FORMAT_PNG ? draw_png (figure, path, width, height, dpi, style, bytes, error)
                                        : draw_vector (figure, format, path, width, height, style, title, bytes, error);
  return drawn && lofi_file_write (path, bytes->data, bytes->len, error);
}

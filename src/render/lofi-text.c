/* Text on figures. */
#include "config.h"
#include "lofi-text-private.h"

#include <math.h>
#include <string.h>

void
lofi_text_init (LofiText *text, const LofiStyle *style)
{
  text->style = style;
  text->context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  /* One user unit is one pixel or one point, never 96 to the inch of something else. */
  pango_cairo_context_set_resolution (text->context, 72);
  cairo_font_options_t *options = cairo_font_options_create ();
  cairo_font_options_set_hint_style (options, style->page ? CAIRO_HINT_STYLE_NONE : CAIRO_HINT_STYLE_SLIGHT);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options (text->context, options);
  cairo_font_options_destroy (options);
  pango_context_set_round_glyph_positions (text->context, !style->page);
  text->layout = pango_layout_new (text->context);
  pango_layout_set_single_paragraph_mode (text->layout, TRUE);
  text->font = pango_font_description_new ();
  pango_font_description_set_family_static (text->font, style->font_family);
}

void
lofi_text_clear (LofiText *text)
{
  g_clear_object (&text->layout);
  g_clear_object (&text->context);
  g_clear_pointer (&text->font, pango_font_description_free);
}

static double
points (const LofiText *text, LofiTextSize size)
{
  switch (size)
    {
    case LOFI_TEXT_SMALL:
      return text->style->small_size;
    case LOFI_TEXT_TITLE:
      return text->style->font_size * 1.08;
    default:
      return text->style->font_size;
    }
}

/* What the superscript at p stands for, or NULL; sets its length. */
static const char *
plain_of_superscript (const char *p, gsize *length)
{
  static const struct { const char *raised, *plain; } pairs[] = {
    { "⁰", "0" }, { "¹", "1" }, { "²", "2" }, { "³", "3" }, { "⁴", "4" }, { "⁵", "5" }, { "⁶", "6" }, { "⁷", "7" }, { "⁸", "8" },
    { "⁹", "9" }, { "⁻", "\xe2\x88\x92" },
  };
  /* All of them begin with one of two bytes; most text has neither. */
  if ((guchar) *p != 0xe2 && (guchar) *p != 0xc2)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (g_str_has_prefix (p, pairs[i].raised))
      {
        *length = strlen (pairs[i].raised);
        return pairs[i].plain;
      }
  return NULL;
}

static void
raise_range (PangoAttrList *attributes, gsize from, gsize to)
{
  PangoAttribute *both[] = { pango_attr_font_scale_new (PANGO_FONT_SCALE_SUPERSCRIPT),
                             pango_attr_baseline_shift_new (PANGO_BASELINE_SHIFT_SUPERSCRIPT) };
  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      both[i]->start_index = from;
      both[i]->end_index = to;
      pango_attr_list_insert (attributes, both[i]);
    }
}

void
lofi_text_set (LofiText *text, LofiTextSize size, const char *string, double room)
{
  PangoAttrList *attributes = pango_attr_list_new ();
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  g_autofree char *valid = g_utf8_make_valid (string ? string : "", -1);
  g_autoptr (GString) plain = g_string_new (NULL);
  gsize raised_from = G_MAXSIZE;
  for (const char *p = valid; *p;)
    {
      gsize length = 1;
      const char *replacement = plain_of_superscript (p, &length);
      if (replacement && raised_from == G_MAXSIZE)
        raised_from = plain->len;
      if (!replacement && raised_from != G_MAXSIZE)
        {
          raise_range (attributes, raised_from, plain->len);
          raised_from = G_MAXSIZE;
        }
      if (replacement)
        g_string_append (plain, replacement);
      else
        g_string_append_c (plain, *p);
      p += length;
    }
  if (raised_from != G_MAXSIZE)
    raise_range (attributes, raised_from, plain->len);

  pango_font_description_set_weight (text->font, size == LOFI_TEXT_TITLE ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_absolute_size (text->font, points (text, size) * PANGO_SCALE);
  pango_layout_set_font_description (text->layout, text->font);
  pango_layout_set_attributes (text->layout, attributes);
  pango_attr_list_unref (attributes);
  pango_layout_set_text (text->layout, plain->str, (int) MIN (plain->len, 4096));
  pango_layout_set_width (text->layout, room > 0 ? (int) ceil (room * PANGO_SCALE) : -1);
  pango_layout_set_ellipsize (text->layout, room > 0 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
}

double
lofi_text_width (LofiText *text)
{
  PangoRectangle logical;
  pango_layout_get_extents (text->layout, NULL, &logical);
  return (double) logical.width / PANGO_SCALE;
}

double
lofi_text_height (LofiText *text)
{
  PangoRectangle logical;
  pango_layout_get_extents (text->layout, NULL, &logical);
  return (double) logical.height / PANGO_SCALE;
}

double
lofi_text_line (LofiText *text, LofiTextSize size)
{
  return ceil (points (text, size) * 1.36);
}

/* The layout at its logical origin. On a pixel grid the baseline sits on a pixel, as hinted glyphs want. */
static void
show (LofiText *text, cairo_t *cr, LofiColor color, double x, double y, gboolean snap)
{
  if (snap)
    {
      double baseline = (double) pango_layout_get_baseline (text->layout) / PANGO_SCALE;
      x = round (x);
      y = round (y + baseline) - baseline;
    }
  cairo_move_to (cr, x, y);
  lofi_color_set (cr, color);
  pango_cairo_show_layout (cr, text->layout);
  cairo_new_path (cr);
}

void
lofi_text_draw (LofiText *text, cairo_t *cr, LofiColor color, double x, double y, double align_x, double align_y)
{
  PangoRectangle logical;
  pango_layout_get_extents (text->layout, NULL, &logical);
  show (text, cr, color, x - (double) (logical.x + logical.width * align_x) / PANGO_SCALE,
        y - (double) logical.height * align_y / PANGO_SCALE, !text->style->page);
}

void
lofi_text_draw_upwards (LofiText *text, cairo_t *cr, LofiColor color, double x, double y)
{
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_rotate (cr, -G_PI / 2);
  show (text, cr, color, -lofi_text_width (text) / 2, -lofi_text_height (text) / 2, FALSE);
  cairo_restore (cr);
}

/* The measured degree spectrum of a layer's kept features. */
#include "config.h"
#include <math.h>
#include <glib/gi18n-lib.h>
#include <pango/pangocairo.h>
#include "lofi-degree.h"
#include "lofi-degrees.h"
#include "lofi-setting.h"
#include "lofi-sketch.h"
#include "lofi-widget.h"

#define FEWEST_COLUMNS 6
#define VISIBLE_SHARE 0.01
#define WRITTEN_SHARE 0.095
#define ROW_HEIGHT 15
#define MARGIN 16

struct _LofiDegrees {
  GtkBox parent_instance;
  LofiSession *session;
  guint layer;
  LofiArray *drawn;
  LofiSetting *setting;
  GtkWidget *button, *sketch;
  GtkLabel *summary;
};

G_DEFINE_FINAL_TYPE (LofiDegrees, lofi_degrees, GTK_TYPE_BOX)

const char *
lofi_degrees_get_summary (LofiDegrees *self)
{
  return gtk_widget_get_visible (GTK_WIDGET (self->summary)) ? gtk_label_get_text (self->summary) : "";
}

GtkWidget *
lofi_degrees_get_button (LofiDegrees *self)
{
  return self->button;
}

static double
share_of (const LofiArray *shares, gsize feature, gsize degree)
{
  return shares->matrix.data[feature * shares->matrix.stride + degree];
}

/* Degrees from 0 to the last that any feature has a visible share of. */
static gsize
columns_of (const LofiArray *shares)
{
  gsize columns = FEWEST_COLUMNS;
  for (gsize k = 0; k < shares->matrix.rows; k++)
    for (gsize m = 0; m < LOFI_DEGREES; m++)
      if (share_of (shares, k, m) >= VISIBLE_SHARE)
        columns = MAX (columns, m + 1);
  return columns;
}

static void
draw_text (cairo_t *cr, PangoLayout *layout, double x, double y, double width, const char *text)
{
  int w, h;
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, &w, &h);
  cairo_move_to (cr, x + (width - w) / 2, y + (ROW_HEIGHT - h) / 2.0);
  pango_cairo_show_layout (cr, layout);
}

/* A row a feature, a column a degree, as dark as its share. */
static void
draw_shares (cairo_t *cr, double width, double height, const LofiStyle *style, gpointer data)
{
  const LofiArray *shares = data;
  gsize columns = columns_of (shares);
  double cell = (width - MARGIN) / columns;
  g_autoptr (PangoLayout) layout = pango_cairo_create_layout (cr);
  g_autoptr (PangoFontDescription) font = pango_font_description_new ();
  pango_font_description_set_family (font, style->font_family);
  pango_font_description_set_absolute_size (font, 10 * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  for (gsize k = 0; k < shares->matrix.rows; k++)
    {
      char text[16];
      double y = k * ROW_HEIGHT;
      g_snprintf (text, sizeof text, "%zu", k + 1);
      lofi_color_set (cr, style->dim_text);
      draw_text (cr, layout, 0, y, MARGIN - 4, text);
      for (gsize m = 0; m < columns; m++)
        {
          double share = CLAMP (share_of (shares, k, m), 0, 1);
          lofi_color_set (cr, lofi_color_mix (style->background, style->series[0], 0.06 + 0.94 * sqrt (share)));
          cairo_rectangle (cr, MARGIN + m * cell + 0.5, y + 0.5, cell - 1, ROW_HEIGHT - 1);
          cairo_fill (cr);
          if (share < WRITTEN_SHARE || cell < 18)
            continue;
          g_snprintf (text, sizeof text, "%.0f", 100 * share);
          lofi_color_set (cr, share > 0.35 ? style->background : style->text);
          draw_text (cr, layout, MARGIN + m * cell, y, cell, text);
        }
    }
  lofi_color_set (cr, style->dim_text);
  for (gsize m = 0; m < columns; m++)
    {
      char text[16];
      g_snprintf (text, sizeof text, "%zu", m);
      draw_text (cr, layout, MARGIN + m * cell, shares->matrix.rows * ROW_HEIGHT, cell, text);
    }
}

/* "Mean of 8 features: degree 1 62 %, degree 2 30 %, ...": what is above a few percent. */
static char *
summarise (const LofiArray *shares)
{
  gsize features = shares->matrix.rows;
  GString *text = g_string_new (NULL);
  g_string_printf (text, g_dngettext (GETTEXT_PACKAGE, "Of %zu feature, in percent:", "Mean of %zu features, in percent:", features), features);
  for (gsize m = 0; m < LOFI_DEGREES; m++)
    {
      double mean = 0;
      for (gsize k = 0; k < features; k++)
        mean += share_of (shares, k, m) / features;
      if (mean >= 0.02)
        g_string_append_printf (text, _(" degree %zu: %.0f;"), m, 100 * mean);
    }
  g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}

static void
on_measure (LofiDegrees *self)
{
  lofi_session_measure_degrees (self->session, self->layer);
}

static void
show_shares (LofiDegrees *self, LofiArray *shares, gboolean faint)
{
  gtk_widget_set_visible (self->sketch, shares != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->summary), shares != NULL);
  gtk_widget_set_opacity (self->sketch, faint ? 0.5 : 1);
  if (shares == self->drawn)
    return;
  if (shares)
    lofi_array_ref (shares);
  g_clear_pointer (&self->drawn, lofi_array_unref);
  self->drawn = shares;
  if (!shares)
    {
      lofi_sketch_set (LOFI_SKETCH (self->sketch), NULL, NULL, NULL);
      return;
    }
  g_autofree char *summary = summarise (shares);
  gtk_label_set_text (self->summary, summary);
  gtk_widget_set_size_request (self->sketch, -1, ((int) shares->matrix.rows + 1) * ROW_HEIGHT);
  lofi_sketch_set (LOFI_SKETCH (self->sketch), draw_shares, lofi_array_ref (shares), (GDestroyNotify) lofi_array_unref);
}

void
lofi_degrees_update (LofiDegrees *self, LofiSession *session, guint layer)
{
  g_return_if_fail (LOFI_IS_DEGREES_VIEW (self));
  LofiShown shown;
  LofiArray *shares = lofi_session_get_degrees (session, layer, &shown);
  gboolean measuring = lofi_session_is_measuring_degrees (session, layer), can = lofi_session_can_measure_degrees (session, layer);
  const LofiExperiment *e = lofi_session_get_asked (session);
  gboolean filters = layer < e->layers->len && lofi_layer_filters (lofi_experiment_layer (e, layer));
  self->session = session;
  self->layer = layer;
  gtk_widget_set_visible (GTK_WIDGET (self), filters);
  gtk_widget_set_sensitive (self->button, can && !measuring && !(shares && shown == LOFI_SHOWN_FRESH));
  gtk_button_set_label (GTK_BUTTON (self->button), measuring ? _("Measuring…") : _("Measure"));
  show_shares (self, shares, shown != LOFI_SHOWN_FRESH);
}

static void
lofi_degrees_dispose (GObject *object)
{
  LofiDegrees *self = LOFI_DEGREES_VIEW (object);
  g_clear_pointer (&self->drawn, lofi_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), LOFI_TYPE_DEGREES);
  G_OBJECT_CLASS (lofi_degrees_parent_class)->dispose (object);
}

static void
lofi_degrees_class_init (LofiDegreesClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_degrees_dispose;
  g_type_ensure (LOFI_TYPE_SETTING);
  g_type_ensure (LOFI_TYPE_SKETCH);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-degrees.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiDegrees, setting);
  gtk_widget_class_bind_template_child (widget_class, LofiDegrees, button);
  gtk_widget_class_bind_template_child (widget_class, LofiDegrees, sketch);
  gtk_widget_class_bind_template_child (widget_class, LofiDegrees, summary);
  gtk_widget_class_bind_template_callback (widget_class, on_measure);
}

static void
lofi_degrees_init (LofiDegrees *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

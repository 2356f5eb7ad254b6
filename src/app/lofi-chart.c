/* A figure on screen. The figure's drawing is recorded once per (figure, size, style); moving the pointer only adds two small
 * nodes on top, so that nothing else is painted again. */
#include "config.h"
#include <adwaita.h>
#include <string.h>
#include "lofi-chart.h"
#include "lofi-stalls.h"
#include "lofi-widget.h"

#define MIN_WIDTH 240
#define MIN_HEIGHT 180
#define NATURAL_HEIGHT 420
#define DIMMED_OPACITY 0.42

struct _LofiChart {
  GtkWidget parent_instance;
  LofiFigure *figure;
  gboolean dimmed;

  GskRenderNode *node;           /* the figure at (width, height) in style */
  int width, height;
  const LofiStyle *style;

  gboolean has_pointer, has_pick;
  double x, y;                   /* of the pointer */
  LofiPick pick;
  PangoLayout *readout;
};

G_DEFINE_FINAL_TYPE (LofiChart, lofi_chart, GTK_TYPE_WIDGET)

enum { PICKED, N_SIGNALS };
static guint signals[N_SIGNALS];

const LofiStyle *
lofi_screen_style (void)
{
  return adw_style_manager_get_dark (adw_style_manager_get_default ()) ? lofi_style_dark () : lofi_style_light ();
}

/* ---- the pointer ---- */

static void
find_pick (LofiChart *self)
{
  LofiPick pick = { .index = -1 };
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  gboolean found = self->has_pointer && self->figure && !self->dimmed && width > 0 && height > 0
                   && lofi_figure_pick (self->figure, width, height, lofi_screen_style (), self->x, self->y, &pick);
  if (!found && !self->has_pick)
    return;
  if (found && (!self->has_pick || strcmp (pick.text, self->pick.text) != 0))
    {
      if (!self->readout)
        self->readout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
      pango_layout_set_text (self->readout, pick.text, -1);
    }
  self->has_pick = found;
  self->pick = pick;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
on_motion (LofiChart *self, double x, double y)
{
  self->has_pointer = TRUE;
  self->x = x;
  self->y = y;
  find_pick (self);
}

static void
on_leave (LofiChart *self)
{
  self->has_pointer = FALSE;
  find_pick (self);
}

static void
on_click (LofiChart *self, int n_press, double x, double y)
{
  on_motion (self, x, y);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (self->has_pick && self->pick.is_direction)
    g_signal_emit (self, signals[PICKED], 0, self->pick.index);
}

const char *
lofi_chart_point_at (LofiChart *self, double x, double y)
{
  on_motion (self, x, y);
  return self->has_pick ? self->pick.text : NULL;
}

/* ---- drawing ---- */

static void
record_figure (LofiChart *self, int width, int height, const LofiStyle *style)
{
  g_clear_pointer (&self->node, gsk_render_node_unref);
  self->width = width;
  self->height = height;
  self->style = style;
  self->node = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, width, height));
  cairo_t *cr = gsk_cairo_node_get_draw_context (self->node);
  lofi_figure_draw (self->figure, cr, width, height, style);
  cairo_destroy (cr);
}

static GdkRGBA
rgba (LofiColor color, double alpha)
{
  return (GdkRGBA) { color.red, color.green, color.blue, color.alpha * alpha };
}

/* The read-out stays inside the widget and beside the pointer, never under it. */
static void
snapshot_readout (LofiChart *self, GtkSnapshot *snapshot, int width, int height, const LofiStyle *style)
{
  int text_width, text_height;
  const int pad_x = 9, pad_y = 5, away = 14;
  pango_layout_get_pixel_size (self->readout, &text_width, &text_height);
  double w = text_width + 2 * pad_x, h = text_height + 2 * pad_y;
  double x = self->x + away + w <= width ? self->x + away : MAX (0, self->x - away - w);
  double y = self->y + away + h <= height ? self->y + away : MAX (0, self->y - away - h);
  GskRoundedRect box;
  gsk_rounded_rect_init_from_rect (&box, &GRAPHENE_RECT_INIT (x, y, w, h), 7);
  GdkRGBA fill = rgba (style->background, 1), edge = rgba (style->text, 0.25), ink = rgba (style->text, 1);
  fill.alpha = 0.96;
  gtk_snapshot_push_rounded_clip (snapshot, &box);
  gtk_snapshot_append_color (snapshot, &fill, &box.bounds);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_append_border (snapshot, &box, (float[4]) { 1, 1, 1, 1 }, (GdkRGBA[4]) { edge, edge, edge, edge });
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x + pad_x, y + pad_y));
  gtk_snapshot_append_layout (snapshot, self->readout, &ink);
  gtk_snapshot_restore (snapshot);
}

static void
lofi_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  LofiChart *self = LOFI_CHART (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  const LofiStyle *style = lofi_screen_style ();
  if (width <= 0 || height <= 0)
    return;
  if (!self->figure)
    {
      GdkRGBA background = rgba (style->background, 1);
      gtk_snapshot_append_color (snapshot, &background, &GRAPHENE_RECT_INIT (0, 0, width, height));
      return;
    }
  gint64 began = g_get_monotonic_time ();
  if (!self->node || self->width != width || self->height != height || self->style != style)
    record_figure (self, width, height, style);
  gtk_snapshot_append_node (snapshot, self->node);
  if (self->dimmed)
    {
      GdkRGBA veil = rgba (style->background, 1);
      veil.alpha = 1 - DIMMED_OPACITY;
      gtk_snapshot_append_color (snapshot, &veil, &GRAPHENE_RECT_INIT (0, 0, width, height));
    }
  if (self->has_pick)
    {
      GdkRGBA glow = rgba (style->highlight, 1);
      GskRoundedRect frame;
      graphene_rect_t area = GRAPHENE_RECT_INIT (self->pick.x, self->pick.y, MAX (2, self->pick.width), MAX (2, self->pick.height));
      gsk_rounded_rect_init_from_rect (&frame, &area, 2);
      gtk_snapshot_append_border (snapshot, &frame, (float[4]) { 1.5, 1.5, 1.5, 1.5 }, (GdkRGBA[4]) { glow, glow, glow, glow });
      snapshot_readout (self, snapshot, width, height, style);
    }
  lofi_stalls_add_draw (g_get_monotonic_time () - began);
}

static GtkSizeRequestMode
lofi_chart_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
lofi_chart_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                    int *minimum_baseline, int *natural_baseline)
{
  LofiChart *self = LOFI_CHART (widget);
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN_WIDTH : MIN_HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 640 : NATURAL_HEIGHT;
  if (orientation == GTK_ORIENTATION_HORIZONTAL || !self->figure)
    return;
  double wish = lofi_figure_height_for_width (self->figure, for_size < 0 ? MIN_WIDTH : for_size, lofi_screen_style ());
  if (wish > 0)
    *minimum = *natural = CLAMP ((int) (wish + 0.999), MIN_HEIGHT, G_MAXINT / 8);
}

static void
lofi_chart_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  find_pick (LOFI_CHART (widget));
}

/* ---- the figure ---- */

void
lofi_chart_set_figure (LofiChart *self, LofiFigure *figure, gboolean dimmed)
{
  g_return_if_fail (LOFI_IS_CHART (self));
  if (figure == self->figure && dimmed == self->dimmed)
    return;
  if (figure != self->figure)
    {
      int width = gtk_widget_get_width (GTK_WIDGET (self));
      const LofiStyle *style = lofi_screen_style ();
      double before = self->figure && width > 0 ? lofi_figure_height_for_width (self->figure, width, style) : 0;
      double after = figure && width > 0 ? lofi_figure_height_for_width (figure, width, style) : 0;
      if (figure)
        lofi_figure_ref (figure);
      g_clear_pointer (&self->figure, lofi_figure_unref);
      self->figure = figure;
      g_clear_pointer (&self->node, gsk_render_node_unref);
      if (before != after)
        gtk_widget_queue_resize (GTK_WIDGET (self));
      lofi_widget_show_name (GTK_WIDGET (self), figure ? lofi_figure_description (figure) : "");
    }
  self->dimmed = dimmed;
  find_pick (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

LofiFigure *
lofi_chart_get_figure (LofiChart *self)
{
  return self->figure;
}

gboolean
lofi_chart_get_dimmed (LofiChart *self)
{
  return self->dimmed;
}

static void
lofi_chart_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  LofiChart *self = LOFI_CHART (widget);
  g_clear_object (&self->readout);
  self->has_pick = FALSE;
  GTK_WIDGET_CLASS (lofi_chart_parent_class)->system_setting_changed (widget, setting);
}

static void
lofi_chart_dispose (GObject *object)
{
  LofiChart *self = LOFI_CHART (object);
  g_clear_pointer (&self->figure, lofi_figure_unref);
  g_clear_pointer (&self->node, gsk_render_node_unref);
  g_clear_object (&self->readout);
  G_OBJECT_CLASS (lofi_chart_parent_class)->dispose (object);
}

static void
lofi_chart_class_init (LofiChartClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_chart_dispose;
  widget_class->snapshot = lofi_chart_snapshot;
  widget_class->measure = lofi_chart_measure;
  widget_class->size_allocate = lofi_chart_size_allocate;
  widget_class->get_request_mode = lofi_chart_get_request_mode;
  widget_class->system_setting_changed = lofi_chart_system_setting_changed;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "chart");
  signals[PICKED] = g_signal_new ("picked", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
lofi_chart_init (LofiChart *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  g_signal_connect_swapped (motion, "enter", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  GtkGesture *click = gtk_gesture_click_new ();
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (on_click), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
}

/* A slider for whole numbers over several powers of ten: the range works on log10, the numbers offered are rounded to what a
 * person would choose. */
#include "config.h"
#include <math.h>
#include "lofi-log-scale.h"

struct _LofiLogScale {
  GtkScale parent_instance;
  gint64 low, high, number;
  gboolean setting;
};

G_DEFINE_FINAL_TYPE (LofiLogScale, lofi_log_scale, GTK_TYPE_SCALE)

enum { CHOSEN, N_SIGNALS };
static guint signals[N_SIGNALS];

/* Steps of 1 up to 100, of 5 up to 500, of 10 up to 1000, of 50 up to 5000, ...; the ends are exact. */
static gint64
round_number (LofiLogScale *self, double value)
{
  if (value >= pow (10, log10 (self->high) - 1e-9))
    return self->high;
  if (value <= pow (10, log10 (self->low) + 1e-9))
    return self->low;
  double power = pow (10, floor (log10 (MAX (value, 1))));
  double unit = MAX (1, value / power >= 5 ? power / 10 : power / 20);
  return CLAMP (llround (round (value / unit) * unit), self->low, self->high);
}

static void
tell_assistants (LofiLogScale *self)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, self->number);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}

static void
lofi_log_scale_value_changed (GtkRange *range)
{
  LofiLogScale *self = LOFI_LOG_SCALE (range);
  if (self->setting)
    return;
  gint64 number = round_number (self, pow (10, gtk_range_get_value (range)));
  if (number == self->number)
    return;
  self->number = number;
  tell_assistants (self);
  g_signal_emit (self, signals[CHOSEN], 0, number);
}

void
lofi_log_scale_set_range (LofiLogScale *self, gint64 low, gint64 high)
{
  g_return_if_fail (LOFI_IS_LOG_SCALE (self) && low >= 1 && low < high);
  if (self->low == low && self->high == high)
    return;
  self->low = low;
  self->high = high;
  self->setting = TRUE;
  gtk_range_set_range (GTK_RANGE (self), log10 (low), log10 (high));
  gtk_scale_clear_marks (GTK_SCALE (self));
  for (double mark = 10; mark < high; mark *= 10)
    if (mark > low)
      {
        g_autofree char *text = g_strdup_printf ("%.0f", mark);
        gtk_scale_add_mark (GTK_SCALE (self), log10 (mark), GTK_POS_BOTTOM, text);
      }
  self->setting = FALSE;
  lofi_log_scale_set_number (self, self->number);
}

void
lofi_log_scale_set_number (LofiLogScale *self, gint64 value)
{
  g_return_if_fail (LOFI_IS_LOG_SCALE (self));
  /* The thumb of a drag under way stays where the hand is. */
  if (value == self->number && round_number (self, pow (10, gtk_range_get_value (GTK_RANGE (self)))) == value)
    return;
  self->number = value;
  self->setting = TRUE;
  gtk_range_set_value (GTK_RANGE (self), log10 (CLAMP (value, self->low, self->high)));
  self->setting = FALSE;
  tell_assistants (self);
}

gint64
lofi_log_scale_get_number (LofiLogScale *self)
{
  return self->number;
}

static void
lofi_log_scale_class_init (LofiLogScaleClass *class)
{
  GTK_RANGE_CLASS (class)->value_changed = lofi_log_scale_value_changed;
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_INT64);
}

static void
lofi_log_scale_init (LofiLogScale *self)
{
  self->low = 1;
  self->high = 10;
  self->number = 1;
  gtk_range_set_adjustment (GTK_RANGE (self), gtk_adjustment_new (0, 0, 1, 0.025, 0.1, 0));
  gtk_scale_set_draw_value (GTK_SCALE (self), FALSE);
  gtk_scale_set_digits (GTK_SCALE (self), -1);
  gtk_range_set_round_digits (GTK_RANGE (self), -1);
}

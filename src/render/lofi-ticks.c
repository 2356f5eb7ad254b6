/* Round numbers along an axis, and numbers as people write them. */
#include "config.h"
#include "lofi-axis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MINUS "\xe2\x88\x92"
#define TICKS_MAX 400
/* View units between minor ticks, at the least. */
#define MINOR_ROOM 5.0

static const char *const superscripts[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };

/* Digits of an integer part in groups of three. */
static void
append_grouped (GString *out, const char *digits, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (i > 0 && (length - i) % 3 == 0)
        g_string_append_c (out, ',');
      g_string_append_c (out, digits[i]);
    }
}

/* Fixed notation, independent of the locale. */
static void
append_fixed (GString *out, double value, int decimals, gboolean strip)
{
  char format[16], buffer[G_ASCII_DTOSTR_BUF_SIZE + 340];
  g_snprintf (format, sizeof format, "%%.%df", CLAMP (decimals, 0, 20));
  g_ascii_formatd (buffer, sizeof buffer, format, fabs (value));
  char *point = strchr (buffer, '.');
  if (point && strip)
    {
      char *end = buffer + strlen (buffer);
      while (end[-1] == '0')
        *--end = '\0';
      if (end[-1] == '.')
        *--end = '\0';
      point = strchr (buffer, '.');
    }
  gboolean is_zero = strspn (buffer, "0.") == strlen (buffer);
  if (value < 0 && !is_zero)
    g_string_append (out, MINUS);
  append_grouped (out, buffer, point ? (gsize) (point - buffer) : strlen (buffer));
  if (point)
    g_string_append (out, point);
}

static void
append_power (GString *out, int exponent)
{
  char digits[16];
  g_snprintf (digits, sizeof digits, "%d", abs (exponent));
  g_string_append (out, exponent < 0 ? "10⁻" : "10");
  for (const char *c = digits; *c; c++)
    g_string_append (out, superscripts[*c - '0']);
}

/* value = mantissa x 10^exponent after rounding to `decimals` decimals of the mantissa. */
static double
split (double value, int decimals, int *exponent)
{
  char format[16], buffer[64];
  g_snprintf (format, sizeof format, "%%.%de", CLAMP (decimals, 0, 16));
  g_ascii_formatd (buffer, sizeof buffer, format, value);
  char *e = strchr (buffer, 'e');
  if (!e)
    return 0;
  *exponent = atoi (e + 1);
  *e = '\0';
  return g_ascii_strtod (buffer, NULL);
}

static void
append_scientific (GString *out, double value, int decimals, gboolean strip)
{
  int exponent = 0;
  double mantissa = split (value, decimals, &exponent);
  if (strip && fabs (mantissa) == 1)
    g_string_append (out, mantissa < 0 ? MINUS : "");
  else
    {
      append_fixed (out, mantissa, decimals, strip);
      g_string_append (out, "×");
    }
  append_power (out, exponent);
}

static void
format (double value, int digits, gboolean strip, char *out, gsize size)
{
  digits = CLAMP (digits, 1, 15);
  g_autoptr (GString) text = g_string_new (NULL);
  int exponent = 0;
  if (isnan (value))
    g_string_append (text, "–");
  else if (isinf (value))
    g_string_append (text, value < 0 ? MINUS "∞" : "∞");
  else if (value == 0)
    g_string_append_c (text, '0');
  else
    {
      double mantissa = split (value, digits - 1, &exponent);
      if (exponent < -3 || exponent >= 5)
        append_scientific (text, value, digits - 1, strip);
      else
        append_fixed (text, mantissa * pow (10, exponent), MAX (digits - 1 - exponent, 0), strip);
    }
  g_strlcpy (out, text->str, size);
}

void
lofi_format_number (double value, int digits, char *out, gsize size)
{
  format (value, digits, TRUE, out, size);
}

void
lofi_format_measure (double value, int digits, char *out, gsize size)
{
  format (value, digits, FALSE, out, size);
}

void
lofi_format_count (guint64 count, char *out, gsize size)
{
  char digits[32];
  g_snprintf (digits, sizeof digits, "%" G_GUINT64_FORMAT, count);
  g_autoptr (GString) text = g_string_new (NULL);
  append_grouped (text, digits, strlen (digits));
  g_strlcpy (out, text->str, size);
}

static void
add_tick (GArray *ticks, double value, const char *label)
{
  if (ticks->len >= TICKS_MAX)
    return;
  LofiTick tick = { value, label != NULL, "" };
  if (label)
    g_strlcpy (tick.label, label, sizeof tick.label);
  g_array_append_val (ticks, tick);
}

static double
round_step (double raw, int *minor)
{
  static const double steps[] = { 1, 2, 2.5, 5, 10 };
  static const int minors[] = { 5, 4, 5, 5, 5 };
  double power = pow (10, floor (log10 (raw)));
  if (!(power > 0))
    power = raw;
  guint i = 0;
  while (i < 4 && steps[i] * power < raw * (1 - 1e-9))
    i++;
  *minor = minors[i];
  return steps[i] * power;
}

/* All labels of a linear axis have the same decimals, except the zero; far from one they are powers, unless that would take more figures.
 * Empty if neither is short enough to tell neighbours apart. */
static void
label_linear (double value, double step, double largest, char *label, gsize size)
{
  int place = (int) floor (log10 (step) + 1e-9);
  /* 2.5 needs one decimal more than 2. */
  double lead = step / pow (10, place);
  int extra = fabs (lead - round (lead)) > 0.01 ? 1 : 0;
  int figures = value == 0 ? 0 : (int) floor (log10 (fabs (value)) + 1e-9) - place + extra;
  g_autoptr (GString) text = g_string_new (NULL);
  if (value == 0)
    g_string_append_c (text, '0');
  else if (place >= -4 && (largest < 1e6 || (figures > 4 && largest < 1e12)))
    append_fixed (text, value, MAX (extra - place, 0), FALSE);
  else if (figures <= 5)
    append_scientific (text, value, MAX (figures, 0), TRUE);
  g_strlcpy (label, text->len < size ? text->str : "", size);
}

static void
linear_ticks (const LofiAxis *axis, double room, GArray *ticks)
{
  double range = axis->high - axis->low, length = MAX (fabs (axis->to - axis->from), 1);
  double largest = MAX (fabs (axis->low), fabs (axis->high));
  int minor;
  double step = round_step (range * MAX (room, 1) / length, &minor);
  if (step / minor * length / range < MINOR_ROOM)
    minor = 1;
  /* Steps below the resolution of doubles around the range would never advance. */
  if (!(step > largest * 1e-13))
    return;
  double small = step / minor, slack = small * 1e-6;
  double first = ceil ((axis->low - slack) / small), last = floor ((axis->high + slack) / small);
  for (double i = first; i <= last && ticks->len < TICKS_MAX; i++)
    {
      if (fmod (i, minor) != 0)
        add_tick (ticks, i * small, NULL);
      else
        {
          char label[24];
          double value = i / minor * step;
          label_linear (value == 0 ? 0 : value, step, largest, label, sizeof label);
          add_tick (ticks, value == 0 ? 0 : value, *label ? label : NULL);
        }
    }
}

static int
compare_ticks (gconstpointer a, gconstpointer b)
{
  const LofiTick *p = a, *q = b;
  return (p->value > q->value) - (p->value < q->value);
}

/* Adds a candidate with its label (NULL: none) if it is `room` away from every label so far; else as a minor tick if it is not too close
 * to another tick. */
static void
offer_tick (const LofiAxis *axis, double room, GArray *ticks, double value, const char *label)
{
  double slack = 1e-9 * fabs (value);
  if (value < axis->low - slack || value > axis->high + slack)
    return;
  double position = lofi_axis_to_view (axis, value), near_label = G_MAXDOUBLE, near = G_MAXDOUBLE;
  for (guint i = 0; i < ticks->len; i++)
    {
      const LofiTick *tick = &g_array_index (ticks, LofiTick, i);
      double distance = fabs (lofi_axis_to_view (axis, tick->value) - position);
      near = MIN (near, distance);
      if (tick->major)
        near_label = MIN (near_label, distance);
    }
  if (label && near_label >= room)
    add_tick (ticks, value, label);
  else if (near >= 0.6 * MINOR_ROOM)
    add_tick (ticks, value, NULL);
}

static void
offer_number (const LofiAxis *axis, double room, GArray *ticks, double value, gboolean may_label)
{
  char label[24];
  lofi_format_number (value, 3, label, sizeof label);
  offer_tick (axis, room, ticks, value, may_label ? label : NULL);
}

/* Powers of ten first, outermost first so that the ends are named, then fives and twos, then the rest as minor ticks. */
static void
decade_ticks (const LofiAxis *axis, double room, GArray *ticks)
{
  double largest = MAX (fabs (axis->low), fabs (axis->high));
  /* Counts are whole numbers, unless all of them are below one. */
  double smallest = axis->scale == LOFI_SCALE_LOG ? axis->low : axis->scale == LOFI_SCALE_ROOT ? MIN (largest, 1) : axis->linear / 100;
  int top = (int) floor (log10 (largest) + 1e-9), bottom = (int) floor (log10 (smallest) + (axis->scale == LOFI_SCALE_ROOT ? 1e-9 : -1e-9));
  static const int factors[] = { 1, 5, 2, 3, 4, 6, 7, 8, 9 };
  gboolean both = axis->scale == LOFI_SCALE_ASINH, has_zero = both || axis->scale == LOFI_SCALE_ROOT;
  if (has_zero)
    offer_number (axis, room, ticks, 0, TRUE);
  /* With many decades in little room only every second, third, ... is offered, so that the labels are evenly spaced. */
  double decades = MAX (top - bottom, 1), length = fabs (axis->to - axis->from);
  int stride = has_zero ? 1 : (int) MAX (1, ceil (room * decades / MAX (length, 1)));
  for (guint f = 0; f < G_N_ELEMENTS (factors); f++)
    for (int k = top; k >= bottom; k--)
      {
        double value = factors[f] * pow (10, k);
        gboolean may_label = f < 3 && (f > 0 ? stride == 1 : ((k % stride) + stride) % stride == 0);
        offer_number (axis, room, ticks, value, may_label);
        if (both)
          offer_number (axis, room, ticks, -value, may_label);
      }
  g_array_sort (ticks, compare_ticks);
}

static guint
count_labels (const GArray *ticks)
{
  guint n = 0;
  for (guint i = 0; i < ticks->len; i++)
    n += g_array_index (ticks, LofiTick, i).major;
  return n;
}

GArray *
lofi_axis_ticks (const LofiAxis *axis, double room)
{
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (LofiTick));
  if (axis->scale == LOFI_SCALE_LINEAR)
    {
      linear_ticks (axis, room, ticks);
      return ticks;
    }
  decade_ticks (axis, MAX (room, 1), ticks);
  /* Within a decade there may be no power, five or two to name: then round numbers as on a linear axis, where they have room. They
   * are sought on a longer axis, since the scale may crowd them. */
  if (count_labels (ticks) < 2)
    {
      LofiAxis linear = *axis;
      linear.scale = LOFI_SCALE_LINEAR;
      g_autoptr (GArray) round = g_array_new (FALSE, FALSE, sizeof (LofiTick));
      linear_ticks (&linear, room, round);
      g_array_set_size (ticks, 0);
      for (guint i = 0; i < round->len; i++)
        {
          const LofiTick *tick = &g_array_index (round, LofiTick, i);
          if (tick->major)
            offer_tick (axis, room, ticks, tick->value, tick->label);
        }
    }
  return ticks;
}

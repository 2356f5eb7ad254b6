/* Axes, ticks and numbers. */
#include <math.h>
#include <string.h>
#include "lofi-axis.h"
#include "lofi-test.h"

static const LofiScale scales[] = { LOFI_SCALE_LINEAR, LOFI_SCALE_LOG, LOFI_SCALE_ASINH, LOFI_SCALE_ROOT };

/* Ranges that data may have, and some that they should not. */
static const struct { double low, high; } ranges[] = {
  { 0, 1 }, { -0.19, 0.0063 }, { -3, 5 }, { 100, 6400 }, { 300, 800 }, { 12.1, 12.4 }, { 1e-9, 3e-7 }, { -2e-12, 4e-12 }, { 0, 1e9 },
  { 1e6, 1e6 + 3 }, { 5, 5 }, { 0, 0 }, { 3, -2 }, { -1e300, 1e300 }, { -1e308, 1e308 }, { 1e-300, 1e300 }, { NAN, 1 }, { 0, INFINITY },
  { -INFINITY, INFINITY }, { -5, -2 }, { 1e-320, 2e-320 }, { 0, 223 }, { 0, 1 }, { 0, 0.3 },
};

START_TEST (test_round_trip)
{
  for (guint s = 0; s < G_N_ELEMENTS (scales); s++)
    for (guint r = 0; r < G_N_ELEMENTS (ranges); r++)
      for (int flip = 0; flip < 2; flip++)
        {
          LofiAxis axis = lofi_axis (scales[s], ranges[r].low, ranges[r].high, flip ? 500 : 40, flip ? 30 : 940);
          ck_assert (axis.low < axis.high);
          ck_assert (fabs (lofi_axis_to_view (&axis, axis.low) - axis.from) <= 1e-6);
          ck_assert (fabs (lofi_axis_to_view (&axis, axis.high) - axis.to) <= 1e-6);
          double last = axis.from;
          for (int i = 0; i <= 50; i++)
            {
              double position = axis.from + (axis.to - axis.from) * i / 50;
              double value = lofi_axis_from_view (&axis, position);
              ck_assert (isfinite (value));
              ck_assert_msg (fabs (lofi_axis_to_view (&axis, value) - position) <= 1e-4, "scale %d, %g to %g: %g at %g", scales[s], axis.low,
                             axis.high, value, position);
              ck_assert (flip ? position <= last : position >= last);
              last = position;
            }
        }
}
END_TEST

START_TEST (test_monotonic)
{
  LofiAxis axis = lofi_axis_asinh (-0.2, 0.01, 0.002, 0, 1000);
  double last = -1;
  for (int i = 0; i <= 1000; i++)
    {
      double position = lofi_axis_to_view (&axis, -0.2 + 0.21 * i / 1000);
      ck_assert (position > last);
      last = position;
    }
  /* Both halves of the linear part are equally long, and it is nearly linear. */
  double zero = lofi_axis_to_view (&axis, 0);
  ck_assert (fabs ((lofi_axis_to_view (&axis, 0.002) - zero) - (zero - lofi_axis_to_view (&axis, -0.002))) <= 1e-9);
  ck_assert (fabs ((lofi_axis_to_view (&axis, 0.0005) - zero) / (lofi_axis_to_view (&axis, 0.001) - zero) - 0.5) <= 0.02);
}
END_TEST

START_TEST (test_not_finite)
{
  for (guint s = 0; s < G_N_ELEMENTS (scales); s++)
    {
      LofiAxis axis = lofi_axis (scales[s], 1, 10, 0, 100);
      ck_assert (isnan (lofi_axis_to_view (&axis, NAN)));
      ck_assert (lofi_axis_to_view (&axis, INFINITY) > 100);
      ck_assert (lofi_axis_to_view (&axis, -INFINITY) < 0 || scales[s] == LOFI_SCALE_ROOT);
      ck_assert (isfinite (lofi_axis_to_view (&axis, -1e308)));
    }
}
END_TEST

/* Reads a label back: grouping, U+2212 and powers of ten undone. */
static double
read_label (const char *label)
{
  static const char *const raised[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
  g_autoptr (GString) plain = g_string_new (label);
  g_string_replace (plain, ",", "", 0);
  g_string_replace (plain, "−", "-", 0);
  g_string_replace (plain, "×10", "e", 0);
  g_string_replace (plain, "⁻", "-", 0);
  char *power = strstr (plain->str, "10");
  gboolean alone = FALSE;
  for (int i = 0; i < 10; i++)
    {
      alone |= power && g_str_has_prefix (power + 2, raised[i]);
      g_string_replace (plain, raised[i], (const char[]) { (char) ('0' + i), 0 }, 0);
    }
  alone |= strstr (label, "10⁻") && !strstr (label, "×");
  if (alone && !strstr (label, "×"))
    g_string_replace (plain, "10", "1e", 1);
  return g_ascii_strtod (plain->str, NULL);
}

static void
check_ticks (const LofiAxis *axis, double room)
{
  g_autoptr (GArray) ticks = lofi_axis_ticks (axis, room);
  ck_assert_uint_le (ticks->len, 400);
  double last = -INFINITY, last_major = NAN;
  for (guint i = 0; i < ticks->len; i++)
    {
      const LofiTick *tick = &g_array_index (ticks, LofiTick, i);
      ck_assert (tick->value > last);
      last = tick->value;
      double slack = 1e-6 * (axis->high - axis->low);
      ck_assert (tick->value >= axis->low - slack && tick->value <= axis->high + slack);
      ck_assert_int_eq (tick->major, tick->label[0] != '\0');
      ck_assert (g_utf8_validate (tick->label, -1, NULL));
      if (!tick->major)
        continue;
      double position = lofi_axis_to_view (axis, tick->value);
      ck_assert_msg (isnan (last_major) || fabs (position - last_major) >= room - 1e-6, "scale %d, %g to %g, room %g: %s at %g after %g",
                     axis->scale, axis->low, axis->high, room, tick->label, position, last_major);
      last_major = position;
      ck_assert (fabs (read_label (tick->label) - tick->value) <= 1e-6 * fabs (tick->value));
    }
}

START_TEST (test_ticks)
{
  static const double lengths[] = { 3, 60, 300, 1100, 4000 }, rooms[] = { 20, 50, 90 };
  for (guint s = 0; s < G_N_ELEMENTS (scales); s++)
    for (guint r = 0; r < G_N_ELEMENTS (ranges); r++)
      for (guint l = 0; l < G_N_ELEMENTS (lengths); l++)
        for (guint k = 0; k < G_N_ELEMENTS (rooms); k++)
          {
            LofiAxis axis = lofi_axis (scales[s], ranges[r].low, ranges[r].high, 0, lengths[l]);
            check_ticks (&axis, rooms[k]);
          }
}
END_TEST

static gboolean
has_label (const LofiAxis *axis, double room, const char *label)
{
  g_autoptr (GArray) ticks = lofi_axis_ticks (axis, room);
  for (guint i = 0; i < ticks->len; i++)
    if (strcmp (g_array_index (ticks, LofiTick, i).label, label) == 0)
      return TRUE;
  return FALSE;
}

START_TEST (test_tick_values)
{
  LofiAxis linear = lofi_axis (LOFI_SCALE_LINEAR, -1, 1, 0, 400);
  ck_assert (has_label (&linear, 60, "−0.5") && has_label (&linear, 60, "0") && has_label (&linear, 60, "1.0"));
  LofiAxis log = lofi_axis (LOFI_SCALE_LOG, 100, 6400, 0, 800);
  ck_assert (has_label (&log, 50, "100") && has_label (&log, 50, "200") && has_label (&log, 50, "1,000") && has_label (&log, 50, "5,000"));
  LofiAxis narrow = lofi_axis (LOFI_SCALE_LOG, 310, 440, 0, 800);
  ck_assert (has_label (&narrow, 60, "320") && has_label (&narrow, 60, "400"));
  LofiAxis both = lofi_axis_asinh (-0.19, 0.0063, 0.002, 0, 900);
  ck_assert (has_label (&both, 50, "−0.1") && has_label (&both, 50, "0") && has_label (&both, 50, "−0.01") && has_label (&both, 50, "0.005"));
  LofiAxis counts = lofi_axis (LOFI_SCALE_ROOT, 0, 220, 500, 0);
  ck_assert (has_label (&counts, 30, "0") && has_label (&counts, 30, "100") && has_label (&counts, 30, "200"));
  ck_assert (!has_label (&counts, 1, "0.5"));
  LofiAxis tiny = lofi_axis (LOFI_SCALE_LINEAR, -3e-5, 3e-5, 0, 600);
  ck_assert (has_label (&tiny, 60, "−2×10⁻⁵") && has_label (&tiny, 60, "10⁻⁵"));
}
END_TEST

/* At least two labels wherever there is room for some. */
START_TEST (test_ticks_are_enough)
{
  for (guint s = 0; s < G_N_ELEMENTS (scales); s++)
    for (double low = 1; low < 1e6; low *= 1.37)
      for (double ratio = 1.3; ratio < 1e5; ratio *= 1.9)
        {
          LofiAxis axis = lofi_axis (scales[s], low, low * ratio, 0, 800);
          g_autoptr (GArray) ticks = lofi_axis_ticks (&axis, 50);
          guint n = 0;
          for (guint i = 0; i < ticks->len; i++)
            n += g_array_index (ticks, LofiTick, i).major;
          ck_assert_msg (n >= 2, "scale %d, %g to %g: %u labels", scales[s], low, low * ratio, n);
        }
}
END_TEST

static const char *
number (double value, int digits)
{
  static char out[64];
  lofi_format_number (value, digits, out, sizeof out);
  return out;
}

START_TEST (test_numbers)
{
  ck_assert_str_eq (number (0, 3), "0");
  ck_assert_str_eq (number (-0.0, 3), "0");
  ck_assert_str_eq (number (-0.0119, 3), "−0.0119");
  ck_assert_str_eq (number (0.012, 3), "0.012");
  ck_assert_str_eq (number (27.9412, 3), "27.9");
  ck_assert_str_eq (number (1234.5, 5), "1,234.5");
  ck_assert_str_eq (number (99999, 2), "10⁵");
  ck_assert_str_eq (number (1.2e-5, 2), "1.2×10⁻⁵");
  ck_assert_str_eq (number (-6.02e23, 3), "−6.02×10²³");
  ck_assert_str_eq (number (0.00099999, 3), "0.001");
  ck_assert_str_eq (number (99950, 3), "10⁵");
  ck_assert_str_eq (number (99940, 3), "99,900");
  ck_assert_str_eq (number (NAN, 3), "–");
  ck_assert_str_eq (number (-INFINITY, 3), "−∞");
  ck_assert_str_eq (number (1e-320, 2), "10⁻³²⁰");
  char out[64];
  lofi_format_measure (-0.012, 3, out, sizeof out);
  ck_assert_str_eq (out, "−0.0120");
  lofi_format_measure (9.3e-4, 3, out, sizeof out);
  ck_assert_str_eq (out, "9.30×10⁻⁴");
  lofi_format_measure (2, 3, out, sizeof out);
  ck_assert_str_eq (out, "2.00");
  lofi_format_count (0, out, sizeof out);
  ck_assert_str_eq (out, "0");
  lofi_format_count (1234567, out, sizeof out);
  ck_assert_str_eq (out, "1,234,567");
  lofi_format_count (G_MAXUINT64, out, sizeof out);
  ck_assert_str_eq (out, "18,446,744,073,709,551,615");
  /* Never beyond the room given. */
  lofi_format_number (-1.2345e-300, 6, out, 8);
  ck_assert_uint_lt (strlen (out), 8);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("render/axis");
  TCase *tests = tcase_create ("axis");
  tcase_set_timeout (tests, 20);
  tcase_add_test (tests, test_round_trip);
  tcase_add_test (tests, test_monotonic);
  tcase_add_test (tests, test_not_finite);
  tcase_add_test (tests, test_ticks);
  tcase_add_test (tests, test_tick_values);
  tcase_add_test (tests, test_ticks_are_enough);
  tcase_add_test (tests, test_numbers);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}

/* Whole numbers in text. */
#include "lofi-digits.h"
#include "lofi-test.h"

static gboolean
reads_as (const char *text, guint64 wanted)
{
  guint64 number = wanted + 1;
  return lofi_digits_to_number (text, 0, G_MAXUINT64, &number) && number == wanted;
}

START_TEST (test_numbers)
{
  ck_assert (reads_as ("0", 0));
  ck_assert (reads_as ("007", 7));
  ck_assert (reads_as ("18446744073709551615", G_MAXUINT64));
}
END_TEST

START_TEST (test_what_is_none)
{
  static const char *const none[] = { "", " 1", "1 ", "+1", "-1", "1.0", "1e3", "0x10", "١", "18446744073709551616", "99999999999999999999999" };
  guint64 number = 5;
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    ck_assert_msg (!lofi_digits_to_number (none[i], 0, G_MAXUINT64, &number), "“%s”", none[i]);
  ck_assert (!lofi_digits_to_number ("0", 1, 9, &number) && !lofi_digits_to_number ("10", 1, 9, &number));
  ck_assert_uint_eq (number, 5);
  ck_assert (lofi_digits_only ("99999999999999999999999") && !lofi_digits_only ("") && !lofi_digits_only ("1a"));
}
END_TEST

static gpointer
initialise (gpointer places)
{
  for (gsize i = 0; i < 200000; i++)
    if (g_once_init_enter (&((gsize *) places)[i]))
      g_once_init_leave (&((gsize *) places)[i], 1);
  return NULL;
}

/* What GLib's own reader takes for a failure. Every case is a process of its own, so this number is its first. */
START_TEST (test_while_other_threads_initialise)
{
  g_autofree gsize *places = g_new0 (gsize, 200000);
  GThread *threads[2];
  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("initialise", initialise, places);
  g_usleep (300);
  ck_assert (reads_as ("2", 2));
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("digits");
  TCase *tests = tcase_create ("digits");
  tcase_add_test (tests, test_numbers);
  tcase_add_test (tests, test_what_is_none);
  tcase_add_loop_test (tests, test_while_other_threads_initialise, 0, 8);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}

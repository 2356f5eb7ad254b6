/* The frame of every test program that is written with Check: TAP on standard output, exit code by failures.
 *
 * Comparisons that matter are written so that a NaN fails: ck_assert (d <= tolerance), never ck_assert (!(d > tolerance)). */
#pragma once

#include <check.h>
#include <stdlib.h>

static inline int
lofi_test_run (Suite *suite)
{
  SRunner *runner = srunner_create (suite);
  srunner_set_tap (runner, "-");
  srunner_run_all (runner, CK_SILENT);
  int failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* What null lines are made of can be stopped at any look, and looks are close. */
#define _GNU_SOURCE
#include "lofi-test.h"

#include <math.h>
#include "lofi-clock.h"
#include "lofi-permutation.h"
#include "lofi-reference.h"

#define SAMPLES 900

/* What is watched: 0 recurrences, 1 whole spectra, 2 the covariance, 3 inertia. */
static LofiStatus
watched (int kind, const LofiRowSource *source, const LofiMatrix *a, const LofiWatch *watch)
{
  LofiMatrix low = lofi_reference_new (4, 1), high = lofi_reference_new (4, 1);
  LofiDensity trace, mean;
  double square;
  size_t below, above;
  LofiStatus status = LOFI_OK;
  if (kind < 2)
    {
      double weights[SAMPLES];
      for (size_t i = 0; i < SAMPLES; i++)
        weights[i] = i % 3 ? -1.0 : 1.0;
      status = lofi_permuted_extremes (source, weights, true, 11, 0, 4, 1, &low, &high, watch);
    }
  else if (kind == 2)
    {
      status = lofi_covariance_measures (source, 0, &trace, &mean, &square, watch);
      ck_assert (status == LOFI_OK || (!trace.nodes && !mean.nodes));
      lofi_density_clear (&trace);
      lofi_density_clear (&mean);
    }
  else
    status = lofi_count_beyond (a, -0.5, 0.5, &below, &above, watch);
  lofi_matrix_clear (&low);
  lofi_matrix_clear (&high);
  return status;
}

START_TEST (any_look_can_stop_and_looks_are_close)
{
  LofiMatrix a = lofi_reference_normals (400, 400, 50), z = lofi_reference_normals (SAMPLES, _i == 1 ? 120 : 400, 51);
  LofiRowSource source = lofi_row_source_of (&z, 1);
  Clock clock = { .last = now () };
  LofiWatch watch = { .stop = look, .progress = advance, .data = &clock };
  ck_assert_int_eq (watched (_i, &source, &a, &watch), LOFI_OK);
  look (&clock);
  ck_assert_int_gt (clock.looks, 6);
  ck_assert (clock.longest <= 0.2);
  ck_assert (!clock.backwards);
  ck_assert (clock.fraction == 1.0);
  for (int at = 1, last = clock.looks - 1; at <= last; at += 1 + last / 6)
    {
      clock = (Clock) { .stop_at = at, .last = now () };
      ck_assert_int_eq (watched (_i, &source, &a, &watch), LOFI_STOPPED);
      ck_assert_int_eq (clock.looks, at);
    }
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&z);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("null-watch");
  TCase *tcase = tcase_create ("null-watch");
  tcase_set_timeout (tcase, 120);
  tcase_add_loop_test (tcase, any_look_can_stop_and_looks_are_close, 0, 4);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}

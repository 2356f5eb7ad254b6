/* The ends of a spectrum without signal: against the law's own equation followed down to the real axis, against the isotropic law, and against simulations
 * of labels that know nothing of inputs of many covariances and means. */
#include "lofi-spectra.h"

#include <complex.h>
#include "lofi-bulk-law.h"
#include "lofi-separable-law.h"

static const double five_values[5] = { -1.7, -0.6, 0.1, 0.8, 2.0 }, five_shares[5] = { 0.2, 0.25, 0.2, 0.25, 0.1 };
static const double four_values[4] = { 0.1, 0.2, 0.9, 1.4 }, four_shares[4] = { 0.4, 0.3, 0.2, 0.1 };

static const LofiLabelLaw five = { 5, (double *) five_values, (double *) five_shares };
static const LofiLabelLaw four = { 4, (double *) four_values, (double *) four_shares };

static LofiLabelLaw
binary (double mean, bool centred)
{
  LofiLabelLaw law;
  ck_assert_int_eq (lofi_label_law_init_binary (&law, mean, centred), LOFI_OK);
  return law;
}

/* s_j = (1 + j / plateau)^-decay of `count` directions of equal share, ascending. */
static LofiCovarianceLaw
power_law_from (double plateau, double decay, size_t count, double *values, double *shares)
{
  for (size_t j = 0; j < count; j++)
    {
      values[j] = pow (1.0 + (double) (count - 1 - j) / plateau, -decay);
      shares[j] = 1.0 / (double) count;
    }
  return (LofiCovarianceLaw) { .count = count, .values = values, .shares = shares };
}

static LofiCovarianceLaw
power_law (double decay, size_t count, double *values, double *shares)
{
  return power_law_from (1.0, decay, count, values, shares);
}

/* ---- the equation itself ---- */

static double complex
response (const LofiLabelLaw *labels, double complex e, double complex *slope)
{
  double complex g = 0.0;
  *slope = 0.0;
  for (size_t k = 0; k < labels->count; k++)
    {
      double complex r = labels->values[k] / (1.0 + labels->values[k] * e);
      g += labels->shares[k] * r;
      *slope -= labels->shares[k] * r * r;
    }
  return g;
}

/* e at x + i0, by Newton's steps from far above the real axis. */
static double complex
follow_down (const LofiLabelLaw *labels, const LofiCovarianceLaw *covariance, double aspect, double x, double scale)
{
  double complex e = 0.0;
  for (int step = 0; step <= 600; step++)
    {
      double complex z = x + 1e3 * scale * exp (-step / 20.0) * I;
      for (int i = 0; i < 6; i++)
        {
          double complex slope, g = response (labels, e, &slope), sum = 0.0, derivative = 0.0;
          for (size_t j = 0; j < covariance->count; j++)
            {
              double complex r = covariance->values[j] / (g * covariance->values[j] - z);
              sum += covariance->shares[j] * r;
              derivative += covariance->shares[j] * r * r;
            }
          e -= (e - sum / aspect) / (1.0 + derivative * slope / aspect);
        }
    }
  return e;
}

/* Just outside the edges e is real, just inside it is not. At 0 may be a kernel, and the bulk further in. */
static void
check_edges (const LofiLabelLaw *labels, const LofiCovarianceLaw *covariance, double aspect)
{
  double low, high;
  ck_assert_int_eq (lofi_separable_edges (labels, covariance, aspect, &low, &high), LOFI_OK);
  ck_assert (low < high);
  double width = high - low;
  for (int side = 0; side < 2; side++)
    {
      double edge = side ? high : low, out = side ? 1.0 : -1.0, near = 2e-3 * fmax (fabs (edge), 1e-3 * width);
      if (edge == 0.0)
        continue;
      double outside = cimag (follow_down (labels, covariance, aspect, edge + out * near, width));
      double inside = cimag (follow_down (labels, covariance, aspect, edge - out * near, width));
      ck_assert_msg (outside >= -1e-9 && outside <= 1e-4 * inside && inside >= 1e-3, "n / P = %g, edge %g: %g outside, %g inside", aspect, edge, outside, inside);
    }
}

START_TEST (test_edges_are_where_the_density_begins)
{
  double values[200], shares[200];
  const double decays[] = { 0.0, 0.5, 1.0, 1.8 }, aspects[] = { 0.4, 2.0, 9.0 };
  for (size_t i = 0; i < 4; i++)
    for (size_t j = 0; j < 3; j++)
      {
        LofiCovarianceLaw covariance = power_law (decays[i], 40, values, shares);
        LofiLabelLaw raw = binary (-1.0 / 3, false), centred = binary (-1.0 / 3, true), few = binary (0.9, true);
        check_edges (&raw, &covariance, aspects[j]);
        check_edges (&centred, &covariance, aspects[j]);
        check_edges (&few, &covariance, aspects[j]);
        check_edges (&five, &covariance, aspects[j]);
        check_edges (&four, &covariance, aspects[j]);
        lofi_label_law_clear (&raw);
        lofi_label_law_clear (&centred);
        lofi_label_law_clear (&few);
      }
}
END_TEST

static void
check_isotropic (const LofiLabelLaw *labels, double aspect)
{
  double low, high, bulk_low, bulk_high;
  const double variance = 0.37, one = 1.0, thirds[3] = { 0.37, 0.37, 0.37 }, shares[3] = { 0.2, 0.5, 0.3 };
  LofiCovarianceLaw single = { .count = 1, .values = &variance, .shares = &one };
  LofiCovarianceLaw several = { .count = 3, .values = thirds, .shares = shares };
  ck_assert_int_eq (lofi_bulk_edges (labels, aspect, &bulk_low, &bulk_high), LOFI_OK);
  double scale = fmax (fabs (bulk_low), fabs (bulk_high));
  for (int i = 0; i < 2; i++)
    {
      ck_assert_int_eq (lofi_separable_edges (labels, i ? &several : &single, aspect, &low, &high), LOFI_OK);
      ck_assert_msg (fabs (low / variance - bulk_low) <= 1e-6 * scale && fabs (high / variance - bulk_high) <= 1e-6 * scale,
                     "n / d = %g: %g %g, and %g %g", aspect, low / variance, high / variance, bulk_low, bulk_high);
    }
  /* nothing of a mean: the same lines */
  double null_low, null_high;
  ck_assert_int_eq (lofi_null_edges (labels, &several, aspect, &null_low, &null_high), LOFI_OK);
  ck_assert (null_low == low && null_high == high);
}

START_TEST (test_isotropic_covariance_is_the_bulk_law)
{
  const double means[] = { -1.0 + 1e-6, -0.9, -1.0 / 3, 0.0, 0.5, 0.999 };
  double positive = 2.0, negative = -0.3, one = 1.0;
  const LofiLabelLaw above = { 1, &positive, &one }, below = { 1, &negative, &one };
  double zero_or_one[2] = { 0.0, 1.0 }, halves[2] = { 0.5, 0.5 };
  const LofiLabelLaw some = { 2, zero_or_one, halves };
  for (double aspect = 1e-2; aspect < 1e5; aspect *= 2.1)
    {
      for (size_t i = 0; i < sizeof means / sizeof *means; i++)
        for (int centred = 0; centred < 2; centred++)
          {
            LofiLabelLaw labels = binary (means[i], centred);
            check_isotropic (&labels, aspect);
            lofi_label_law_clear (&labels);
          }
      check_isotropic (&five, aspect);
      check_isotropic (&four, aspect);
      check_isotropic (&above, aspect);
      check_isotropic (&below, aspect);
      check_isotropic (&some, aspect);
    }
  LofiLabelLaw balanced = binary (0.0, false);
  check_isotropic (&balanced, 1.0);
  check_isotropic (&above, 1.0);
  lofi_label_law_clear (&balanced);
}
END_TEST

START_TEST (test_a_kernel_keeps_zero_within)
{
  /* t > 0 and n >> P: the lower edge is above 0 as long as every direction has some variance */
  double low, high, with_low, with_high;
  const double values[3] = { 0.5, 1.0, 2.0 }, shares[3] = { 0.5, 0.3, 0.2 };
  const double with[4] = { 0.0, 0.5, 1.0, 2.0 }, their[4] = { 0.5, 0.25, 0.15, 0.1 };
  LofiCovarianceLaw full = { .count = 3, .values = values, .shares = shares }, deficient = { .count = 4, .values = with, .shares = their };
  ck_assert_int_eq (lofi_separable_edges (&four, &full, 100.0, &low, &high), LOFI_OK);
  ck_assert (low > 0.0);
  /* half of the directions are null: the rest is as with half of P, and zeros */
  ck_assert_int_eq (lofi_separable_edges (&four, &deficient, 50.0, &with_low, &with_high), LOFI_OK);
  ck_assert (with_low == 0.0);
  ck_assert (fabs (with_high - high) <= 1e-10 * high);
  ck_assert_int_eq (lofi_separable_edges (&four, &full, 0.5, &low, &high), LOFI_OK);
  ck_assert (low == 0.0 && high > 0.0);
  check_edges (&four, &full, 100.0);
}
END_TEST

/* ---- the mean ---- */

/* 1 + g sum mu2 / (g s - z) at the end of the null spectrum. */
static double
spike_residual (const LofiLabelLaw *labels, const LofiCovarianceLaw *covariance, double aspect, double z)
{
  double complex slope, e = follow_down (labels, covariance, aspect, z, fabs (z)), g = response (labels, e, &slope), sum = 1.0;
  ck_assert (fabs (cimag (e)) <= 1e-6);
  for (size_t j = 0; j < covariance->mean_count; j++)
    sum += g * covariance->mean_squares[j] / (g * covariance->mean_values[j] - z);
  return creal (sum);
}

/* side_low, side_high: whether the mean is expected to stand out there. */
static void
check_spikes (const LofiLabelLaw *labels, const LofiCovarianceLaw *covariance, double aspect, bool side_low, bool side_high)
{
  double low, high, null_low, null_high;
  ck_assert_int_eq (lofi_separable_edges (labels, covariance, aspect, &low, &high), LOFI_OK);
  ck_assert_int_eq (lofi_null_edges (labels, covariance, aspect, &null_low, &null_high), LOFI_OK);
  ck_assert_msg ((null_low < low) == side_low && (null_high > high) == side_high, "n / P = %g: %g .. %g, and with the mean %g .. %g", aspect, low, high,
                 null_low, null_high);
  ck_assert (side_low || null_low == low);
  ck_assert (side_high || null_high == high);
  for (int side = 0; side < 2; side++)
    if (side ? side_high : side_low)
      {
        double z = side ? null_high : null_low;
        ck_assert (fabs (spike_residual (labels, covariance, aspect, z)) <= 1e-6);
        /* and none further out */
        for (double factor = 1.05; factor < 50.0; factor *= 1.6)
          ck_assert (spike_residual (labels, covariance, aspect, z * factor) > 1e-3);
      }
}

START_TEST (test_spikes_of_the_mean)
{
  double values[60], shares[60], squares[60];
  LofiCovarianceLaw covariance = power_law (0.7, 60, values, shares);
  LofiLabelLaw raw = binary (-1.0 / 3, false), centred = binary (-1.0 / 3, true), balanced = binary (0.0, false);
  covariance.mean_count = 60;
  covariance.mean_values = values;
  covariance.mean_squares = squares;
  for (size_t j = 0; j < 60; j++)
    squares[j] = 0.2;
  check_spikes (&raw, &covariance, 3.0, true, true);
  check_spikes (&centred, &covariance, 3.0, true, true);
  check_spikes (&balanced, &covariance, 3.0, true, true);
  check_spikes (&four, &covariance, 3.0, false, true);
  check_spikes (&five, &covariance, 0.3, true, true);
  for (size_t j = 0; j < 60; j++)
    squares[j] = 1e-6;
  check_spikes (&raw, &covariance, 3.0, false, false);
  check_spikes (&centred, &covariance, 3.0, false, false);
  /* along the leading direction alone, and along one that the covariance does not have */
  memset (squares, 0, sizeof squares);
  squares[59] = 4.0;
  check_spikes (&balanced, &covariance, 3.0, true, true);
  const double nowhere = 0.0, square = 4.0;
  covariance.mean_count = 1;
  covariance.mean_values = &nowhere;
  covariance.mean_squares = &square;
  check_spikes (&balanced, &covariance, 3.0, true, true);
  lofi_label_law_clear (&raw);
  lofi_label_law_clear (&centred);
  lofi_label_law_clear (&balanced);
}
END_TEST

/* A mean far larger than everything else: +-|mu| sqrt (E[t^2] tr Sigma / n) with centred labels, E[t] |mu|^2 with the others. */
START_TEST (test_a_large_mean_has_a_limit)
{
  enum { P = 50 };
  double values[P], shares[P], low, high, trace = 0.0;
  LofiCovarianceLaw covariance = power_law (0.3, P, values, shares);
  const double zero = 0.0, square = 1e6;
  covariance.mean_count = 1;
  covariance.mean_values = &zero;
  covariance.mean_squares = &square;
  for (size_t j = 0; j < P; j++)
    trace += values[j];
  for (double mean = -0.5; mean < 0.6; mean += 0.25)
    {
      LofiLabelLaw centred = binary (mean, true), raw = binary (mean, false);
      double pair = sqrt (square * (1.0 - mean * mean) * trace / (4.0 * P));
      ck_assert_int_eq (lofi_null_edges (&centred, &covariance, 4.0, &low, &high), LOFI_OK);
      ck_assert (fabs (high - pair) <= 5e-3 * pair && fabs (low + pair) <= 5e-3 * pair);
      ck_assert_int_eq (lofi_null_edges (&raw, &covariance, 4.0, &low, &high), LOFI_OK);
      if (fabs (mean) > 0.1)
        ck_assert (fabs ((mean > 0.0 ? high : low) - mean * square) <= 1e-3 * fabs (mean) * square);
      lofi_label_law_clear (&centred);
      lofi_label_law_clear (&raw);
    }
}
END_TEST

/* ---- what must not matter, and what is refused ---- */

START_TEST (test_units_and_shares_of_nothing)
{
  double values[30], shares[30], squares[30], low, high;
  LofiCovarianceLaw covariance = power_law (1.0, 30, values, shares);
  for (size_t j = 0; j < 30; j++)
    squares[j] = 0.3 / (double) (30 - j);
  covariance.mean_count = 30;
  covariance.mean_values = values;
  covariance.mean_squares = squares;
  ck_assert_int_eq (lofi_null_edges (&five, &covariance, 2.0, &low, &high), LOFI_OK);

  double large[30], large_squares[30], small[5], mirrored[5], mirrored_shares[5], a, b;
  for (size_t j = 0; j < 30; j++)
    {
      large[j] = 1e150 * values[j];
      large_squares[j] = 1e150 * squares[j];
    }
  for (size_t k = 0; k < 5; k++)
    {
      small[k] = 1e-150 * five_values[k];
      mirrored[k] = -five_values[4 - k];
      mirrored_shares[k] = five_shares[4 - k];
    }
  LofiCovarianceLaw of_large = { 30, large, shares, 30, large, large_squares };
  LofiLabelLaw of_small = { 5, small, (double *) five_shares }, of_mirrored = LAW (mirrored, mirrored_shares);
  ck_assert_int_eq (lofi_null_edges (&of_small, &of_large, 2.0, &a, &b), LOFI_OK);
  ck_assert (fabs (a - low) <= 1e-12 * fabs (low) && fabs (b - high) <= 1e-12 * high);
  ck_assert_int_eq (lofi_null_edges (&of_mirrored, &covariance, 2.0, &a, &b), LOFI_OK);
  ck_assert (fabs (a + high) <= 1e-12 * high && fabs (b + low) <= 1e-12 * fabs (low));

  double padded[7] = { -30.0, -1.7, -0.6, 0.1, 0.8, 2.0, 9.0 }, padded_shares[7] = { 0.0, 0.2, 0.25, 0.2, 0.25, 0.1, 0.0 };
  double more[31], more_shares[31];
  memcpy (more, values, sizeof values);
  memcpy (more_shares, shares, sizeof shares);
  more[30] = 70.0;
  more_shares[30] = 0.0;
  LofiLabelLaw of_padded = LAW (padded, padded_shares);
  LofiCovarianceLaw of_more = { 31, more, more_shares, 30, values, squares };
  ck_assert_int_eq (lofi_null_edges (&of_padded, &of_more, 2.0, &a, &b), LOFI_OK);
  ck_assert (fabs (a - low) <= 1e-12 * fabs (low) && fabs (b - high) <= 1e-12 * high);
}
END_TEST

START_TEST (test_what_is_refused)
{
  const double zero = 0.0, one = 1.0, negative = -1.0, not_a_number = NAN, aspects[] = { 0.0, -2.0, NAN, HUGE_VAL };
  double nothing = 0.0, share = 1.0, low, high;
  LofiLabelLaw labels = binary (0.1, false), vanished = { 1, &nothing, &share }, empty = { 0 };
  LofiCovarianceLaw good = { .count = 1, .values = &one, .shares = &one };
  const LofiCovarianceLaw bad[] = {
    { .count = 1, .values = &zero, .shares = &one }, { .count = 1, .values = &one, .shares = &zero }, { .count = 0 },
    { .count = 1, .values = &negative, .shares = &one }, { .count = 1, .values = &not_a_number, .shares = &one },
    { 1, &one, &one, 1, &one, &negative }, { 1, &one, &one, 1, &not_a_number, &one }, { 1, &one, &one, 1, &one, &not_a_number },
  };
  for (size_t i = 0; i < 4; i++)
    ck_assert_int_eq (lofi_null_edges (&labels, &good, aspects[i], &low, &high), LOFI_BAD_VALUE);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_int_eq (lofi_null_edges (&labels, &bad[i], 2.0, &low, &high), LOFI_BAD_VALUE);
  ck_assert_int_eq (lofi_separable_edges (&vanished, &good, 2.0, &low, &high), LOFI_BAD_VALUE);
  ck_assert_int_eq (lofi_separable_edges (&empty, &good, 2.0, &low, &high), LOFI_BAD_VALUE);
  ck_assert_int_eq (lofi_null_edges (&labels, &good, 2.0, &low, &high), LOFI_OK);
  lofi_label_law_clear (&labels);
}
END_TEST

/* ---- simulations ---- */

#define REPEATS 10

/* The mean extremes of C for shuffled labels, over new shuffles of the same rows. */
static void
shuffled_extremes (const LofiMatrix *z, const double *t, double *low, double *high)
{
  size_t n = z->rows, p = z->cols, *order = calloc (n, sizeof *order);
  double *shuffled = calloc (n, sizeof *shuffled), *values = calloc (p, sizeof *values);
  *low = *high = 0.0;
  for (uint32_t r = 0; r < REPEATS; r++)
    {
      lofi_random_permutation (11, LOFI_PURPOSE_PERMUTATION, r, n, order);
      for (size_t i = 0; i < n; i++)
        shuffled[i] = t[order[i]];
      signed_spectrum (z, shuffled, values);
      *low += values[0] / REPEATS;
      *high += values[p - 1] / REPEATS;
    }
  free (order);
  free (shuffled);
  free (values);
}

/* Of many directions of almost the largest variance the edge is where the extremes stand. Of a single one it is where its fluctuations seldom get:
 * about two standard deviations from their mean. */
START_TEST (test_simulated_power_law)
{
  enum { P = 300, N = 900 };
  double values[P], shares[P], t[N], spectrum[P], law[2], mean[2] = { 0 }, squares[2] = { 0 };
  LofiCovarianceLaw covariance = power_law_from (_i ? 1.0 : 40.0, 1.0, P, values, shares);
  LofiLabelLaw labels = binary (-1.0 / 3, false);
  weights_of_law (&labels, t, N);
  for (uint32_t r = 0; r < REPEATS; r++)
    {
      LofiMatrix z = normals (N, P, 40 + r);
      for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < P; j++)
          z.data[i * P + j] *= sqrt (values[j]);
      signed_spectrum (&z, t, spectrum);
      for (int side = 0; side < 2; side++)
        {
          double extreme = spectrum[side ? P - 1 : 0];
          mean[side] += extreme / REPEATS;
          squares[side] += extreme * extreme / REPEATS;
        }
      lofi_matrix_clear (&z);
    }
  ck_assert_int_eq (lofi_null_edges (&labels, &covariance, (double) N / P, &law[0], &law[1]), LOFI_OK);
  for (int side = 0; side < 2; side++)
    {
      double deviation = sqrt (fmax (squares[side] - mean[side] * mean[side], 0.0)), beyond = (side ? 1.0 : -1.0) * (law[side] - mean[side]);
      if (_i == 0)
        ck_assert_msg (fabs (beyond) <= 0.03 * (law[1] - law[0]), "%g, and the law's %g", mean[side], law[side]);
      else
        ck_assert_msg (beyond >= 0.5 * deviation && beyond <= 4.0 * deviation, "%g +- %g, and the law's %g", mean[side], deviation, law[side]);
    }
  lofi_label_law_clear (&labels);
}
END_TEST

/* Plugs the eigenvalues of the sample's own centred covariance, and the mean along its eigenvectors, into the law. */
static void
null_of_sample (const LofiMatrix *z, const LofiLabelLaw *labels, bool with_mean, double *low, double *high)
{
  size_t n = z->rows, p = z->cols;
  double *ones = calloc (n, sizeof *ones), *mean = calloc (p, sizeof *mean), *values = calloc (p, sizeof *values);
  double *shares = calloc (p, sizeof *shares), *squares = calloc (p, sizeof *squares);
  LofiMatrix covariance = lofi_reference_new (p, p), vectors = lofi_reference_new (p, p);
  LofiOperator op;
  LofiSpectrum spectrum;
  for (size_t i = 0; i < n; i++)
    ones[i] = 1.0;
  ck_assert_int_eq (lofi_operator_init (&op, p), LOFI_OK);
  ck_assert_int_eq (lofi_operator_add (&op, z, ones, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_operator_read (&op, with_mean, &covariance), LOFI_OK);
  ck_assert_int_eq (lofi_operator_means (&op, false, mean, NULL), LOFI_OK);
  lofi_operator_clear (&op);
  ck_assert_int_eq (lofi_spectrum_init (&spectrum, &covariance, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_spectrum_all (&spectrum, &vectors, NULL), LOFI_OK);
  for (size_t j = 0; j < p; j++)
    {
      double along = 0.0;
      for (size_t i = 0; i < p; i++)
        along += mean[i] * vectors.data[i * p + j];
      squares[j] = along * along;
      values[j] = fmax (spectrum.values[j], 0.0);
      shares[j] = 1.0 / (double) p;
    }
  LofiCovarianceLaw law = { p, values, shares, with_mean ? p : 0, values, squares };
  ck_assert_int_eq (lofi_null_edges (labels, &law, (double) n / (double) p, low, high), LOFI_OK);
  lofi_spectrum_clear (&spectrum);
  lofi_matrix_clear (&covariance);
  lofi_matrix_clear (&vectors);
  free (ones);
  free (mean);
  free (values);
  free (shares);
  free (squares);
}

/* relu (x W / sqrt d) / sqrt P: most of its second moment is its mean. */
static LofiMatrix
rectified (size_t n, size_t d, size_t p)
{
  LofiMatrix x = normals (n, d, 90), w = normals (d, p, 91), z = lofi_reference_new (n, p);
  for (size_t i = 0; i < n; i++)
    {
      for (size_t k = 0; k < d; k++)
        for (size_t j = 0; j < p; j++)
          z.data[i * p + j] += x.data[i * d + k] * w.data[k * p + j];
      for (size_t j = 0; j < p; j++)
        z.data[i * p + j] = fmax (z.data[i * p + j], 0.0) / sqrt ((double) (d * p));
    }
  lofi_matrix_clear (&x);
  lofi_matrix_clear (&w);
  return z;
}

START_TEST (test_simulated_mean_of_a_rectified_lift)
{
  LofiMatrix z = rectified (1200, 200, 250);
  double *t = calloc (z.rows, sizeof *t), low, high, law_low, law_high, naive_low, naive_high;
  for (int centred = 0; centred < 2; centred++)
    {
      LofiLabelLaw labels = binary (-1.0 / 3, centred);
      weights_of_law (&labels, t, z.rows);
      shuffled_extremes (&z, t, &low, &high);
      null_of_sample (&z, &labels, true, &law_low, &law_high);
      null_of_sample (&z, &labels, false, &naive_low, &naive_high);
      /* where the mean stands out the law is the mean extreme; where it does not, the bulk's edge */
      ck_assert_msg (fabs (law_low - low) <= 0.1 * fabs (low), "%d: %g, and the law's %g", centred, low, law_low);
      if (centred)
        {
          ck_assert_msg (fabs (law_high - high) <= 0.1 * high, "%g, and the law's %g", high, law_high);
          /* the mean taken for noise would have the line too far out to see anything */
          ck_assert (naive_low < 1.5 * low && naive_high > 1.5 * high);
        }
      else
        ck_assert (law_high >= high - 0.02 * fabs (low) && law_high <= high + 0.02 * fabs (low));
      lofi_label_law_clear (&labels);
    }
  free (t);
  lofi_matrix_clear (&z);
}
END_TEST

static Suite *
separable_suite (void)
{
  Suite *suite = suite_create ("separable law");
  TCase *laws = tcase_create ("laws");
  tcase_set_timeout (laws, 60);
  tcase_add_test (laws, test_edges_are_where_the_density_begins);
  tcase_add_test (laws, test_isotropic_covariance_is_the_bulk_law);
  tcase_add_test (laws, test_a_kernel_keeps_zero_within);
  tcase_add_test (laws, test_spikes_of_the_mean);
  tcase_add_test (laws, test_a_large_mean_has_a_limit);
  tcase_add_test (laws, test_units_and_shares_of_nothing);
  tcase_add_test (laws, test_what_is_refused);
  suite_add_tcase (suite, laws);
  TCase *simulated = tcase_create ("simulated");
  tcase_set_timeout (simulated, 60);
  tcase_add_loop_test (simulated, test_simulated_power_law, 0, 2);
  tcase_add_test (simulated, test_simulated_mean_of_a_rectified_lift);
  suite_add_tcase (suite, simulated);
  return suite;
}

int
main (void)
{
  return lofi_test_run (separable_suite ());
}

/* The bulk of isotropic inputs: against published-to-the-digit numbers of theory, against the cubic, against simulations. */
#include "lofi-spectra.h"

#include <complex.h>

#define DIGITS(places) (0.501 * pow (10.0, -(places)))

typedef struct {
  double aspect, positive, low, high;
  double deviation;                      /* L1 of a simulated histogram of 60 bins */
} EdgeRow;

static const EdgeRow edge_rows[] = {
  { 0.5, 0.5, -4.200, 4.200, 0.015 }, { 0.5, 0.3, -4.882, 3.442, 0.017 },   { 1.0, 0.5, -2.598, 2.598, 0.023 },
  { 2.0, 0.5, -1.665, 1.665, 0.026 }, { 2.0, 1.0 / 3, -2.093, 1.217, 0.018 }, { 4.0, 1.0 / 3, -1.491, 0.700, 0.019 },
  { 10.0, 0.2, -1.307, 0.000, 0.032 },
};
#define EDGE_ROWS (sizeof edge_rows / sizeof *edge_rows)

static const double five_values[5] = { -1.7, -0.6, 0.1, 0.8, 2.0 }, five_shares[5] = { 0.2, 0.25, 0.2, 0.25, 0.1 };

static LofiLabelLaw
five_atoms (void)
{
  return (LofiLabelLaw) { 5, (double *) five_values, (double *) five_shares };
}

static LofiLabelLaw
binary (double mean, bool centred)
{
  LofiLabelLaw law;
  ck_assert_int_eq (lofi_label_law_init_binary (&law, mean, centred), LOFI_OK);
  return law;
}

static LofiBulkLaw
bulk (const LofiLabelLaw *labels, double aspect, size_t points)
{
  LofiBulkLaw law;
  ck_assert_int_eq (lofi_bulk_law_init (&law, labels, aspect, points), LOFI_OK);
  return law;
}

/* A law of T(g) for a normal g: the middles of `count` intervals of equal share. */
static double
normal_quantile (double u)
{
  double low = -40.0, high = 40.0;
  for (int i = 0; i < 80; i++)
    {
      double middle = (low + high) / 2.0;
      *(erfc (-middle * M_SQRT1_2) / 2.0 < u ? &low : &high) = middle;
    }
  return (low + high) / 2.0;
}

/* The mass left of `at`, by trapezoids. */
static double
mass_until (const LofiBulkLaw *law, double at)
{
  double mass = 0.0;
  for (size_t i = 1; i < law->count && law->x[i - 1] < at; i++)
    {
      double width = law->x[i] - law->x[i - 1], part = fmin (at - law->x[i - 1], width);
      double end = law->density[i - 1] + (law->density[i] - law->density[i - 1]) * (width > 0.0 ? part / width : 0.0);
      mass += part * (law->density[i - 1] + end) / 2.0;
    }
  return mass;
}

START_TEST (test_edges_are_the_printed_ones)
{
  const EdgeRow *row = &edge_rows[_i];
  LofiLabelLaw labels = binary (2.0 * row->positive - 1.0, false);
  double low, high;
  ck_assert_int_eq (lofi_bulk_edges (&labels, row->aspect, &low, &high), LOFI_OK);
  ck_assert (fabs (low - row->low) <= DIGITS (3));
  ck_assert (fabs (high - row->high) <= DIGITS (3));
  LofiBulkLaw law = bulk (&labels, row->aspect, 512);
  ck_assert (law.low == low && law.high == high);
  ck_assert (fabs (law.x[0] - low) <= 1e-14 && fabs (law.x[law.count - 1] - high) <= 1e-14);
  ck_assert (fabs (law.atom - fmax (0.0, 1.0 - row->aspect)) <= 1e-12);
  ck_assert_uint_eq (law.count, row->aspect < 1.0 ? 1024 : 512);      /* a gap around the atom */
  lofi_bulk_law_clear (&law);
  lofi_label_law_clear (&labels);
}
END_TEST

/* x_+ = 1/(al u) + u/(1-v) */
START_TEST (test_balanced_edges_have_a_closed_form)
{
  LofiLabelLaw labels = binary (0.0, false);
  for (double aspect = 1e-3; aspect < 2e5; aspect *= 1.7)
    {
      double low, high, v = ((2.0 + aspect) - sqrt (aspect * aspect + 8.0 * aspect)) / (2.0 * (1.0 - aspect)), u = sqrt (v);
      double edge = 1.0 / (aspect * u) + u / (1.0 - v);
      ck_assert_int_eq (lofi_bulk_edges (&labels, aspect, &low, &high), LOFI_OK);
      ck_assert (fabs (high - edge) <= 1e-9 * edge);
      ck_assert (fabs (low + high) <= 1e-13 * edge);
    }
  lofi_label_law_clear (&labels);
}
END_TEST

START_TEST (test_edges_of_many_values)
{
  /* T = tanh (2 g) at n / d = 3 */
  enum { COUNT = 4001 };
  double values[COUNT], shares[COUNT];
  for (size_t k = 0; k < COUNT; k++)
    {
      values[k] = tanh (2.0 * normal_quantile (((double) k + 0.5) / COUNT));
      shares[k] = 1.0 / COUNT;
    }
  LofiLabelLaw fine = LAW (values, shares), coarse;
  double low, high;
  ck_assert_int_eq (lofi_bulk_edges (&fine, 3.0, &low, &high), LOFI_OK);
  ck_assert (fabs (low + 1.069) <= DIGITS (3));
  ck_assert (fabs (high - 1.069) <= DIGITS (3));
  /* so many values become 64 */
  double coarse_low, coarse_high;
  ck_assert_int_eq (lofi_label_law_init (&coarse, values, COUNT), LOFI_OK);
  ck_assert_uint_eq (coarse.count, LOFI_LABEL_ATOMS_MOST);
  ck_assert_int_eq (lofi_bulk_edges (&coarse, 3.0, &coarse_low, &coarse_high), LOFI_OK);
  ck_assert (fabs (coarse_low - low) <= 2e-3);
  ck_assert (fabs (coarse_high - high) <= 2e-3);
  lofi_label_law_clear (&coarse);
}
END_TEST

/* ---- the curve ---- */

static void
check_mass (const LofiLabelLaw *labels, double aspect, double tolerance)
{
  LofiBulkLaw law = bulk (labels, aspect, 512);
  double mass = mass_until (&law, HUGE_VAL);
  ck_assert_msg (fabs (mass + law.atom - 1.0) <= tolerance, "n / d = %g, %zu values, the lowest of share %g: %g and an atom of %g", aspect,
                 labels->count, labels->shares[0], mass, law.atom);
  for (size_t i = 0; i < law.count; i++)
    {
      ck_assert (law.density[i] >= 0.0 && law.density[i] < HUGE_VAL);
      ck_assert (law.x[i] >= law.low - 1e-12 && law.x[i] <= law.high + 1e-12);
      ck_assert (i == 0 || law.x[i] >= law.x[i - 1]);
    }
  lofi_bulk_law_clear (&law);
}

START_TEST (test_mass_is_one_less_the_atom)
{
  const double aspects[] = { 0.02, 0.3, 0.5, 0.9, 0.99, 1.01, 1.3, 2.0, 7.0, 100.0 };
  const double means[] = { -0.999, -0.9, -1.0 / 3, 0.0, 0.2, 0.95 };
  LofiLabelLaw five = five_atoms ();
  for (size_t i = 0; i < sizeof aspects / sizeof *aspects; i++)
    {
      for (size_t j = 0; j < sizeof means / sizeof *means; j++)
        for (int centred = 0; centred < 2; centred++)
          {
            LofiLabelLaw labels = binary (means[j], centred);
            check_mass (&labels, aspects[i], 3e-4);
            lofi_label_law_clear (&labels);
          }
      check_mass (&five, aspects[i], 3e-4);
    }
  /* where the density has a pole at 0, of |x|^(-1/3), or for one sign at the edge, of x^(-1/2) */
  LofiLabelLaw balanced = binary (0.0, false);
  check_mass (&balanced, 1.0, 2e-3);
  lofi_label_law_clear (&balanced);
  double one = 1.0;
  LofiLabelLaw positive = { 1, &one, &one };
  check_mass (&positive, 1.0, 2e-3);
}
END_TEST

/* The density at z by the root in C+ of l^3 + al (b-z) l^2 - (1-al) l + al z, all three found at once. */
static double
density_by_cubic (double mean, double aspect, double z)
{
  double complex roots[3] = { 1.0, 0.4 + 0.9 * I, -0.65 + 0.72 * I };
  double a = aspect * (mean - z), b = -(1.0 - aspect), c = aspect * z, best = 0.0;
  for (int i = 0; i < 500; i++)
    for (int k = 0; k < 3; k++)
      {
        double complex l = roots[k], p = ((l + a) * l + b) * l + c;
        roots[k] -= p / ((l - roots[(k + 1) % 3]) * (l - roots[(k + 2) % 3]));
      }
  for (int k = 0; k < 3; k++)
    best = fmax (best, aspect / M_PI * cimag (roots[k]) / (creal (roots[k]) * creal (roots[k]) + cimag (roots[k]) * cimag (roots[k])));
  return best;
}

START_TEST (test_curve_agrees_with_the_cubic)
{
  for (size_t r = 0; r < EDGE_ROWS; r++)
    {
      double mean = 2.0 * edge_rows[r].positive - 1.0, aspect = edge_rows[r].aspect;
      LofiLabelLaw labels = binary (mean, false);
      LofiBulkLaw law = bulk (&labels, aspect, 64);
      for (size_t i = 0; i < law.count; i++)
        {
          if (i % 64 < 8 || i % 64 > 55)     /* at an edge the cubic has two roots in one, and is no judge */
            continue;
          double cubic = density_by_cubic (mean, aspect, law.x[i]);
          ck_assert_msg (fabs (law.density[i] - cubic) <= 1e-12 * fmax (1.0, cubic), "%g %g at %g: %.16g, by the cubic %.16g", aspect, mean, law.x[i],
                         law.density[i], cubic);
        }
      lofi_bulk_law_clear (&law);
      lofi_label_law_clear (&labels);
    }
}
END_TEST

/* The density at x by following the root of psi (l) = x + i eta down from far above. */
static double
density_by_descent (const LofiLabelLaw *labels, double aspect, double x)
{
  double complex l = aspect * (x + 100.0 * I);
  for (int step = 0; step <= 400; step++)
    {
      double complex z = x + (step < 400 ? 100.0 * exp (-step / 10.0) : 0.0) * I;
      for (int i = 0; i < 20; i++)
        {
          double complex value = l / aspect - z, slope = 1.0 / aspect;
          for (size_t k = 0; k < labels->count; k++)
            {
              double t = labels->values[k], p = labels->shares[k];
              value += p * t * l / (l - t);
              slope -= p * t * t / ((l - t) * (l - t));
            }
          l -= value / slope;
        }
    }
  return aspect / M_PI * cimag (l) / (creal (l) * creal (l) + cimag (l) * cimag (l));
}

START_TEST (test_curve_of_five_values_agrees_with_psi)
{
  LofiLabelLaw labels = five_atoms ();
  const double aspects[] = { 0.15, 1.0, 3.0, 20.0 };
  for (size_t r = 0; r < 4; r++)
    {
      LofiBulkLaw law = bulk (&labels, aspects[r], 32);
      ck_assert_uint_eq (law.count % 32, 0);
      ck_assert (aspects[r] < 1.0 ? law.count > 64 : law.count >= 32);
      for (size_t i = 0; i < law.count; i++)
        if (i % 32 >= 6 && i % 32 <= 25)
          {
            double density = density_by_descent (&labels, aspects[r], law.x[i]);
            ck_assert_msg (fabs (law.density[i] - density) <= 1e-10 * fmax (1.0, density), "%g at %g: %.16g and %.16g", aspects[r], law.x[i],
                           law.density[i], density);
          }
      lofi_bulk_law_clear (&law);
    }
}
END_TEST

/* Weights of one value are Marchenko and Pastur's law. */
START_TEST (test_weights_of_one_sign)
{
  double one = 1.0;
  for (int side = -1; side <= 1; side += 2)
    for (double aspect = 0.05; aspect < 300.0; aspect *= 2.3)
      {
        double value = side * 2.5;
        LofiLabelLaw labels = { 1, &value, &one };
        double inner = 2.5 * pow (1.0 - 1.0 / sqrt (aspect), 2), outer = 2.5 * pow (1.0 + 1.0 / sqrt (aspect), 2);
        LofiBulkLaw law = bulk (&labels, aspect, 512);
        double near = aspect < 1.0 ? 0.0 : inner;        /* the atom is nearer */
        ck_assert (fabs ((side > 0 ? law.low : -law.high) - near) <= 1e-13 * outer);
        ck_assert (fabs ((side > 0 ? law.high : -law.low) - outer) <= 1e-13 * outer);
        ck_assert (fabs (fabs (law.x[side > 0 ? 0 : law.count - 1]) - inner) <= 1e-13 * outer);
        for (size_t i = 1; i + 1 < law.count; i += 17)
          {
            double x = fabs (law.x[i]), density = aspect / (2.0 * M_PI * 2.5) * sqrt (fmax ((outer - x) * (x - inner), 0.0)) / x;
            ck_assert (fabs (law.density[i] - density) <= 1e-6 * fmax (density, 1.0));
          }
        lofi_bulk_law_clear (&law);
      }
}
END_TEST

/* ---- what must not matter ---- */

static void
check_same_edges (const LofiLabelLaw *a, double aspect_a, double factor, const LofiLabelLaw *b, double aspect_b)
{
  double low_a, high_a, low_b, high_b;
  ck_assert_int_eq (lofi_bulk_edges (a, aspect_a, &low_a, &high_a), LOFI_OK);
  ck_assert_int_eq (lofi_bulk_edges (b, aspect_b, &low_b, &high_b), LOFI_OK);
  double scale = fmax (fabs (low_b), fabs (high_b));
  ck_assert (fabs (factor * (factor > 0 ? low_a : high_a) - low_b) <= 1e-12 * scale);
  ck_assert (fabs (factor * (factor > 0 ? high_a : low_a) - high_b) <= 1e-12 * scale);
}

START_TEST (test_units_signs_and_atoms_of_nothing)
{
  LofiLabelLaw five = five_atoms ();
  double values[5], shares[5] = { 0.1, 0.25, 0.2, 0.25, 0.2 };
  for (size_t k = 0; k < 5; k++)
    values[k] = -five_values[4 - k];
  LofiLabelLaw mirrored = LAW (values, shares);
  double large[5], small[5];
  for (size_t k = 0; k < 5; k++)
    {
      large[k] = 1e200 * five_values[k];
      small[k] = 1e-200 * five_values[k];
    }
  LofiLabelLaw of_large = { 5, large, (double *) five_shares }, of_small = { 5, small, (double *) five_shares };
  double with_nothing[7] = { -9.0, -1.7, -0.6, 0.1, 0.8, 2.0, 50.0 }, their_shares[7] = { 0.0, 0.2, 0.25, 0.2, 0.25, 0.1, 0.0 };
  LofiLabelLaw padded = LAW (with_nothing, their_shares);
  /* a third of the samples has weight zero: as if there were a third less, and a smaller mean over them */
  double signs[3] = { -1.0, 0.0, 1.0 }, thirds[3] = { 0.4, 1.0 / 3, 0.6 - 1.0 / 3 };
  LofiLabelLaw with_zeros = LAW (signs, thirds), without = binary ((thirds[2] - thirds[0]) * 1.5, false);
  for (double aspect = 0.1; aspect < 30.0; aspect *= 1.9)
    {
      check_same_edges (&five, aspect, -1.0, &mirrored, aspect);
      check_same_edges (&five, aspect, 1e200, &of_large, aspect);
      check_same_edges (&five, aspect, 1e-200, &of_small, aspect);
      check_same_edges (&five, aspect, 1.0, &padded, aspect);
      check_same_edges (&without, aspect * 2.0 / 3, 2.0 / 3, &with_zeros, aspect);
    }
  lofi_label_law_clear (&without);
}
END_TEST

START_TEST (test_labels_of_almost_one_class)
{
  for (int side = -1; side <= 1; side += 2)
    for (double aspect = 1e-3; aspect < 1e5; aspect *= 7.0)
      {
        LofiLabelLaw labels = binary (side * (1.0 - 1e-7), false);
        double low, high, outer = pow (1.0 + 1.0 / sqrt (aspect), 2);
        ck_assert_int_eq (lofi_bulk_edges (&labels, aspect, &low, &high), LOFI_OK);
        ck_assert (low < high);
        ck_assert (fabs ((side > 0 ? high : -low) - outer) <= 1e-3 * outer);
        LofiBulkLaw law = bulk (&labels, aspect, 128);
        for (size_t i = 0; i < law.count; i++)
          ck_assert (isfinite (law.x[i]) && law.density[i] >= 0.0 && isfinite (law.density[i]));
        lofi_bulk_law_clear (&law);
        lofi_label_law_clear (&labels);
      }
}
END_TEST

START_TEST (test_laws_of_labels)
{
  LofiLabelLaw law;
  double t[6] = { 1.0, -1.0, 1.0, 1.0, 0.5, -1.0 };
  ck_assert_int_eq (lofi_label_law_init (&law, t, 6), LOFI_OK);
  ck_assert_uint_eq (law.count, 3);
  ck_assert (law.values[0] == -1.0 && law.values[1] == 0.5 && law.values[2] == 1.0);
  ck_assert (fabs (law.shares[0] - 2.0 / 6) <= 1e-15 && fabs (law.shares[1] - 1.0 / 6) <= 1e-15 && fabs (law.shares[2] - 0.5) <= 1e-15);
  lofi_label_law_clear (&law);

  /* 65 values: too many by one */
  enum { MANY = 1000 };
  double many[MANY], mean = 0.0, of_law = 0.0, shares = 0.0;
  for (size_t i = 0; i < MANY; i++)
    many[i] = (double) (i * 37 % 65);
  for (size_t i = 0; i < MANY; i++)
    mean += many[i] / MANY;
  ck_assert_int_eq (lofi_label_law_init (&law, many, MANY), LOFI_OK);
  ck_assert_uint_le (law.count, LOFI_LABEL_ATOMS_MOST);
  for (size_t k = 0; k < law.count; k++)
    {
      of_law += law.shares[k] * law.values[k];
      shares += law.shares[k];
      ck_assert (k == 0 || law.values[k] > law.values[k - 1]);
    }
  ck_assert (fabs (of_law - mean) <= 1e-12 * mean);
  ck_assert (fabs (shares - 1.0) <= 1e-12);
  lofi_label_law_clear (&law);

  law = binary (0.2, true);
  ck_assert (fabs (law.values[0] + 1.2) <= 1e-15 && fabs (law.values[1] - 0.8) <= 1e-15);
  ck_assert (fabs (law.shares[0] - 0.4) <= 1e-15 && fabs (law.shares[1] - 0.6) <= 1e-15);
  lofi_label_law_clear (&law);
}
END_TEST

START_TEST (test_what_is_refused)
{
  LofiLabelLaw law;
  double t[2] = { 1.0, NAN }, zero = 0.0, one = 1.0, low, high;
  ck_assert_int_eq (lofi_label_law_init (&law, t, 0), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_label_law_init (&law, t, 2), LOFI_NOT_FINITE);
  ck_assert (law.count == 0 && !law.values && !law.shares);
  ck_assert_int_eq (lofi_label_law_init_binary (&law, 1.0, false), LOFI_BAD_VALUE);
  ck_assert_int_eq (lofi_label_law_init_binary (&law, -1.0, true), LOFI_BAD_VALUE);
  ck_assert_int_eq (lofi_label_law_init_binary (&law, NAN, true), LOFI_BAD_VALUE);
  LofiLabelLaw nothing = { 1, &zero, &one };
  LofiBulkLaw bulk_law;
  ck_assert_int_eq (lofi_bulk_edges (&nothing, 2.0, &low, &high), LOFI_BAD_VALUE);
  ck_assert_int_eq (lofi_bulk_law_init (&bulk_law, &nothing, 2.0, 512), LOFI_BAD_VALUE);
  law = binary (0.0, false);
  const double aspects[] = { 0.0, -1.0, NAN, HUGE_VAL };
  for (size_t i = 0; i < 4; i++)
    {
      LofiPredictedOutlier outlier;
      const double moments[2] = { 0.5, 1.5 };
      ck_assert_int_eq (lofi_bulk_edges (&law, aspects[i], &low, &high), LOFI_BAD_VALUE);
      ck_assert_int_eq (lofi_bulk_law_init (&bulk_law, &law, aspects[i], 512), LOFI_BAD_VALUE);
      ck_assert (!bulk_law.x && !bulk_law.density && bulk_law.count == 0);
      ck_assert_int_eq (lofi_predict_outlier (&law, moments, aspects[i], true, &outlier), LOFI_BAD_VALUE);
      ck_assert_int_eq (lofi_predict_binary_outlier (0.0, 0.5, aspects[i], &outlier), LOFI_BAD_VALUE);
      ck_assert (!outlier.exists);
    }
  ck_assert_int_eq (lofi_bulk_law_init (&bulk_law, &law, 2.0, 3), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_bulk_law_init (&bulk_law, &law, 0.5, SIZE_MAX / 2 + 7), LOFI_NO_MEMORY);
  lofi_label_law_clear (&law);
}
END_TEST

/* ---- simulations ---- */

#define D 300
#define REPEATS 16
#define BINS 60

/* Inputs and labels that know nothing of each other, REPEATS times. Extremes stand inside the edges by at most a few per cent of the spectrum's
 * width at this size; the L1 distance of histograms is of rigid eigenvalues, about one to a bin of uncertainty. */
static void
check_simulated (const LofiLabelLaw *labels, double aspect, double deviation, uint32_t stream)
{
  size_t n = (size_t) (aspect * D + 0.5), atoms = 0;
  double *t = calloc (n, sizeof *t), values[REPEATS * D], low = 0.0, high = 0.0;
  weights_of_law (labels, t, n);
  for (uint32_t r = 0; r < REPEATS; r++)
    {
      LofiMatrix x = normals (n, D, stream + r);
      signed_spectrum (&x, t, values + r * D);
      low += values[r * D] / REPEATS;
      high += values[r * D + D - 1] / REPEATS;
      lofi_matrix_clear (&x);
    }
  LofiBulkLaw law = bulk (labels, aspect, 512);
  double width = law.high - law.low, distance = 0.0, counts[BINS] = { 0 };
  ck_assert_msg (fabs (low - law.low) <= 0.03 * width && fabs (high - law.high) <= 0.03 * width, "%g: %g .. %g, and %g .. %g", aspect, low, high,
                 law.low, law.high);
  for (size_t i = 0; i < REPEATS * D; i++)
    {
      if (fabs (values[i]) < 1e-9 * width && law.atom > 0.0)
        {
          atoms++;
          continue;
        }
      double place = fmin (fmax ((values[i] - law.low) / width * BINS, 0.0), BINS - 1);
      counts[(int) place] += 1.0 / (REPEATS * D);
    }
  ck_assert (fabs ((double) atoms / (REPEATS * D) - law.atom) <= 1e-12);
  double before = 0.0;
  for (int b = 0; b < BINS; b++)
    {
      double until = mass_until (&law, law.low + width * (b + 1) / BINS);
      distance += fabs (counts[b] - (until - before));
      before = until;
    }
  ck_assert_msg (distance <= deviation, "%g: L1 %g", aspect, distance);
  free (t);
  lofi_bulk_law_clear (&law);
}

START_TEST (test_simulated_bulk)
{
  const EdgeRow *row = &edge_rows[_i];
  LofiLabelLaw labels = binary (2.0 * row->positive - 1.0, false);
  check_simulated (&labels, row->aspect, 0.02 + row->deviation, 100 * (uint32_t) _i);
  lofi_label_law_clear (&labels);
}
END_TEST

START_TEST (test_simulated_bulk_of_five_values)
{
  LofiLabelLaw labels = five_atoms ();
  check_simulated (&labels, 3.0, 0.043, 1000);
}
END_TEST

static Suite *
bulk_suite (void)
{
  Suite *suite = suite_create ("bulk law");
  TCase *laws = tcase_create ("laws");
  tcase_set_timeout (laws, 60);
  tcase_add_loop_test (laws, test_edges_are_the_printed_ones, 0, EDGE_ROWS);
  tcase_add_test (laws, test_balanced_edges_have_a_closed_form);
  tcase_add_test (laws, test_edges_of_many_values);
  tcase_add_test (laws, test_mass_is_one_less_the_atom);
  tcase_add_test (laws, test_curve_agrees_with_the_cubic);
  tcase_add_test (laws, test_curve_of_five_values_agrees_with_psi);
  tcase_add_test (laws, test_weights_of_one_sign);
  tcase_add_test (laws, test_units_signs_and_atoms_of_nothing);
  tcase_add_test (laws, test_labels_of_almost_one_class);
  tcase_add_test (laws, test_laws_of_labels);
  tcase_add_test (laws, test_what_is_refused);
  suite_add_tcase (suite, laws);
  TCase *simulated = tcase_create ("simulated");
  tcase_set_timeout (simulated, 60);
  tcase_add_loop_test (simulated, test_simulated_bulk, 0, EDGE_ROWS);
  tcase_add_test (simulated, test_simulated_bulk_of_five_values);
  suite_add_tcase (suite, simulated);
  return suite;
}

int
main (void)
{
  return lofi_test_run (bulk_suite ());
}

/* Eigenvalues that leave the bulk of isotropic inputs: against printed numbers of theory, two forms against each other, and simulations. */
#include "lofi-spectra.h"

/* Half a unit of the last printed digit, and a little for numbers that were computed from others already rounded. */
#define DIGITS(places) (0.6 * pow (10.0, -(places)))

#define CHI_SQUARED_HALF 0.45493642311957283   /* the median of s^2 */

typedef struct {
  double mean, kappa, critical, aspect, value, overlap;
} OutlierRow;

/* kappa of sign (s^2 - c) is 4 sqrt(c) phi (sqrt c). */
static double
kappa_of_square (double c)
{
  return 4.0 * sqrt (c) * exp (-c / 2.0) / sqrt (2.0 * M_PI);
}

static double
mean_of_square (double c)
{
  return 2.0 * erfc (sqrt (c / 2.0)) - 1.0;
}

/* critical 0: not printed. */
static size_t
printed_rows (OutlierRow rows[16])
{
  double b = mean_of_square (1.0), k = kappa_of_square (1.0), median = kappa_of_square (CHI_SQUARED_HALF);
  OutlierRow all[] = {
    { b, k, 0.998, 2.0, 1.251, 0.373 },       { b, k, 0.998, 4.0, 0.899, 0.680 },        { b, k, 0.998, 10.0, 0.712, 0.882 },
    { 0, median, 1.710, 3.0, 1.360, 0.389 },  { 0, median, 1.710, 6.0, 1.083, 0.713 },   { 0, median, 1.710, 10.0, 0.985, 0.840 },
    { -b, -k, 0, 4.0, -0.899, 0.680 },        { 0, 0.637, 2.93, 6.0, 0.940, 0.500 },     { 0, -0.637, 2.93, 6.0, -0.940, 0.500 },
    { 0.0488, 0.587, 0, 6.0, 0.967, 0.409 },  { 0.0488, 0.741, 0, 6.0, 1.053, 0.617 },   { 0, 0.75, 2.18, 40.0, 0.784, 0.953 },
    { 0, 0.25, 16.8, 40.0, 0.353, 0.585 },
  };
  memcpy (rows, all, sizeof all);
  return sizeof all / sizeof *all;
}

static void
binary_moments (double mean, double kappa, double moments[2])
{
  moments[0] = 1.0 - kappa / (1.0 - mean);
  moments[1] = 1.0 + kappa / (1.0 + mean);
}

static LofiPredictedOutlier
closed (double mean, double kappa, double aspect)
{
  LofiPredictedOutlier outlier;
  ck_assert_int_eq (lofi_predict_binary_outlier (mean, kappa, aspect, &outlier), LOFI_OK);
  return outlier;
}

static LofiPredictedOutlier
general (const LofiLabelLaw *labels, const double *moments, double aspect, bool above)
{
  LofiPredictedOutlier outlier;
  ck_assert_int_eq (lofi_predict_outlier (labels, moments, aspect, above, &outlier), LOFI_OK);
  return outlier;
}

static LofiPredictedOutlier
general_binary (double mean, double kappa, double aspect, bool centred)
{
  LofiLabelLaw labels;
  double moments[2];
  binary_moments (mean, kappa, moments);
  ck_assert_int_eq (lofi_label_law_init_binary (&labels, mean, centred), LOFI_OK);
  LofiPredictedOutlier outlier = general (&labels, moments, aspect, kappa > 0.0);
  lofi_label_law_clear (&labels);
  return outlier;
}

START_TEST (test_outliers_are_the_printed_ones)
{
  OutlierRow rows[16];
  size_t count = printed_rows (rows);
  for (size_t i = 0; i < count; i++)
    {
      const OutlierRow *row = &rows[i];
      LofiPredictedOutlier outlier = closed (row->mean, row->kappa, row->aspect);
      ck_assert_msg (outlier.exists && fabs (outlier.value - row->value) <= DIGITS (3) && fabs (outlier.overlap - row->overlap) <= DIGITS (3),
                     "row %zu: at %.4f, overlap %.4f", i, outlier.value, outlier.overlap);
      double digits = row->critical == 16.8 ? DIGITS (1) : row->critical > 2.0 ? DIGITS (2) : DIGITS (3);
      ck_assert_msg (row->critical == 0 || fabs (outlier.critical_aspect - row->critical) <= digits, "row %zu: critical %.4f", i,
                     outlier.critical_aspect);
    }
  /* two transitions of the staircase, and where its overlaps reach one half */
  ck_assert (fabs (closed (0.0, 0.75, 4.5).overlap - 0.5) <= 0.01);
  ck_assert (fabs (closed (0.0, 0.25, 33.0).overlap - 0.5) <= 0.01);
}
END_TEST

static void
check_agreement (double mean, double kappa, double aspect)
{
  LofiPredictedOutlier a = closed (mean, kappa, aspect), b = general_binary (mean, kappa, aspect, false);
  ck_assert (fabs (a.critical_aspect - b.critical_aspect) <= 1e-10 * a.critical_aspect);
  if (fabs (aspect - a.critical_aspect) < 1e-6 * aspect)
    return;
  ck_assert_msg (a.exists == b.exists, "%g %g %g", mean, kappa, aspect);
  ck_assert (a.exists == (aspect > a.critical_aspect));
  ck_assert (fabs (a.value - b.value) <= 1e-10 * fmax (1.0, fabs (a.value)));
  ck_assert (fabs (a.overlap - b.overlap) <= 1e-10);
  ck_assert (a.overlap >= 0.0 && a.overlap < 1.0 && (a.overlap > 0.0) == a.exists);
}

START_TEST (test_the_two_forms_agree)
{
  for (double mean = -0.96; mean < 1.0; mean += 0.16)
    for (double part = -0.95; part < 1.0; part += 0.13)
      {
        /* second moments cannot be negative */
        double kappa = part > 0.0 ? part * (1.0 - mean) : part * (1.0 + mean);
        for (double aspect = 0.05; aspect < 1e4; aspect *= 1.9)
          check_agreement (mean, kappa, aspect);
      }
}
END_TEST

START_TEST (test_the_outlier_leaves_from_the_edge)
{
  for (double mean = -0.6; mean < 0.7; mean += 0.3)
    for (int side = -1; side <= 1; side += 2)
      {
        double low, high, kappa = side * 0.3, critical = closed (mean, kappa, 1.0).critical_aspect;
        LofiLabelLaw labels;
        ck_assert_int_eq (lofi_label_law_init_binary (&labels, mean, false), LOFI_OK);
        LofiPredictedOutlier just = closed (mean, kappa, critical * (1.0 + 1e-5)), not_yet = closed (mean, kappa, critical * (1.0 - 1e-5));
        ck_assert (just.exists && !not_yet.exists && just.overlap < 1e-4);
        ck_assert_int_eq (lofi_bulk_edges (&labels, critical, &low, &high), LOFI_OK);
        double edge = side > 0 ? high : low;
        ck_assert (fabs (just.value - edge) <= 1e-4 && side * (just.value - edge) >= -1e-4);
        ck_assert_int_eq (lofi_bulk_edges (&labels, critical * (1.0 - 1e-5), &low, &high), LOFI_OK);
        ck_assert (not_yet.value == (side > 0 ? high : low));
        lofi_label_law_clear (&labels);
      }
}
END_TEST

/* ---- ranking by magnitude ---- */

/* The n / d above which the outlier is larger in magnitude than both edges of the bulk. HUGE_VAL: never. */
static double
rank_aspect (double mean, double kappa, bool centred)
{
  LofiLabelLaw labels;
  double inside = 0.0, outside = 0.0;
  ck_assert_int_eq (lofi_label_law_init_binary (&labels, mean, centred), LOFI_OK);
  double aspect = 1e7;
  for (int i = 0; i < 400; i++)
    {
      double low, high;
      ck_assert_int_eq (lofi_bulk_edges (&labels, aspect, &low, &high), LOFI_OK);
      LofiPredictedOutlier outlier = general_binary (mean, kappa, aspect, centred);
      bool first = outlier.exists && fabs (outlier.value) > fmax (fabs (low), fabs (high));
      *(first ? &inside : &outside) = aspect;
      if (!(inside > 0.0))
        break;
      aspect = outside > 0.0 ? (inside + outside) / 2.0 : aspect / 1.1;
    }
  lofi_label_law_clear (&labels);
  return inside > 0.0 ? inside : HUGE_VAL;
}

/* Of T = 1 - 1 / E[s^2 | y], the best of all functions of the label. */
static double
best_critical (double mean, double kappa)
{
  double moments[2], values[2], shares[2] = { (1.0 - mean) / 2.0, (1.0 + mean) / 2.0 };
  binary_moments (mean, kappa, moments);
  bool swapped = moments[0] > moments[1];
  for (int k = 0; k < 2; k++)
    values[swapped ? 1 - k : k] = 1.0 - 1.0 / moments[k];
  double share = shares[0], moment = moments[0];
  if (swapped)
    {
      shares[0] = shares[1];
      shares[1] = share;
      moments[0] = moments[1];
      moments[1] = moment;
    }
  LofiLabelLaw labels = LAW (values, shares);
  return general (&labels, moments, 3.0, true).critical_aspect;
}

typedef struct {
  double mean, kappa, raw, centred, best, rank_raw, rank_centred;
} TrapRow;

START_TEST (test_ranking_by_magnitude_is_a_trap)
{
  double b = mean_of_square (1.0), k = kappa_of_square (1.0);
  const TrapRow rows[] = {
    { b, k, 1.00, 1.09, 0.92, 66.1, 1.09 },
    { -1.0 / 3, 0.5, 3.61, 3.92, 3.56, HUGE_VAL, 3.92 },
    { 0.5, -0.4, 4.72, 5.02, 4.69, HUGE_VAL, 5.02 },
    { 1.0 / 3, 0.5, 5.33, 4.37, 3.56, 5.33, 12.6 },
  };
  for (size_t i = 0; i < 4; i++)
    {
      const TrapRow *row = &rows[i];
      ck_assert (fabs (closed (row->mean, row->kappa, 1.0).critical_aspect - row->raw) <= DIGITS (2));
      ck_assert (fabs (general_binary (row->mean, row->kappa, 1.0, true).critical_aspect - row->centred) <= DIGITS (2));
      double best = (1.0 - row->mean * row->mean) / (row->kappa * row->kappa);
      ck_assert (fabs (best - row->best) <= DIGITS (2));
      ck_assert (fabs (best_critical (row->mean, row->kappa) - best) <= 1e-9 * best);
      double raw = rank_aspect (row->mean, row->kappa, false), centred = rank_aspect (row->mean, row->kappa, true);
      ck_assert_msg (raw == row->rank_raw || fabs (raw - row->rank_raw) <= DIGITS (row->rank_raw > 10.0 ? 1 : 2), "row %zu: raw %g", i, raw);
      ck_assert_msg (fabs (centred - row->rank_centred) <= DIGITS (row->rank_centred > 10.0 ? 1 : 2), "row %zu: centred %g", i, centred);
    }
}
END_TEST

/* ---- weights that are functions of s itself ---- */

#define FINE 4000

/* t = f(s) for s in FINE intervals of (0, 9), E[s^2 | t] = s^2; equal values and tails are put together. increasing: f in s^2. */
static void
law_of_function (double (*f) (double), bool increasing, LofiLabelLaw *law, double *moments)
{
  law->count = 0;
  double sum = 0.0;
  for (size_t i = 0; i < FINE; i++)
    {
      double s = 9.0 * ((double) (increasing ? i : FINE - 1 - i) + 0.5) / FINE, t = f (s);
      double share = 18.0 / FINE * exp (-s * s / 2.0) / sqrt (2.0 * M_PI);
      sum += share;
      size_t k = law->count;
      if (k > 0 && !(t > law->values[k - 1]))
        {
          double whole = law->shares[k - 1] + share;
          moments[k - 1] = whole > 0.0 ? (moments[k - 1] * law->shares[k - 1] + s * s * share) / whole : 0.0;
          law->shares[k - 1] = whole;
          continue;
        }
      law->values[k] = t;
      law->shares[k] = share;
      moments[k] = s * s;
      law->count++;
    }
  ck_assert (fabs (sum - 1.0) <= 1e-9);
}

static double clipped (double s) { return fmin (fmax (s * s - 1.0, -1.0), 3.0); }
static double bell (double s) { return exp (-s * s); }

START_TEST (test_outliers_of_functions)
{
  double values[FINE], shares[FINE], moments[FINE];
  LofiLabelLaw law = { 0, values, shares };
  law_of_function (clipped, true, &law, moments);
  LofiPredictedOutlier outlier = general (&law, moments, 4.0, true);
  ck_assert (outlier.exists);
  ck_assert_msg (fabs (outlier.value - 2.105) <= DIGITS (3) && fabs (outlier.overlap - 0.611) <= DIGITS (3), "%.5f %.5f", outlier.value,
                 outlier.overlap);
  /* weights of one sign: the outlier is between the bulk and zero */
  law_of_function (bell, false, &law, moments);
  outlier = general (&law, moments, 8.0, false);
  double low, high;
  ck_assert_int_eq (lofi_bulk_edges (&law, 8.0, &low, &high), LOFI_OK);
  ck_assert (outlier.exists && outlier.value > 0.0 && outlier.value < low);
  ck_assert_msg (fabs (outlier.value - 0.1596) <= DIGITS (4) && fabs (outlier.overlap - 0.859) <= DIGITS (3)
                 && fabs (outlier.critical_aspect - 3.92) <= DIGITS (2), "%.5f %.5f %.4f", outlier.value, outlier.overlap, outlier.critical_aspect);
  ck_assert (!general (&law, moments, 8.0, true).exists);
  /* fewer samples than dimensions, and all weights positive: nothing is below 0 */
  outlier = general (&law, moments, 0.5, false);
  ck_assert (!outlier.exists && outlier.value == 0.0);
}
END_TEST

START_TEST (test_no_signal)
{
  for (double aspect = 0.1; aspect < 1e6; aspect *= 9.0)
    for (double mean = -0.9; mean < 1.0; mean += 0.45)
      {
        LofiPredictedOutlier none = closed (mean, 0.0, aspect);
        ck_assert (!none.exists && none.overlap == 0.0 && none.critical_aspect == HUGE_VAL);
        LofiLabelLaw labels;
        const double moments[2] = { 1.0, 1.0 };
        ck_assert_int_eq (lofi_label_law_init_binary (&labels, mean, false), LOFI_OK);
        for (int above = 0; above < 2; above++)
          {
            none = general (&labels, moments, aspect, above);
            ck_assert (!none.exists && none.overlap == 0.0 && none.critical_aspect == HUGE_VAL);
          }
        /* a signal of the other side */
        const double small[2] = { 1.05, 0.95 };
        ck_assert (!general (&labels, small, aspect, true).exists);
        lofi_label_law_clear (&labels);
      }
  LofiPredictedOutlier refused;
  const double negative[2] = { -0.1, 1.0 };
  double signs[2] = { -1.0, 1.0 }, halves[2] = { 0.5, 0.5 };
  LofiLabelLaw labels = LAW (signs, halves);
  ck_assert_int_eq (lofi_predict_outlier (&labels, negative, 2.0, true, &refused), LOFI_BAD_VALUE);
  ck_assert_int_eq (lofi_predict_binary_outlier (1.0, 0.5, 2.0, &refused), LOFI_BAD_VALUE);
  ck_assert_int_eq (lofi_predict_binary_outlier (0.0, NAN, 2.0, &refused), LOFI_BAD_VALUE);
}
END_TEST

/* ---- simulations ---- */

/* Labels of the first coordinates, and the rest of the inputs noise. */
typedef double (*Target) (const double *x);
static double square (const double *x) { return x[0] * x[0] > 1.0 ? 1.0 : -1.0; }
static double median (const double *x) { return x[0] * x[0] > CHI_SQUARED_HALF ? 1.0 : -1.0; }
static double not_square (const double *x) { return -square (x); }
static double product (const double *x) { return x[0] * x[1] > 0.0 ? 1.0 : -1.0; }
static double odd (const double *x) { return x[0] * (x[0] * x[0] - 3.0) > 0.0 ? 1.0 : -1.0; }
static double clip_target (const double *x) { return clipped (x[0]); }
static double bell_target (const double *x) { return bell (x[0]); }

typedef struct {
  Target target;
  size_t d, repeats;
  double aspect;
  bool above;
  double direction[2];
  double value, overlap;
} Simulation;

/* A mean over repeats and its standard error. */
typedef struct {
  size_t count;
  double sum, squares;
} Measured;

static void
measure (Measured *m, double value)
{
  m->count++;
  m->sum += value;
  m->squares += value * value;
}

static double
mean_of (const Measured *m)
{
  return m->sum / (double) m->count;
}

static double
error_of (const Measured *m)
{
  double n = (double) m->count, mean = mean_of (m);
  return sqrt (fmax (m->squares / n - mean * mean, 0.0) / (n - 1.0));
}

/* Within 3.5 standard errors and what the finite size may do; the repeats must be good enough to say something. */
static void
check_measured (const Measured *m, double expected, double finite_size, double worst)
{
  double tolerance = 3.5 * error_of (m) + finite_size;
  ck_assert_msg (tolerance <= worst, "known to %g only", tolerance);
  ck_assert_msg (fabs (mean_of (m) - expected) <= tolerance, "%g for %g, standard error %g", mean_of (m), expected, error_of (m));
}

/* The extreme eigenvalue of one end, and its eigenvector's squared overlap with the direction. */
static void
simulate (const Simulation *s, uint32_t stream, Measured *value, Measured *overlap)
{
  size_t n = (size_t) (s->aspect * (double) s->d), d = s->d;
  double *t = calloc (n, sizeof *t);
  LofiMatrix vectors = lofi_reference_new (d, d);
  *value = *overlap = (Measured) { 0 };
  for (uint32_t r = 0; r < s->repeats; r++)
    {
      LofiMatrix x = normals (n, d, stream + r);
      for (size_t i = 0; i < n; i++)
        t[i] = s->target (x.data + i * d);
      LofiMatrix c = signed_covariance (&x, t);
      LofiSpectrum spectrum;
      ck_assert_int_eq (lofi_spectrum_init (&spectrum, &c, NULL), LOFI_OK);
      ck_assert_int_eq (lofi_spectrum_all (&spectrum, &vectors, NULL), LOFI_OK);
      size_t k = s->above ? d - 1 : 0;
      double along = s->direction[0] * vectors.data[k] + s->direction[1] * vectors.data[d + k];
      measure (value, spectrum.values[k]);
      measure (overlap, along * along);
      lofi_spectrum_clear (&spectrum);
      lofi_matrix_clear (&c);
      lofi_matrix_clear (&x);
    }
  lofi_matrix_clear (&vectors);
  free (t);
}

static const Simulation simulations[] = {
  { square, 250, 10, 4.0, true, { 1, 0 }, 0.899, 0.680 },
  { square, 250, 10, 10.0, true, { 1, 0 }, 0.712, 0.882 },
  { median, 250, 10, 6.0, true, { 1, 0 }, 1.083, 0.714 },
  { not_square, 250, 10, 4.0, false, { 1, 0 }, -0.899, 0.680 },
  { product, 250, 10, 6.0, true, { M_SQRT1_2, M_SQRT1_2 }, 0.940, 0.500 },
  { product, 250, 10, 6.0, false, { M_SQRT1_2, -M_SQRT1_2 }, -0.940, 0.500 },
  { clip_target, 250, 10, 4.0, true, { 1, 0 }, 2.105, 0.611 },
  { bell_target, 250, 10, 8.0, false, { 1, 0 }, 0.1596, 0.859 },
};

START_TEST (test_simulated_outliers)
{
  const Simulation *s = &simulations[_i];
  Measured value, overlap;
  simulate (s, 100 * (uint32_t) _i, &value, &overlap);
  check_measured (&value, s->value, 0.01 * fabs (s->value), 0.1 * fabs (s->value));
  check_measured (&overlap, s->overlap, 0.02, 0.12);
}
END_TEST

START_TEST (test_an_odd_target_shows_nothing)
{
  Simulation s = { odd, 300, 3, 6.0, true, { 1, 0 }, 0, 0 };
  Measured value, overlap;
  double low, high;
  LofiLabelLaw labels;
  ck_assert_int_eq (lofi_label_law_init_binary (&labels, 0.0, false), LOFI_OK);
  ck_assert_int_eq (lofi_bulk_edges (&labels, 6.0, &low, &high), LOFI_OK);
  for (int above = 0; above < 2; above++)
    {
      s.above = above;
      simulate (&s, 5000, &value, &overlap);
      ck_assert (fabs (mean_of (&value) - (above ? high : low)) <= 0.03 * (high - low));
      ck_assert (mean_of (&overlap) <= 0.03);
    }
  lofi_label_law_clear (&labels);
}
END_TEST

/* Products of signs: y = sign (2 chi_1 + chi_2 + chi_3 + chi_4), chi_j of a pair of bits each. */
#define BITS 160
#define WORDS (40 * BITS)

static LofiMatrix
draw_majority (uint32_t stream, double *y)
{
  LofiMatrix x = normals (WORDS, BITS, stream);
  for (size_t i = 0; i < WORDS; i++)
    {
      double *row = x.data + i * BITS;
      for (size_t j = 0; j < BITS; j++)
        row[j] = row[j] < 0.0 ? -1.0 : 1.0;
      y[i] = 2.0 * row[0] * row[1] + row[2] * row[3] + row[4] * row[5] + row[6] * row[7] > 0.0 ? 1.0 : -1.0;
    }
  return x;
}

/* Of one end, where the sums of the pairs are (above) or their differences: the first eigenvalue and the mean of the three after it; what the first
 * eigenvector has along pair 1, and the mean of what the other three have along pairs 2 to 4. */
static void
measure_end (const LofiSpectrum *spectrum, const LofiMatrix *vectors, bool above, Measured measured[4])
{
  double sign = above ? 1.0 : -1.0, heavy = 0.0, light = 0.0, three = 0.0;
  for (size_t k = 0; k < 4; k++)
    {
      size_t place = above ? BITS - 1 - k : k;
      three += k > 0 ? spectrum->values[place] / 3.0 : 0.0;
      for (size_t pair = 0; pair < 4; pair++)
        {
          const double *first = vectors->data + 2 * pair * BITS + place, *second = first + BITS;
          double along = (*first + sign * *second) * M_SQRT1_2;
          heavy += k == 0 && pair == 0 ? along * along : 0.0;
          light += k > 0 && pair > 0 ? along * along / 3.0 : 0.0;
        }
    }
  measure (&measured[0], sign * spectrum->values[above ? BITS - 1 : 0]);
  measure (&measured[1], heavy);
  measure (&measured[2], sign * three);
  measure (&measured[3], light);
}

START_TEST (test_simulated_majority_of_products)
{
  LofiMatrix vectors = lofi_reference_new (BITS, BITS);
  double *y = calloc (WORDS, sizeof *y);
  Measured measured[4] = { 0 };
  for (uint32_t r = 0; r < 6; r++)
    {
      LofiMatrix x = draw_majority (7000 + r, y), c = signed_covariance (&x, y);
      LofiSpectrum spectrum;
      ck_assert_int_eq (lofi_spectrum_init (&spectrum, &c, NULL), LOFI_OK);
      ck_assert_int_eq (lofi_spectrum_all (&spectrum, &vectors, NULL), LOFI_OK);
      measure_end (&spectrum, &vectors, true, measured);
      measure_end (&spectrum, &vectors, false, measured);
      lofi_spectrum_clear (&spectrum);
      lofi_matrix_clear (&c);
      lofi_matrix_clear (&x);
    }
  check_measured (&measured[0], 0.784, 0.008, 0.08);
  check_measured (&measured[1], 0.953, 0.01, 0.05);
  check_measured (&measured[2], 0.353, 0.008, 0.04);
  check_measured (&measured[3], 0.585, 0.02, 0.12);
  lofi_matrix_clear (&vectors);
  free (y);
}
END_TEST

static Suite *
outlier_suite (void)
{
  Suite *suite = suite_create ("bulk outliers");
  TCase *formulas = tcase_create ("formulas");
  tcase_set_timeout (formulas, 60);
  tcase_add_test (formulas, test_outliers_are_the_printed_ones);
  tcase_add_test (formulas, test_the_two_forms_agree);
  tcase_add_test (formulas, test_the_outlier_leaves_from_the_edge);
  tcase_add_test (formulas, test_ranking_by_magnitude_is_a_trap);
  tcase_add_test (formulas, test_outliers_of_functions);
  tcase_add_test (formulas, test_no_signal);
  suite_add_tcase (suite, formulas);
  TCase *simulated = tcase_create ("simulated");
  tcase_set_timeout (simulated, 60);
  tcase_add_loop_test (simulated, test_simulated_outliers, 0, sizeof simulations / sizeof *simulations);
  tcase_add_test (simulated, test_an_odd_target_shows_nothing);
  tcase_add_test (simulated, test_simulated_majority_of_products);
  suite_add_tcase (suite, simulated);
  return suite;
}

int
main (void)
{
  return lofi_test_run (outlier_suite ());
}

#include "lofi-activation.h"
#include "lofi-math-private.h"

#include <math.h>
#include <string.h>

#define NODES 20001
#define REACH 9.0
#define LANES 128           /* values that go through the Hermite recurrence together */

static const char *const names[LOFI_N_ACTIVATIONS] = {
  [LOFI_RELU] = "relu", [LOFI_TANH] = "tanh", [LOFI_ERF] = "erf", [LOFI_SIGMOID] = "sigmoid", [LOFI_GELU] = "gelu",
  [LOFI_SIN] = "sin", [LOFI_SQUARE] = "square", [LOFI_CUBE] = "cube", [LOFI_STEP] = "step", [LOFI_IDENTITY] = "identity"
};

const char *
lofi_activation_name (LofiActivation activation)
{
  return (unsigned) activation < LOFI_N_ACTIVATIONS ? names[activation] : NULL;
}

bool
lofi_activation_from_name (const char *name, LofiActivation *activation)
{
  for (unsigned a = 0; name && a < LOFI_N_ACTIVATIONS; a++)
    if (strcmp (name, names[a]) == 0)
      {
        *activation = (LofiActivation) a;
        return true;
      }
  return false;
}

/* One loop per activation: the branch on the kind stays outside, so that the simple ones vectorise. */
#define FOR_EACH(expression) \
  for (size_t i = 0; i < count; i++) \
    { \
      double t = values[i]; \
      values[i] = (expression); \
    } \
  break

static void
apply_exact (LofiActivation activation, double *values, size_t count)
{
  switch (activation)
    {
    case LOFI_RELU: FOR_EACH (t < 0.0 ? 0.0 : t);    /* this way round a NaN stays one */
    case LOFI_TANH: FOR_EACH (tanh (t));
    case LOFI_ERF: FOR_EACH (erf (t));
    case LOFI_SIGMOID: FOR_EACH (1.0 / (1.0 + exp (-t)));
    case LOFI_GELU: FOR_EACH (0.5 * t * erfc (-M_SQRT1_2 * t));    /* erfc keeps the lower tail's digits */
    case LOFI_SIN: FOR_EACH (sin (t));
    case LOFI_SQUARE: FOR_EACH (t * t);
    case LOFI_CUBE: FOR_EACH (t * t * t);
    case LOFI_STEP: FOR_EACH (t > 0.0 ? 1.0 : 0.0);
    case LOFI_IDENTITY:
    case LOFI_N_ACTIVATIONS:
      break;
    }
}

static inline double
tanh_derivative (double t)
{
  double e = exp (-2.0 * fabs (t));    /* 1 - tanh^2 would cancel for large t */
  return 4.0 * e / ((1.0 + e) * (1.0 + e));
}

static inline double
sigmoid_derivative (double t)
{
  double e = exp (-fabs (t));
  return e / ((1.0 + e) * (1.0 + e));
}

static inline double
gelu_derivative (double t)
{
  double density = 0.5 * M_2_SQRTPI * M_SQRT1_2 * exp (-0.5 * t * t);
  return 0.5 * erfc (-M_SQRT1_2 * t) + (density > 0.0 ? t * density : 0.0);    /* no infinity times zero */
}

static void
derive_exact (LofiActivation activation, double *values, size_t count)
{
  switch (activation)
    {
    case LOFI_RELU: FOR_EACH (t > 0.0 ? 1.0 : 0.0);
    case LOFI_TANH: FOR_EACH (tanh_derivative (t));
    case LOFI_ERF: FOR_EACH (M_2_SQRTPI * exp (-t * t));
    case LOFI_SIGMOID: FOR_EACH (sigmoid_derivative (t));
    case LOFI_GELU: FOR_EACH (gelu_derivative (t));
    case LOFI_SIN: FOR_EACH (cos (t));
    case LOFI_SQUARE: FOR_EACH (2.0 * t);
    case LOFI_CUBE: FOR_EACH (3.0 * t * t);
    case LOFI_STEP: FOR_EACH (isnan (t) ? t : 0.0);
    case LOFI_IDENTITY: FOR_EACH (isnan (t) ? t : 1.0);
    case LOFI_N_ACTIVATIONS:
      break;
    }
}

/* values <- sum_k c[k] he_k(values), k = 0 .. degree, by he_{k+1} = (t he_k - sqrt(k) he_{k-1}) / sqrt(k+1). */
static void
hermite_series (const double *c, int degree, double *values, size_t count)
{
  double before[LANES], now[LANES], sum[LANES];
  for (size_t first = 0; first < count; first += LANES)
    {
      double *t = values + first;
      size_t lanes = lofi_smaller (LANES, count - first);
      for (size_t i = 0; i < lanes; i++)
        {
          before[i] = 0.0;
          now[i] = 1.0;
          sum[i] = c[0];
        }
      for (int k = 0; k < degree; k++)
        {
          double back = sqrt (k), norm = sqrt (k + 1), a = c[k + 1];
          for (size_t i = 0; i < lanes; i++)
            {
              double next = (t[i] * now[i] - back * before[i]) / norm;
              before[i] = now[i];
              now[i] = next;
              sum[i] += a * next;
            }
        }
      memcpy (t, sum, lanes * sizeof (double));
    }
}

/* The coefficients of the activation up to a degree, by the trapezoid rule; its mean square. */
static double
expand (LofiActivation activation, int degree, double *coefficients)
{
  double total = 0.0, squares = 0.0;
  memset (coefficients, 0, (size_t) (degree + 1) * sizeof (double));
  for (int node = 0; node < NODES; node++)
    {
      /* The middle node is exactly zero: the kink of relu and the jump of step are nodes. */
      double t = (node - NODES / 2) * (REACH / (NODES / 2)), weight = exp (-0.5 * t * t), value = t;
      apply_exact (activation, &value, 1);
      total += weight;
      /* Half of a jump lies on either side of its node. */
      squares += weight * (activation == LOFI_STEP && t == 0.0 ? 0.5 : value * value);
      double before = 0.0, now = 1.0;
      for (int k = 0; k <= degree; k++)
        {
          coefficients[k] += weight * value * now;
          double next = (t * now - sqrt (k) * before) / sqrt (k + 1);
          before = now;
          now = next;
        }
    }
  for (int k = 0; k <= degree; k++)
    coefficients[k] /= total;
  return squares / total;
}

int
lofi_activation_least_degree (LofiActivation activation)
{
  return activation == LOFI_SQUARE ? 2 : 1;      /* t^2 = sqrt(2) he_2 + 1; all others have a slope, E[g sigma(g)] */
}

LofiStatus
lofi_sigma_init (LofiSigma *sigma, LofiActivation activation, int degree)
{
  if ((unsigned) activation >= LOFI_N_ACTIVATIONS || degree < 0 || degree > LOFI_DEGREE_MAX)
    return LOFI_BAD_SHAPE;
  *sigma = (LofiSigma) { .activation = activation, .degree = degree };
  if (degree != LOFI_DEGREE_EXACT)
    expand (activation, degree, sigma->coefficients);
  return LOFI_OK;
}

void
lofi_sigma_moments (LofiActivation activation, int degree, double *coefficients, double *mean_square)
{
  double square = expand (activation, degree, coefficients);
  if (mean_square)
    *mean_square = square;
}

void
lofi_sigma_apply (const LofiSigma *sigma, double *values, size_t count)
{
  if (sigma->degree == LOFI_DEGREE_EXACT)
    apply_exact (sigma->activation, values, count);
  else
    hermite_series (sigma->coefficients, sigma->degree, values, count);
}

void
lofi_sigma_derivative (const LofiSigma *sigma, double *values, size_t count)
{
  if (sigma->degree == LOFI_DEGREE_EXACT)
    {
      derive_exact (sigma->activation, values, count);
      return;
    }
  double c[LOFI_DEGREE_MAX];
  for (int k = 0; k < sigma->degree; k++)
    c[k] = sqrt (k + 1) * sigma->coefficients[k + 1];
  hermite_series (c, sigma->degree - 1, values, count);
}

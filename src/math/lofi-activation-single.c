/* The activations in single precision, made of additions, products and quotients alone so that every loop vectorises.
 * The polynomials are near-minimax fits on the intervals named beside them; what they leave is below single precision. */
#include "lofi-single.h"
#include "lofi-math-private.h"
#include "lofi-wide-private.h"

#include <math.h>
#include <stdint.h>

#define LANES 256           /* values taken through several passes together */
#define FAR 1e6f            /* arguments of the sine beyond it go the long way */

LOFI_INLINE float
times_power_of_two (float x, float rounded)
{
  /* `rounded` is 1.5 2^23 + n: the low bits of its representation are those of n. */
  union { float number; uint32_t bits; } power = { .number = rounded };
  power.bits = (power.bits + 127) << 23;
  return x * power.number;
}

/* e^t for t <= 0, nothing beyond -87: 2^n e^r with |r| <= log 2 / 2. */
LOFI_INLINE float
decay (float t)
{
  float rounded = t * 1.44269504f + 0x1.8p23f, n = rounded - 0x1.8p23f;
  float r = t - n * 0.693145752f - n * 1.42860677e-6f;    /* n times the first is exact */
  float q = 0.5f + r * (0.1666657338f + r * (0.04166655011f + r * (0.008363773874f + r * 0.001392692661f)));
  float e = times_power_of_two (1.0f + (r + r * r * q), rounded);
  return t < -87.0f ? 0.0f : e;
}

LOFI_INLINE float
tanh_single (float t)
{
  float a = fabsf (t), e = decay (-2.0f * a), z = t * t;
  float far = (1.0f - e) / (1.0f + e);
  float p = -0.0538477577f + z * (0.02098229759f + z * -0.00607516659f);    /* |t| <= 0.625 */
  float near = t + t * z * (-0.3333332874f + z * (0.1333274891f + z * p));
  return a < 0.625f ? near : copysignf (far, t);
}

LOFI_INLINE float
sigmoid_single (float t)
{
  float e = decay (-fabsf (t));
  return (t < 0.0f ? e : 1.0f) / (1.0f + e);
}

/* e^(x^2) erfc x, x >= 0: a polynomial in (x - 2) / (x + 2), over 1 + 2 x. */
LOFI_INLINE float
scaled_tail (float x)
{
  x = x > 20.0f ? 20.0f : x;    /* e^-x^2 is nothing there */
  float q = (x - 2.0f) / (x + 2.0f);
  float p = 0.008621195767f + q * (0.001218534837f + q * (-0.001253211809f + q * (-0.0003059837602f + q * 5.654534779e-5f)));
  p = -0.1660319848f + q * (0.1640513218f + q * (-0.05419878312f + q * (-0.008027881981f + q * p)));
  p = 1.276978401f + q * (-0.09276384358f + q * p);
  return p / (1.0f + 2.0f * x);
}

LOFI_INLINE float
erf_single (float t)
{
  float a = fabsf (t), z = t * t;
  float far = 1.0f - decay (-z) * scaled_tail (a);
  float p = -0.02685377022f + z * (0.005188148924f + z * (-0.0008007761015f + z * 7.84301924e-5f));    /* |t| <= 1 */
  float near = t * (1.128379166f + z * (-0.3761262596f + z * (0.1128358542f + z * p)));
  return a < 1.0f ? near : copysignf (far, t);
}

/* t Phi (t); the lower tail keeps its digits. */
LOFI_INLINE float
gelu_single (float t)
{
  float tail = 0.5f * decay (-0.5f * t * t) * scaled_tail (0.707106781f * fabsf (t));
  return t * (t < 0.0f ? tail : 1.0f - tail);
}

/* t = n pi + r, |r| <= pi / 2, for |t| <= FAR. */
LOFI_INLINE float
sine_single (float t)
{
  double rounded = t * 0x1.45f306dc9c883p-2 + 0x1.8p52, n = rounded - 0x1.8p52;
  float r = (float) (t - n * 0x1.921fb54442d18p+1), z = r * r;
  union { double number; uint64_t bits; } parity = { .number = rounded };
  float p = 0.008333332767f + z * (-0.0001984108602f + z * (2.753642236e-6f + z * -2.407923699e-8f));
  float s = r + r * z * (-0.1666666666f + z * p);
  return parity.bits & 1 ? -s : s;
}

/* One loop per activation, each in both widths. */
#define LOOP(name, expression) \
  LOFI_INLINE void \
  name##_body (float *values, size_t count, float factor) \
  { \
    for (size_t i = 0; i < count; i++) \
      { \
        float t = values[i]; \
        values[i] = factor * (expression); \
      } \
  } \
  LOFI_BOTH (name, (float *values, size_t count, float factor), (values, count, factor))

LOOP (relu_loop, t < 0.0f ? 0.0f : t)    /* this way round a NaN stays one */
LOOP (tanh_loop, tanh_single (t))
LOOP (erf_loop, erf_single (t))
LOOP (sigmoid_loop, sigmoid_single (t))
LOOP (gelu_loop, gelu_single (t))
LOOP (sine_loop, sine_single (t))
LOOP (square_loop, t * t)
LOOP (cube_loop, t * t * t)
LOOP (step_loop, t > 0.0f ? 1.0f : 0.0f)
LOOP (identity_loop, t)

/* As hermite_series in double, which the recurrence needs: its terms cancel. At most LANES values. */
LOFI_INLINE void
hermite_loop_body (const LofiSigma *sigma, float *values, size_t count, float factor)
{
  double t[LANES], before[LANES], now[LANES], sum[LANES];
  for (size_t i = 0; i < count; i++)
    {
      t[i] = values[i];
      before[i] = 0.0;
      now[i] = 1.0;
      sum[i] = sigma->coefficients[0];
    }
  for (int k = 0; k < sigma->degree; k++)
    {
      double norm = 1.0 / sqrt (k + 1), back = sqrt (k) * norm, a = sigma->coefficients[k + 1];
      for (size_t i = 0; i < count; i++)
        {
          double next = norm * t[i] * now[i] - back * before[i];
          before[i] = now[i];
          now[i] = next;
          sum[i] += a * next;
        }
    }
  for (size_t i = 0; i < count; i++)
    values[i] = factor * (float) sum[i];
}
LOFI_BOTH (hermite_loop, (const LofiSigma *sigma, float *values, size_t count, float factor), (sigma, values, count, factor))

/* Whatever the arguments, through double. At most LANES values. */
static void
long_way (const LofiSigma *sigma, float *values, size_t count, float factor)
{
  double wide[LANES];
  for (size_t i = 0; i < count; i++)
    wide[i] = values[i];
  lofi_sigma_apply (sigma, wide, count);
  for (size_t i = 0; i < count; i++)
    values[i] = factor * (float) wide[i];
}

static void
sines (const LofiSigma *sigma, float *values, size_t count, float factor)
{
  int far = 0;
  for (size_t i = 0; i < count; i++)
    far |= !(fabsf (values[i]) <= FAR);
  if (far)
    long_way (sigma, values, count, factor);
  else
    sine_loop (values, count, factor);
}

void
lofi_sigma_apply_single (const LofiSigma *sigma, float *values, size_t count, float factor)
{
  static void (*const loops[LOFI_N_ACTIVATIONS]) (float *, size_t, float) = {
    [LOFI_RELU] = relu_loop, [LOFI_TANH] = tanh_loop, [LOFI_ERF] = erf_loop, [LOFI_SIGMOID] = sigmoid_loop, [LOFI_GELU] = gelu_loop,
    [LOFI_SQUARE] = square_loop, [LOFI_CUBE] = cube_loop, [LOFI_STEP] = step_loop, [LOFI_IDENTITY] = identity_loop
  };
  bool exact = sigma->degree == LOFI_DEGREE_EXACT;
  if (exact && sigma->activation != LOFI_SIN)
    {
      loops[sigma->activation] (values, count, factor);
      return;
    }
  for (size_t first = 0; first < count; first += LANES)
    (exact ? sines : hermite_loop) (sigma, values + first, lofi_smaller (LANES, count - first), factor);
}

/* The activations, their derivatives and their Hermite truncations (method.md "Order and degree"). */
#pragma once

#include <stddef.h>
#include "lofi-status.h"

typedef enum {
  LOFI_RELU, LOFI_TANH, LOFI_ERF, LOFI_SIGMOID, LOFI_GELU, LOFI_SIN, LOFI_SQUARE, LOFI_CUBE, LOFI_STEP, LOFI_IDENTITY,
  LOFI_N_ACTIVATIONS
} LofiActivation;

/* The name in the experiment file: "relu", "tanh", ...; static. NULL outside the range. */
const char *lofi_activation_name (LofiActivation activation);
/* False when there is no such activation; *activation is then left alone. */
bool lofi_activation_from_name (const char *name, LofiActivation *activation);

/* The lowest degree above 0 in its Hermite expansion: a truncation below it is a constant. 2 for square, 1 for all others. */
int lofi_activation_least_degree (LofiActivation activation);

#define LOFI_DEGREE_EXACT 0
#define LOFI_DEGREE_MAX 32

/* What a lift applies to its pre-activations: the activation itself (degree == LOFI_DEGREE_EXACT) or
 * sigma_D(t) = sum_{k <= D} a_k he_k(t), he_k = He_k / sqrt(k!), a_k = E[sigma(g) he_k(g)]. */
typedef struct {
  LofiActivation activation;
  int degree;
  double coefficients[LOFI_DEGREE_MAX + 1];   /* a_0 .. a_D; unused when exact */
} LofiSigma;

/* degree: LOFI_DEGREE_EXACT or 1 .. LOFI_DEGREE_MAX; else LOFI_BAD_SHAPE. The coefficients are by the trapezoid rule with
 * 20001 nodes on [-9, 9] (Gauss-Hermite is wrong in the fourth digit for relu, because of its kink). */
LofiStatus lofi_sigma_init (LofiSigma *sigma, LofiActivation activation, int degree);

/* In place, elementwise. step is 1 for t > 0 else 0; gelu is t Phi(t); sin is the plain sine. */
void lofi_sigma_apply (const LofiSigma *sigma, double *values, size_t count);

/* E[sigma(g)^2], g ~ N(0,1), and the coefficients a_0 .. a_degree of the activation itself (degree <= LOFI_DEGREE_MAX), whatever the
 * truncation: coefficient k squared over the mean square is the share of degree k. mean_square may be NULL. */
void lofi_sigma_moments (LofiActivation activation, int degree, double *coefficients, double *mean_square);

/* In place: values become sigma'(values). relu' and step' are 0 at 0 (step' is 0 everywhere). For a truncation,
 * he_k' = sqrt(k) he_{k-1}. */
void lofi_sigma_derivative (const LofiSigma *sigma, double *values, size_t count);

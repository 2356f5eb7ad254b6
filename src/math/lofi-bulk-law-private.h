/* Shared by the bulk law and the outliers that leave it: the poles of psi. */
#pragma once

#include <math.h>
#include "lofi-bulk-law.h"

/* The atoms of a label law that are not zero and have a share, in units of the largest magnitude of theirs. */
typedef struct {
  size_t count;             /* at least 1 */
  double *t;                /* ascending */
  double *weight;           /* P(t) t^2 */
  double unit;              /* t is in units of it, and so are edges and l */
  double mean;              /* E[t] */
  double mass;              /* P(t != 0) */
} LofiPoles;

LofiStatus lofi_poles_init (LofiPoles *poles, const LofiLabelLaw *labels);
void lofi_poles_clear (LofiPoles *poles);
/* t -> -t: what stood at the lower end stands at the upper one. */
void lofi_poles_negate (LofiPoles *poles);

/* The root a beyond the largest t of E[t^2 / (a - t)^2] = 1 / aspect. */
double lofi_poles_upper (const LofiPoles *poles, double aspect);
/* psi of a real l that is not a pole. */
double lofi_poles_psi (const LofiPoles *poles, double aspect, double l);
/* The upper edge, given its l: psi, or 0 where that is beyond it: eigenvalues of 0 beside weights of one sign. */
double lofi_poles_edge (const LofiPoles *poles, double aspect, double l);

static inline bool
lofi_aspect_is_good (double aspect)
{
  return aspect > 0.0 && aspect < HUGE_VAL;
}

/* Of the eigenvalue 0. */
static inline double
lofi_poles_atom (const LofiPoles *poles, double aspect)
{
  double atom = 1.0 - aspect * poles->mass;
  /* aspect and mass are quotients of counts: an atom of rounding is none */
  return atom > 1e-12 ? atom : 0.0;
}

/* How a spectrum is laid along an axis: shared by the figure and the small one on the cards. */
#pragma once

#include "lofi-histogram-private.h"

typedef struct {
  gsize n;
  double *values;            /* finite, ascending, those of the atom at zero left out */
  gsize n_zero;              /* the atom: eigenvalues that vanish because the operator has not full rank; 0 if there is none */
  double bulk;               /* half-width of the interval around zero that holds most of them */
} LofiSpectrumSample;

void lofi_spectrum_sample_init (LofiSpectrumSample *sample, const double *spectrum, gsize n);
void lofi_spectrum_sample_clear (LofiSpectrumSample *sample);
/* The range with zero, all eigenvalues, the kept ones and some air. */
void lofi_spectrum_sample_range (const LofiSpectrumSample *sample, const double *kept, gsize n_kept, double *low, double *high);
/* Widens it so that `value` has some air too; not for one that is not finite. */
void lofi_spectrum_sample_include (const LofiSpectrumSample *sample, double value, double *low, double *high);
/* Linear, or asinh with the bulk in its linear part when an end of the range is far beyond the bulk. View coordinates 0 .. 1. */
LofiAxis lofi_spectrum_sample_axis (const LofiSpectrumSample *sample, double low, double high);

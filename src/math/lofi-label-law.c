#include "lofi-label-law.h"
#include "lofi-math-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void
lofi_label_law_clear (LofiLabelLaw *law)
{
  free (law->values);
  free (law->shares);
  *law = (LofiLabelLaw) { 0 };
}

static LofiStatus
atoms_alloc (LofiLabelLaw *law, size_t most)
{
  *law = (LofiLabelLaw) { .values = lofi_doubles_new (most), .shares = lofi_doubles_new (most) };
  if (law->values && law->shares)
    return LOFI_OK;
  lofi_label_law_clear (law);
  return LOFI_NO_MEMORY;
}

/* An atom of its own, or more of the last one: values must be distinct. */
static void
add_atom (LofiLabelLaw *law, double value, double share)
{
  if (law->count > 0 && value <= law->values[law->count - 1])
    law->shares[law->count - 1] += share;
  else
    {
      law->values[law->count] = value;
      law->shares[law->count++] = share;
    }
}

/* Puts the atoms a sample has into a law with room for them; false when there are too many. The few values labels have are found without sorting. */
static bool
distinct_values (LofiLabelLaw *law, const double *weights, size_t n)
{
  size_t counts[LOFI_LABEL_ATOMS_MOST];
  law->count = 0;
  for (size_t i = 0; i < n; i++)
    {
      size_t k = law->count;
      while (k > 0 && law->values[k - 1] > weights[i])
        k--;
      if (k > 0 && law->values[k - 1] == weights[i])
        {
          counts[k - 1]++;
          continue;
        }
      if (law->count == LOFI_LABEL_ATOMS_MOST)
        return false;
      memmove (law->values + k + 1, law->values + k, (law->count - k) * sizeof (double));
      memmove (counts + k + 1, counts + k, (law->count - k) * sizeof (size_t));
      law->values[k] = weights[i];
      counts[k] = 1;
      law->count++;
    }
  for (size_t k = 0; k < law->count; k++)
    law->shares[k] = (double) counts[k] / (double) n;
  return true;
}

static void
group_means (LofiLabelLaw *law, const double *sorted, size_t n)
{
  law->count = 0;
  for (size_t k = 0, first = 0; k < LOFI_LABEL_ATOMS_MOST; k++)
    {
      /* n may be so large that k * n is not a number */
      size_t count = n / LOFI_LABEL_ATOMS_MOST + (k < n % LOFI_LABEL_ATOMS_MOST);
      double mean = 0.0;
      for (size_t i = 0; i < count; i++)
        mean += sorted[first + i] / (double) count;
      add_atom (law, mean, (double) count / (double) n);
      first += count;
    }
}

LofiStatus
lofi_label_law_init (LofiLabelLaw *law, const double *weights, size_t n)
{
  *law = (LofiLabelLaw) { 0 };
  if (n == 0)
    return LOFI_BAD_SHAPE;
  for (size_t i = 0; i < n; i++)
    if (!isfinite (weights[i]))
      return LOFI_NOT_FINITE;
  LofiStatus status = atoms_alloc (law, LOFI_LABEL_ATOMS_MOST);
  if (status != LOFI_OK || distinct_values (law, weights, n))
    return status;
  double *sorted = lofi_doubles_new (n);
  if (!sorted)
    {
      lofi_label_law_clear (law);
      return LOFI_NO_MEMORY;
    }
  memcpy (sorted, weights, n * sizeof (double));
  lofi_sort_doubles (sorted, n);
  group_means (law, sorted, n);
  free (sorted);
  return LOFI_OK;
}

LofiStatus
lofi_label_law_init_binary (LofiLabelLaw *law, double mean, bool centred)
{
  *law = (LofiLabelLaw) { 0 };
  if (!(mean > -1.0 && mean < 1.0))
    return LOFI_BAD_VALUE;
  LofiStatus status = atoms_alloc (law, 2);
  if (status != LOFI_OK)
    return status;
  double shift = centred ? mean : 0.0;
  add_atom (law, -1.0 - shift, (1.0 - mean) / 2.0);
  add_atom (law, 1.0 - shift, (1.0 + mean) / 2.0);
  return LOFI_OK;
}

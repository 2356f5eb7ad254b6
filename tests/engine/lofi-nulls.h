/* Fits with null lines, for the tests of what they are and of what theory says they are. */
#pragma once

#include "lofi-networks.h"
#include "lofi-null.h"

static inline LofiResult *
nulls_fit (const LofiExperiment *experiment, LofiNulls nulls, LofiSpectra spectra, LofiCache *cache)
{
  LofiObserver observer = { .spectra = spectra, .nulls = nulls };
  g_autoptr (GError) error = NULL;
  LofiResult *result = lofi_fit (experiment, FALSE, 0, cache, &observer, NULL, &error);
  ck_assert_msg (result != NULL, "%s", error ? error->message : "");
  return result;
}

static inline LofiNull *
nulls_of (const LofiResult *result, guint layer)
{
  ck_assert_msg (result->nulls && result->nulls[layer], "layer %u has no null line", layer + 1);
  return result->nulls[layer];
}

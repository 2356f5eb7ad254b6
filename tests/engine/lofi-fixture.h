/* A small task in a temporary folder: arrays with a planted quadratic signal, and an experiment on them. */
#pragma once

#include <glib/gstdio.h>
#include <math.h>
#include "lofi-blas.h"
#include "lofi-experiment.h"
#include "lofi-npy.h"
#include "lofi-random.h"
#include "../lofi-test.h"

#define FIXTURE_INPUTS 24

static inline char *
fixture_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("lofi-test-XXXXXX", &error);
  ck_assert_msg (folder != NULL, "%s", error ? error->message : "");
  return folder;
}

static inline void
fixture_remove (char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name; dir && (name = g_dir_read_name (dir));)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_remove (path);
    }
  g_rmdir (folder);
  g_free (folder);
}

/* n inputs of N(0,1), y = sign (x_0 x_1 + 0.3 x_2). */
static inline void
fixture_write_split (const char *folder, const char *name, gsize n, guint stream)
{
  g_autofree double *x = g_new (double, n * FIXTURE_INPUTS), *y = g_new (double, n);
  g_autofree char *inputs = g_strdup_printf ("%s/%s-x.npy", folder, name), *targets = g_strdup_printf ("%s/%s-y.npy", folder, name);
  lofi_random_normals (7, LOFI_PURPOSE_TEACHER, stream, 0, n * FIXTURE_INPUTS, x);
  for (gsize i = 0; i < n; i++)
    {
      const double *row = x + i * FIXTURE_INPUTS;
      y[i] = row[0] * row[1] + 0.3 * row[2] >= 0 ? 1 : -1;
    }
  ck_assert (lofi_npy_write_doubles (inputs, x, (gsize[]) { n, FIXTURE_INPUTS }, 2, NULL));
  ck_assert (lofi_npy_write_doubles (targets, y, (gsize[]) { n }, 1, NULL));
}

static inline LofiExperiment *
fixture_experiment (const char *folder, const char *layers)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf (
    "[experiment]\nformat=1\nseed=3\n[data]\nsource=arrays\ntrain-inputs=train-x.npy\ntrain-targets=train-y.npy\n"
    "test-inputs=test-x.npy\ntest-targets=test-y.npy\nnormalize=none\n%s\n[emergence]\nsamples=50;120\nseeds=2\ncompare=lazy;linear\n", layers);
  LofiExperiment *experiment = lofi_experiment_parse (text, "fixture", folder, NULL, &error);
  ck_assert_msg (experiment != NULL, "%s", error ? error->message : "");
  return experiment;
}

#define TWO_LAYERS \
  "[layer1]\nkind=dense\nwidth=90\nkeep=7\n[layer2]\nkind=dense\nwidth=60\nkeep=5\nactivation=tanh\n[layer3]\nkind=dense\nwidth=40\nkeep=none\n"

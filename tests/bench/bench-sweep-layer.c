/* Layer one of the sample counts of a sweep: from one pass over the samples, beside one by one, in one run. Normal inputs, relu, labels +-1.
 *
 *   bench-sweep-layer [LARGEST WIDTH INPUTS]      default 10000 1000 784; twelve counts from a hundredth of the largest on
 */
#include "config.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <glib/gstdio.h>
#include "lofi-blas.h"
#include "lofi-fit-private.h"
#include "lofi-npy.h"
#include "lofi-random.h"
#include "lofi-sweep-samples-private.h"

#define COUNTS 12
#define REPEATS 3           /* the fastest run counts */

static void
must (gboolean done, const GError *error)
{
  if (done)
    return;
  fprintf (stderr, "bench-sweep-layer: %s\n", error ? error->message : "failed");
  exit (3);
}

static void
write_split (const char *folder, const char *name, gsize n, gsize d, guint stream)
{
  g_autoptr (GError) error = NULL;
  g_autofree double *x = g_new (double, n * d), *y = g_new (double, n);
  g_autofree char *inputs = g_strdup_printf ("%s/%s-x.npy", folder, name), *targets = g_strdup_printf ("%s/%s-y.npy", folder, name);
  lofi_random_normals (1, LOFI_PURPOSE_TEACHER, stream, 0, n * d, x);
  for (gsize i = 0; i < n; i++)
    y[i] = x[i * d] * x[i * d + 1] >= 0 ? 1 : -1;
  must (lofi_npy_write_doubles (inputs, x, (gsize[]) { n, d }, 2, &error), error);
  must (lofi_npy_write_doubles (targets, y, (gsize[]) { n }, 1, &error), error);
}

/* Seconds of the lift and operator of the counts, their tasks not counted; shared: NULL for one by one. */
static double
seconds_of_layers (const LofiExperiment *experiment, LofiSweepSamples *shared)
{
  static const LofiObserver leading = { .spectra = LOFI_SPECTRA_LEADING };
  gint64 spent = 0;
  for (guint i = 0; i < experiment->sweep_samples->len; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LofiCache) cache = lofi_cache_new ((gsize) 320 << 20);
      g_autoptr (LofiExperiment) own = lofi_experiment_dup (experiment);
      g_autoptr (LofiResult) result = g_atomic_rc_box_new0 (LofiResult);
      LofiFitRun run = { .experiment = own, .cache = cache, .observer = &leading, .result = result };
      own->data.train = g_array_index (experiment->sweep_samples, gsize, i);
      must (lofi_fit_run_begin (&run, FALSE, &error), error);
      g_autoptr (LofiFeatures) train = lofi_features_of_task (result->task, FALSE), test = lofi_features_of_task (result->task, TRUE);
      LofiRepresentation input = { .key = result->task->key, .train = train, .test = test };
      gint64 began = g_get_monotonic_time ();
      must (!shared || lofi_sweep_samples_prepare (shared, &run, &error), error);
      g_autoptr (LofiLayerResult) layer = lofi_fit_layer (&run, lofi_experiment_layer (own, 0), 0, &input, FALSE, &error);
      must (layer != NULL, error);
      spent += g_get_monotonic_time () - began;
    }
  return spent / 1e6;
}

int
main (int argc, char **argv)
{
  gsize largest = argc > 3 ? strtoull (argv[1], NULL, 10) : 10000, width = argc > 3 ? strtoull (argv[2], NULL, 10) : 1000;
  gsize inputs = argc > 3 ? strtoull (argv[3], NULL, 10) : 784;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("lofi-bench-XXXXXX", &error);
  must (folder != NULL, error);
  lofi_blas_set_threads (0);
  write_split (folder, "train", largest, inputs, 0);
  write_split (folder, "test", MAX (1, largest * 3 / 10), inputs, 1);
  g_autofree char *text = g_strdup_printf ("[experiment]\nformat=1\n[data]\nsource=arrays\ntrain-inputs=train-x.npy\ntrain-targets=train-y.npy\n"
    "test-inputs=test-x.npy\ntest-targets=test-y.npy\nnormalize=none\n[layer1]\nwidth=%zu\nkeep=%zu\n", width, MAX (1, MIN (50, width / 20)));
  g_autoptr (LofiExperiment) experiment = lofi_experiment_parse (text, "bench", folder, NULL, &error);
  must (experiment != NULL, error);
  g_array_set_size (experiment->sweep_samples, 0);
  for (guint i = 0; i < COUNTS; i++)
    {
      gsize samples = (gsize) (largest * pow (100, (double) i / (COUNTS - 1) - 1));
      g_array_append_val (experiment->sweep_samples, samples);
    }
  double apart = INFINITY, together = INFINITY;
  for (guint repeat = 0; repeat < REPEATS; repeat++)
    {
      g_autoptr (LofiSweepSamples) shared = lofi_sweep_samples_new ();
      apart = MIN (apart, seconds_of_layers (experiment, NULL));
      together = MIN (together, seconds_of_layers (experiment, shared));
    }
  printf ("%d threads, layer one of %d sample counts to %zu, width %zu: one by one %.3f s, one pass %.3f s, ratio %.2f\n", lofi_blas_threads (), COUNTS,
          largest, width, apart, together, together / apart);
  static const char *const written[] = { "train-x.npy", "train-y.npy", "test-x.npy", "test-y.npy" };
  for (guint i = 0; i < G_N_ELEMENTS (written); i++)
    {
      g_autofree char *path = g_build_filename (folder, written[i], NULL);
      g_remove (path);
    }
  g_rmdir (folder);
  return 0;
}

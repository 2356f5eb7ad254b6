/* One fit, timed: bench-fit N P K [SINGLE|DOUBLE|AUTO]. Fashion-MNIST, shirt against pullover and coat: two filtered layers, one lift, 500 penalties, the
 * error on the 3,000 test images. Data in memory, weights drawn inside. Prints one line of JSON; tests/bench/compare.py puts it beside others. */
#include <stdio.h>
#include <stdlib.h>
#include <cblas.h>
#include <sys/resource.h>
#include "lofi-blas.h"
#include "lofi-fit-private.h"

static double
seconds_since (gint64 began)
{
  return (g_get_monotonic_time () - began) / 1e6;
}

/* Floating-point operations that the method asks for, each matrix product once, symmetric ones by halves. */
static double
flops (double n, double m, double p, double k)
{
  double side = MIN (n, p), d = 784;
  double lifts = 2 * (n + m) * p * (d + 2 * k);
  double layers = 2 * (n * p * side + 2 * (n + m) * p * k);
  double reduction = 4.0 / 3 * side * side * side;
  double readout = n * p * side + reduction + 2 * n * side * side;
  return lifts + layers + readout;
}

/* Operations a second of a matrix product in single precision. */
static double
sgemm_rate (void)
{
  const int size = 2000;
  g_autofree float *a = g_new (float, size * size), *b = g_new (float, size * size);
  double best = 0;
  for (int i = 0; i < size * size; i++)
    a[i] = (float) (i % 17) / 17;
  for (int repeat = 0; repeat < 4; repeat++)
    {
      gint64 began = g_get_monotonic_time ();
      cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, a, size, a, size, 0, b, size);
      best = MAX (best, 2.0 * size * size * size / seconds_since (began));
    }
  return best;
}

/* Seconds spent in each stage of each layer, in the order they were entered; to standard error with BENCH_STAGES set. */
typedef struct {
  LofiStage stage;
  int layer;
  gint64 since;
} Stages;

static void
on_progress (gpointer data, const LofiProgress *progress)
{
  Stages *stages = data;
  if (progress->stage == stages->stage && progress->layer == stages->layer)
    return;
  if (stages->since && g_getenv ("BENCH_STAGES"))
    fprintf (stderr, "  layer %d %-12s %.4f\n", stages->layer + 1, lofi_stage_name (stages->stage), seconds_since (stages->since));
  *stages = (Stages) { progress->stage, progress->layer, g_get_monotonic_time () };
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  lofi_blas_set_threads (0);
  if (argc < 4)
    {
      fprintf (stderr, "usage: bench-fit N P K [single|double|auto]\n");
      return 1;
    }
  g_autofree char *text = g_strdup_printf ("[experiment]\nformat=1\nprecision=%s\n[data]\nsource=fashion-mnist\nlabels=shirt\ntrain=%s\n"
                                           "[layer1]\nwidth=%s\nkeep=%s\n[layer2]\nwidth=%s\nkeep=%s\n[layer3]\nwidth=%s\nkeep=none\n",
                                           argc > 4 ? argv[4] : "auto", argv[1], argv[2], argv[3], argv[2], argv[3], argv[2]);
  g_autoptr (LofiExperiment) experiment = lofi_experiment_parse (text, "bench", NULL, NULL, &error);
  if (!experiment)
    g_error ("%s", error->message);
  Stages stages = { LOFI_STAGE_DATA, -1, 0 };
  const LofiObserver leading = { .progress = on_progress, .data = &stages, .spectra = LOFI_SPECTRA_LEADING };
  g_autoptr (LofiResult) result = g_atomic_rc_box_new0 (LofiResult);
  LofiFitRun run = { .experiment = experiment, .observer = &leading, .result = result };
  if (!lofi_fit_run_begin (&run, FALSE, &error))
    g_error ("%s", error->message);
  double rate = sgemm_rate ();
  gint64 began = g_get_monotonic_time ();
  if (!lofi_fit_run_layers (&run, &error))
    g_error ("%s", error->message);
  double whole = seconds_since (began), layers = 0;
  for (guint i = 0; i < result->n_layers; i++)
    layers += result->layers[i]->seconds;
  double least = flops (result->task->train.count, result->task->test.count, atof (argv[2]), atof (argv[3])) / rate;
  printf ("{\"layers\": %.4f, \"whole\": %.4f, \"readout\": %.4f, \"error\": %.6f, \"penalty\": %.6g, \"sgemm\": %.4g, \"least\": %.4f, "
          "\"layer_seconds\": [%.4f, %.4f, %.4f]}\n", layers, whole, result->readout->seconds, result->readout->test_scores.error,
          result->readout->ridge.penalty, rate, least, result->layers[0]->seconds, result->layers[1]->seconds, result->layers[2]->seconds);
  return 0;
}

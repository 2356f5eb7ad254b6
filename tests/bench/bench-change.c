/* How long a change of width takes to show: from the request to the first picture of the new spectrum, to the whole spectrum, and to the
 * layer with its directions; and what a change of K costs when nothing else changes. On Fashion-MNIST, as the window does it.
 *
 *   bench-change [SAMPLES [WIDTH]]      default 5000 1000
 */
#include <stdio.h>
#include <stdlib.h>
#include "lofi-blas.h"
#include "lofi-runner.h"

#define REPEATS 5

typedef struct {
  gint64 asked;
  double first, whole, layer, all;      /* milliseconds, negative: not yet */
  guint pictures;
} Times;

static void
on_snapshot (LofiRunner *runner, LofiResult *result, Times *times)
{
  double now = (g_get_monotonic_time () - times->asked) / 1e3;
  gboolean live = result->live_layer == 0;
  times->pictures += live;
  if (live && times->first < 0)
    times->first = now;
  if ((result->layers[0] || (live && result->live_samples == result->live_total)) && times->whole < 0)
    times->whole = now;
  if (result->layers[0] && times->layer < 0)
    times->layer = now;
  if (result->finished)
    times->all = now;
}

static void
on_failed (LofiRunner *runner, GError *error, gpointer data)
{
  fprintf (stderr, "bench-change: %s\n", error->message);
  exit (3);
}

static Times
ask (LofiRunner *runner, Times *times, const LofiExperiment *experiment)
{
  *times = (Times) { .first = -1, .whole = -1, .layer = -1, .all = -1 };
  times->asked = g_get_monotonic_time ();
  lofi_runner_fit (runner, experiment);
  while (times->all < 0 || lofi_runner_is_busy (runner))
    g_main_context_iteration (NULL, TRUE);
  return *times;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiExperiment) experiment = lofi_preset_load ("shirt", NULL, &error);
  if (!experiment)
    on_failed (NULL, error, NULL);
  gsize width = argc > 2 ? (gsize) g_ascii_strtoull (argv[2], NULL, 10) : 1000;
  experiment->data.train = argc > 1 ? (gsize) g_ascii_strtoull (argv[1], NULL, 10) : 5000;
  lofi_blas_set_threads (0);
  g_autoptr (LofiRunner) runner = lofi_runner_new ();
  Times times;
  g_signal_connect (runner, "snapshot", G_CALLBACK (on_snapshot), &times);
  g_signal_connect (runner, "failed", G_CALLBACK (on_failed), NULL);
  LofiLayerSpec *layer = lofi_experiment_layer (experiment, 0);
  layer->width = width / 2;
  ask (runner, &times, experiment);        /* reads the data */
  printf ("n = %zu, P = %zu, %d threads; milliseconds after the request\n", experiment->data.train, width, lofi_blas_threads ());
  printf ("%-22s %9s %9s %9s %9s %9s\n", "change", "pictures", "first", "spectrum", "layer 1", "all");
  for (guint r = 0; r < REPEATS; r++)
    {
      layer->width = width + r;
      ask (runner, &times, experiment);
      printf ("width %-16zu %9u %9.0f %9.0f %9.0f %9.0f\n", layer->width, times.pictures, times.first, times.whole, times.layer, times.all);
    }
  for (guint r = 0; r < REPEATS; r++)
    {
      layer->keep = 49 - r;
      ask (runner, &times, experiment);
      printf ("keep %-17zu %9u %9s %9.0f %9.0f %9.0f\n", layer->keep, times.pictures, "", times.whole, times.layer, times.all);
    }
  return 0;
}

/* What `lofi emerge` prints in the end. */
#include "config.h"
#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-emerge-private.h"

static void
print_value (const GArray *curve, gsize samples)
{
  for (guint k = 0; k < curve->len; k++)
    {
      const LofiCurvePoint *point = &g_array_index (curve, LofiCurvePoint, k);
      if (point->samples == samples && isfinite (point->sem))
        g_print ("   %7.2f ± %4.2f %%", 100 * point->mean, 100 * point->sem);
      else if (point->samples == samples)
        g_print ("   %14.2f %%", 100 * point->mean);
      if (point->samples == samples)
        return;
    }
  if (curve->len)
    g_print ("   %16s", "");
}

static void
print_block (LofiCells *cells, const LofiExperiment *experiment, const char *point)
{
  GArray *curves[LOFI_N_METHODS];
  g_print ("%8s", _("samples"));
  for (guint m = 0; m < LOFI_N_METHODS; m++)
    {
      curves[m] = lofi_cells_curve (cells, point, m, (LofiMeasure) { LOFI_QUANTITY_TEST_ERROR, 0, 0 });
      if (curves[m]->len)
        g_print ("   %16s", lofi_method_name (m));
    }
  g_print (_("    test error, mean and standard error over seeds\n"));
  for (guint i = 0; i < experiment->sweep_samples->len; i++)
    {
      gsize samples = g_array_index (experiment->sweep_samples, gsize, i);
      g_print ("%8zu", samples);
      for (guint m = 0; m < LOFI_N_METHODS; m++)
        print_value (curves[m], samples);
      g_print ("\n");
    }
  for (guint m = 0; m < LOFI_N_METHODS; m++)
    g_array_unref (curves[m]);
}

void
lofi_emerge_print_table (LofiCells *cells, const LofiExperiment *experiment)
{
  guint points = lofi_grid_count (experiment);
  for (guint p = 0; p < points; p++)
    {
      const char *point = lofi_grid_point (experiment, p);
      if (*point)
        g_print ("%s%s\n", p ? "\n" : "", point);
      print_block (cells, experiment, point);
    }
}

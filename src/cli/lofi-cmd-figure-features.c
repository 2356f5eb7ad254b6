/* What `lofi figure` draws of kept features: in the plane of two of them, and beside what a teacher planted. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-cmd-figure-private.h"
#include "lofi-digits.h"
#include "lofi-error.h"
#include "lofi-overlap.h"
#include "lofi-teacher.h"

gboolean
lofi_figure_has_filter (const LofiFigureJob *job, GError **error)
{
  if (lofi_experiment_layer (job->experiment, job->layer)->keep != LOFI_KEEP_NONE)
    return TRUE;
  g_autofree char *place = g_strdup_printf ("layer%d", job->layer + 1);
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("choose another with --layer"), "%s", _("the layer has no filter"));
}

/* The number of a feature, from 1; the standard one where none was given. */
static gboolean
parse_feature (const char *option, const char *word, guint standard, guint *feature, GError **error)
{
  guint64 number;
  *feature = standard;
  if (!word)
    return TRUE;
  if (!lofi_digits_to_number (word, 1, G_MAXINT, &number))
    {
      g_autofree char *place = g_strdup_printf ("%s %s", option, word);
      return lofi_cli_usage (error, place, _("not the number of a feature"), _("features are counted from 1"));
    }
  *feature = (guint) number;
  return TRUE;
}

LofiFigure *
lofi_draw_features (const LofiFigureJob *job, GError **error)
{
  guint x, y;
  if (!parse_feature ("--x", job->sweep.x, 1, &x, error) || !parse_feature ("--y", job->sweep.y, 2, &y, error) || !lofi_figure_has_filter (job, error))
    return NULL;
  g_autoptr (LofiResult) result = lofi_cli_fit (job->cli, job->experiment, FALSE, LOFI_SPECTRA_LEADING, LOFI_NULLS_NONE, error);
  if (!result)
    return NULL;
  LofiFigure *figure = lofi_figure_scatter (result, job->layer, x - 1, y - 1);
  if (!figure)
    {
      g_autofree char *place = g_strdup_printf ("layer%d", job->layer + 1);
      lofi_error_set (error, LOFI_ERROR_INPUT, place, _("choose others with --x and --y, or keep more"), _("there are no features %u and %u: it keeps %zu"),
                      x, y, result->layers[job->layer]->keep);
    }
  return figure;
}

LofiFigure *
lofi_draw_overlaps (const LofiFigureJob *job, GError **error)
{
  LofiTeacher teacher;
  if (!lofi_figure_has_filter (job, error))
    return NULL;
  if (!lofi_teacher_from_name (job->experiment->data.source, &teacher))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, "data.source", _("choose a teacher, single-index, xor, staircase or sight"), "%s",
                      _("nothing is planted in these data"));
      return NULL;
    }
  g_autoptr (LofiResult) result = lofi_cli_fit (job->cli, job->experiment, FALSE, LOFI_SPECTRA_LEADING, LOFI_NULLS_NONE, error);
  if (!result)
    return NULL;
  lofi_cli_computing (TRUE);
  g_autoptr (LofiArray) bars = lofi_planted_bars (result, job->layer, job->cli->cancellable);
  lofi_cli_computing (FALSE);
  return lofi_figure_overlaps (result, job->layer, bars, -1);
}

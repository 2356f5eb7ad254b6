/* What `lofi figure` draws of a sweep: options become measures, points and axes. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-cmd-figure-private.h"
#include "lofi-error.h"
#include "lofi-teacher.h"

#define LEADING_EIGENVALUES 10

static const LofiSweepAxis *
axis_of (const LofiFigureJob *job, guint i)
{
  return g_ptr_array_index (job->experiment->sweep_axes, i);
}

/* "did you mean NAME?", or "choose one of ...". names: NULL-terminated. Numbers are not misspelt. */
static gboolean
refuse (GError **error, const char *option, const char *word, const char *const *names)
{
  const char *nearest = g_ascii_isdigit (*word) ? NULL : lofi_nearest_name (word, names);
  g_autofree char *all = g_strjoinv (", ", (char **) names), *place = g_strdup_printf ("%s %s", option, word);
  g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean %s?"), nearest) : g_strdup_printf (_("choose one of %s"), all);
  return lofi_cli_usage (error, place, _("there is no such choice"), todo);
}

/* ---- measures ---- */

/* The name as options have it: of eigenvalues there are many. */
static const char *
measure_name (LofiQuantity quantity)
{
  return quantity == LOFI_QUANTITY_EIGENVALUE ? "eigenvalues" : lofi_quantity_name (quantity);
}

/* The filtered layers before the one asked for; layers that only a sweep over the depth has are all filtered. */
static gboolean
take_layer (const LofiFigureJob *job, LofiMeasure *measure, GError **error)
{
  guint filtered = 0, n = job->experiment->layers->len;
  gboolean is_deep = FALSE;
  if (!job->layer_given)
    return TRUE;                   /* the first one */
  for (guint a = 0; a < job->experiment->sweep_axes->len; a++)
    is_deep |= g_str_equal (axis_of (job, a)->key, "depth");
  for (guint i = 0; i < n && (int) i < job->layer; i++)
    filtered += lofi_layer_filters (lofi_experiment_layer (job->experiment, i));
  gboolean there = job->layer >= 0 && job->layer < (int) n && lofi_layer_filters (lofi_experiment_layer (job->experiment, job->layer));
  measure->layer = there ? filtered : (guint) MAX (job->layer, 0);
  if (there || (is_deep && job->layer >= 0 && job->layer < LOFI_LAYERS_MAX))
    return TRUE;
  return lofi_cli_usage (error, "--layer", _("the experiment has no such filtered layer"), _("choose a layer that keeps directions"));
}

static gboolean
take_index (const LofiFigureJob *job, LofiMeasure *measure, GError **error)
{
  guint groups = lofi_teacher_groups (job->experiment);
  int index = job->sweep.index;
  if (measure->quantity == LOFI_QUANTITY_EIGENVALUE)
    measure->index = (index > 0 ? index : LEADING_EIGENVALUES) - 1;
  else if (index > 0 && measure->quantity == LOFI_QUANTITY_OVERLAP && (guint) index <= groups)
    measure->index = index;
  else if (index > 0 && measure->quantity == LOFI_QUANTITY_OVERLAP)
    {
      g_autofree char *todo = groups ? g_strdup_printf (_("choose 1 to %u"), groups) : g_strdup (_("leave it out"));
      return lofi_cli_usage (error, "--index", _("the data have no such planted group"), todo);
    }
  else if (index != 0)
    return lofi_cli_usage (error, "--index", _("only eigenvalues and overlaps are numbered"), _("leave it out, or choose --measure eigenvalues or overlap"));
  return TRUE;
}

gboolean
lofi_view_take_measure (const LofiFigureJob *job, LofiSweepView *view, GError **error)
{
  const char *names[LOFI_N_QUANTITIES + 1] = { NULL };
  const char *word = job->sweep.measure ? job->sweep.measure : lofi_quantity_name (LOFI_QUANTITY_TEST_ERROR);
  guint q = 0;
  for (guint i = 0; i < LOFI_N_QUANTITIES; i++)
    names[i] = measure_name (i);
  while (q < LOFI_N_QUANTITIES && strcmp (word, names[q]) != 0 && strcmp (word, lofi_quantity_name (q)) != 0)
    q++;
  if (q == LOFI_N_QUANTITIES)
    return refuse (error, "--measure", word, names);
  if (job->sweep.index < 0)
    return lofi_cli_usage (error, "--index", _("numbers begin at 1"), NULL);
  view->measure = (LofiMeasure) { .quantity = q };
  return (!lofi_quantity_has_layer (q) || take_layer (job, &view->measure, error)) && take_index (job, &view->measure, error);
}

gboolean
lofi_view_take_method (const LofiFigureJob *job, LofiSweepView *view, GError **error)
{
  const char *names[LOFI_N_METHODS + 1] = { NULL };
  guint m = 0;
  for (guint i = 0; i < LOFI_N_METHODS; i++)
    names[i] = lofi_method_name (i);
  while (job->sweep.method && m < LOFI_N_METHODS && strcmp (job->sweep.method, names[m]) != 0)
    m++;
  if (m == LOFI_N_METHODS)
    return refuse (error, "--method", job->sweep.method, names);
  view->method = m;
  if (m != LOFI_METHOD_LOFI && lofi_quantity_has_layer (view->measure.quantity))
    return lofi_cli_usage (error, "--method", _("only LoFi has filtered layers"), _("leave it out, or choose another --measure"));
  if (lofi_emergence_wants (job->experiment, m))
    return TRUE;
  g_autofree char *todo = g_strdup_printf (_("add it with --set emergence.compare=%s"), names[m]);
  return lofi_cli_usage (error, "--method", _("the sweep does not have this method"), todo);
}

/* ---- the grid ---- */

gboolean
lofi_view_find_axis (const LofiFigureJob *job, const char *option, const char *word, int *axis, GError **error)
{
  guint n = job->experiment->sweep_axes->len;
  g_autofree const char **names = g_new0 (const char *, n + 2);
  for (guint a = 0; a < n; a++)
    {
      names[a] = axis_of (job, a)->key;
      *axis = (int) a;
      if (g_str_equal (word, names[a]))
        return TRUE;
    }
  names[n] = "samples";
  *axis = -1;
  return g_str_equal (word, "samples") || refuse (error, option, word, names);
}

/* One "KEY=VALUE" of a point. */
static gboolean
set_value (const LofiFigureJob *job, const char *setting, LofiSweepView *view, GError **error)
{
  int axis;
  const char *equals = strchr (setting, '=');
  g_autofree char *key = equals ? g_strndup (setting, (gsize) (equals - setting)) : NULL;
  guint indices[LOFI_SWEEP_AXES_MOST] = { 0 }, n = job->experiment->sweep_axes->len, stride = 1, value = 0;
  if (!key)
    return lofi_cli_usage (error, "--point", _("not a setting"), _("give KEY=VALUE, separated by blanks"));
  if (!lofi_view_find_axis (job, "--point", key, &axis, error))
    return FALSE;
  if (axis < 0)
    return lofi_cli_usage (error, "--point", _("samples are no axis of the grid"), _("give the number of samples with --samples"));
  const LofiSweepAxis *values = axis_of (job, (guint) axis);
  while (values->values[value] && strcmp (values->values[value], equals + 1) != 0)
    value++;
  if (!values->values[value])
    {
      g_autofree char *option = g_strdup_printf ("--point %s", key);
      return refuse (error, option, equals + 1, (const char *const *) values->values);
    }
  lofi_grid_indices (job->experiment, view->point, indices);
  for (guint a = (guint) axis + 1; a < n; a++)
    stride *= g_strv_length (axis_of (job, a)->values);
  view->point = view->point - indices[axis] * stride + value * stride;
  return TRUE;
}

gboolean
lofi_view_take_point (const LofiFigureJob *job, LofiSweepView *view, GError **error)
{
  if (!job->sweep.point)
    return TRUE;
  if (job->experiment->sweep_axes->len == 0)
    return lofi_cli_usage (error, "--point", _("the sweep has no grid"), _("leave it out"));
  g_auto (GStrv) settings = g_strsplit_set (job->sweep.point, " \t", -1);
  for (guint i = 0; settings[i]; i++)
    if (*settings[i] && !set_value (job, settings[i], view, error))
      return FALSE;
  return TRUE;
}

gboolean
lofi_view_take_samples (const LofiFigureJob *job, LofiSweepView *view, GError **error)
{
  const GArray *planned = job->experiment->sweep_samples;
  g_autoptr (GString) all = g_string_new (NULL);
  if (job->sweep.samples == 0)
    return TRUE;
  for (guint i = 0; i < planned->len; i++)
    {
      gsize n = g_array_index (planned, gsize, i);
      g_string_append_printf (all, i ? ", %zu" : "%zu", n);
      if (job->sweep.samples > 0 && (gsize) job->sweep.samples == n)
        {
          view->samples = n;
          return TRUE;
        }
    }
  g_autofree char *todo = g_strdup_printf (_("choose one of %s"), all->str);
  return lofi_cli_usage (error, "--samples", _("the sweep does not visit this number of samples"), todo);
}

/* The session: what is drawn of the sweep. */
#include "config.h"
#include "lofi-session-private.h"

#define EIGENVALUES_FIRST 4      /* the leading five */

static guint
filtered_layers (const LofiExperiment *e)
{
  guint count = 0;
  for (guint i = 0; i < e->layers->len; i++)
    count += lofi_layer_filters (lofi_experiment_layer (e, i));
  return count;
}

void
lofi_session_init_sweep_view (LofiSession *self)
{
  self->sweep_view = (LofiSweepView) { .measure = { LOFI_QUANTITY_TEST_ERROR, 0, 0 }, .x_axis = 0, .y_axis = 1 };
}

/* An axis the grid has, or the samples. */
static int
known_axis (const LofiExperiment *e, int axis)
{
  return axis >= 0 && axis < (int) e->sweep_axes->len ? axis : -1;
}

static gsize
known_samples (const LofiExperiment *e, gsize samples)
{
  guint count = e->sweep_samples->len;
  for (guint i = 0; i < count; i++)
    if (g_array_index (e->sweep_samples, gsize, i) == samples)
      return samples;
  return count > 0 ? g_array_index (e->sweep_samples, gsize, count - 1) : 0;
}

LofiSweepPicture
lofi_session_get_sweep_view (LofiSession *self, LofiSweepView *view)
{
  const LofiExperiment *e = self->experiment;
  LofiSweepPicture picture = self->sweep_picture;
  *view = self->sweep_view;
  if ((picture == LOFI_SWEEP_MAP && e->sweep_axes->len == 0) || (picture == LOFI_SWEEP_THRESHOLDS && !lofi_thresholds_possible (e)))
    picture = LOFI_SWEEP_CURVES;
  guint layers = filtered_layers (e), points = lofi_grid_count (e);
  gboolean layered = lofi_quantity_has_layer (view->measure.quantity);
  if (layered && layers == 0)
    view->measure = (LofiMeasure) { LOFI_QUANTITY_TEST_ERROR, 0, 0 };
  view->measure.layer = layered && layers > 0 ? MIN (view->measure.layer, layers - 1) : 0;
  view->point = view->point < points ? view->point : 0;
  if (picture != LOFI_SWEEP_MAP)
    {
      view->samples = e->data.train > 0 ? e->data.train : lofi_session_get_available (self);
      return picture;
    }
  view->samples = known_samples (e, view->samples);
  if (layered || !lofi_emergence_wants (e, view->method))
    view->method = LOFI_METHOD_LOFI;
  view->x_axis = known_axis (e, view->x_axis);
  view->y_axis = known_axis (e, view->y_axis);
  if (view->x_axis == view->y_axis)
    view->y_axis = view->x_axis == -1 ? 0 : -1;
  return picture;
}

void
lofi_session_set_sweep_view (LofiSession *self, LofiSweepPicture picture, const LofiSweepView *view)
{
  gsize samples = self->sweep_view.samples;
  LofiMeasure before = self->sweep_view.measure;
  LofiSweepView old;
  lofi_session_get_sweep_view (self, &old);
  self->sweep_view = *view;
  /* The axis that was there goes to the other side. */
  if (view->x_axis == view->y_axis && view->x_axis != old.x_axis)
    self->sweep_view.y_axis = old.x_axis;
  else if (view->x_axis == view->y_axis)
    self->sweep_view.x_axis = old.y_axis;
  if (picture != LOFI_SWEEP_MAP)
    self->sweep_view.samples = samples;           /* the curves' thin line is the settings' own */
  if (view->measure.quantity != before.quantity)
    self->sweep_view.measure.index = view->measure.quantity == LOFI_QUANTITY_EIGENVALUE ? EIGENVALUES_FIRST : 0;
  self->sweep_picture = picture;
  lofi_session_changed (self, LOFI_CHANGED_SWEEP);
}

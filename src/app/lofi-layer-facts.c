/* What has been found of a layer. */
#include "config.h"
#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-axis.h"
#include "lofi-figures.h"
#include "lofi-layer-facts.h"

char *
lofi_shape_text (LofiMapShape shape)
{
  if (shape.channels == 1 && shape.height == 1)
    return g_strdup_printf ("%zu", shape.width);
  if (shape.channels == 1)
    return g_strdup_printf ("%zu × %zu", shape.height, shape.width);
  return g_strdup_printf ("%zu × %zu × %zu", shape.channels, shape.height, shape.width);
}

char *
lofi_degree_text (const LofiExperiment *experiment, guint layer)
{
  gsize degree = lofi_experiment_total_degree (experiment, layer);
  char number[32];
  if (degree == G_MAXSIZE)
    return g_strdup (_("any degree"));
  lofi_format_count (degree, number, sizeof number);
  return g_strdup_printf (_("degree ≤ %s"), number);
}

char *
lofi_mean_pair_text (const LofiLayerResult *layer)
{
  g_autoptr (GString) list = g_string_new (NULL);
  guint count = 0;
  for (gsize k = 0; layer->mean_overlap && k < layer->keep; k++)
    if (layer->mean_overlap[k] > LOFI_MEAN_OVERLAP_FLAG)
      g_string_append_printf (list, "%s%zu (%.2f)", count++ ? ", " : "", k + 1, layer->mean_overlap[k]);
  if (count == 0)
    return NULL;
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Direction %s is largely the mean activation, which all samples share. Centre lift removes it.",
                                       "Directions %s are largely the mean activation, which all samples share. Centre lift removes it.", count),
                          list->str);
}

void
lofi_layer_facts_fill (LofiFacts *facts)
{
  static const struct { const char *name, *tooltip; } rows[] = {
    [LOFI_FACT_INPUTS] = { N_("inputs"), N_("Numbers each sample brings to this layer") },
    [LOFI_FACT_OUTPUTS] = { N_("hands on"), N_("Numbers each sample takes to the next layer: channels × height × width") },
    [LOFI_FACT_SCALE] = { N_("scale c"), N_("Root mean squared norm of the inputs") },
    [LOFI_FACT_FORM] = { N_("form"), N_("How the operator was computed: whichever side is smaller") },
    [LOFI_FACT_OUTLIERS] = { N_("outliers"), N_("Eigenvalues beyond the null line: what the labels put there") },
    [LOFI_FACT_NULL_LINE] = { N_("null line"), N_("Where the spectrum would end if the labels said nothing of the inputs, at its two sides") },
    [LOFI_FACT_NULL_FROM] = { N_("null line from"), N_("The law is known at once; permutations of the labels take its place") },
    [LOFI_FACT_RESIDUAL] = { N_("residual"), N_("How far the kept pairs are from exact, relative to the largest eigenvalue") },
    [LOFI_FACT_DEGREE] = { N_("degree in the input"), N_("Bound on that of a feature after this layer, as a polynomial of the pixels") },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    lofi_facts_add (facts, _(rows[i].name), _(rows[i].tooltip));
}

static const char *
form_text (const LofiLayerResult *layer)
{
  if (layer->spec->kind == LOFI_KIND_DENSE && layer->spec->width == LOFI_WIDTH_INFINITE)
    return _("kernel, n × n");
  return layer->form == LOFI_FORM_PRIMAL ? _("primal, P × P") : layer->form == LOFI_FORM_DUAL ? _("dual, n × n") : _("no filter");
}

static void
show_found (LofiFacts *facts, const LofiLayerResult *layer, gboolean faint)
{
  g_autofree char *inputs = lofi_shape_text (layer->input_shape), *outputs = lofi_shape_text (layer->output_shape);
  char scale[32], residual[32];
  lofi_format_number (layer->scale, 4, scale, sizeof scale);
  lofi_format_number (layer->residual, 2, residual, sizeof residual);
  gboolean lifts = lofi_layer_lifts (layer->spec), filters = lofi_layer_filters (layer->spec);
  lofi_facts_show (facts, LOFI_FACT_INPUTS, inputs, faint);
  lofi_facts_show (facts, LOFI_FACT_OUTPUTS, outputs, faint);
  lofi_facts_show (facts, LOFI_FACT_SCALE, lifts ? scale : NULL, faint);
  lofi_facts_show (facts, LOFI_FACT_FORM, lifts || filters ? form_text (layer) : NULL, faint);
  lofi_facts_show (facts, LOFI_FACT_RESIDUAL, layer->residual > 0 ? residual : NULL, faint);
}

/* Where the null line is from. */
static char *
null_source (const LofiNull *null, gboolean computing)
{
  if (null->permutations > 0)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u permutation", "%u permutations", null->permutations), null->permutations);
  return g_strdup (computing ? _("the law, permutations under way") : _("the law"));
}

static void
show_null (LofiFacts *facts, const LofiNull *null, gboolean computing, gboolean faint)
{
  if (!null)
    {
      for (guint row = LOFI_FACT_OUTLIERS; row <= LOFI_FACT_NULL_FROM; row++)
        lofi_facts_show (facts, row, NULL, TRUE);
      return;
    }
  char low[32], high[32];
  lofi_format_number (null->low, 3, low, sizeof low);
  lofi_format_number (null->high, 3, high, sizeof high);
  g_autofree char *source = null_source (null, computing), *line = g_strdup_printf ("%s … %s", low, high);
  g_autofree char *outliers = g_strdup_printf (_("%zu below, %zu above"), null->below, null->above);
  lofi_facts_show (facts, LOFI_FACT_OUTLIERS, outliers, faint);
  lofi_facts_show (facts, LOFI_FACT_NULL_LINE, line, faint);
  lofi_facts_show (facts, LOFI_FACT_NULL_FROM, source, faint);
}

void
lofi_layer_facts_show (LofiFacts *facts, GtkLabel *mean_pair, LofiSession *session, guint index)
{
  LofiShown shown;
  LofiResult *result = lofi_session_get_layer (session, index, &shown);
  const LofiLayerResult *layer = result && shown != LOFI_SHOWN_LIVE ? result->layers[index] : NULL;
  const LofiExperiment *e = lofi_session_get_asked (session);
  gboolean faint = shown != LOFI_SHOWN_FRESH;
  g_autofree char *pair = layer ? lofi_mean_pair_text (layer) : NULL, *degree = lofi_degree_text (e, index);
  if (layer)
    show_found (facts, layer, faint);
  else
    for (guint row = 0; row < LOFI_FACT_DEGREE; row++)
      lofi_facts_show (facts, row, row <= LOFI_FACT_OUTPUTS ? "–" : NULL, TRUE);
  gboolean computing = !faint && (lofi_session_is_busy (session) || lofi_session_is_refining (session));
  show_null (facts, layer && layer->keep > 0 ? lofi_session_get_null (result, index) : NULL, computing, faint);
  lofi_facts_show (facts, LOFI_FACT_DEGREE, degree, FALSE);
  gtk_label_set_text (mean_pair, pair ? pair : "");
  gtk_widget_set_opacity (GTK_WIDGET (mean_pair), faint ? 0.5 : 1);
  gtk_widget_set_visible (GTK_WIDGET (mean_pair), pair != NULL);
}

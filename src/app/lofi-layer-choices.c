/* What the drop-downs of a layer's page offer. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-choice.h"
#include "lofi-layer-choices.h"
#include "lofi-layers.h"

void
lofi_layer_choices_fill (GtkDropDown *kind, GtkDropDown *mode, GtkDropDown *activation, GtkDropDown *order, GtkDropDown *degree)
{
  static const char *const formulas[LOFI_N_ACTIVATIONS] = {
    [LOFI_RELU] = "max (0, t)", [LOFI_TANH] = "tanh t", [LOFI_ERF] = "erf t", [LOFI_SIGMOID] = "1 / (1 + e⁻ᵗ)", [LOFI_GELU] = "t Φ(t)",
    [LOFI_SIN] = "sin t", [LOFI_SQUARE] = "t²", [LOFI_CUBE] = "t³", [LOFI_STEP] = N_("1 above 0, else 0"),
    [LOFI_IDENTITY] = N_("t itself: the lift is linear")
  };
  static const char *const orders[] = {
    N_("The mean weighted by the label: one direction."), N_("The second moment weighted by the label: the paper’s."),
    N_("The first moment, then the second beside it."), N_("The third moment: sees signal of exponent three only."),
    N_("The fourth moment: sees signal of exponent four only.")
  };
  for (int i = 0; i <= LOFI_KIND_FLATTEN; i++)
    lofi_choice_append (kind, lofi_kind_title (i), lofi_kind_sentence (i));
  lofi_choice_append (mode, _("largest"), _("Takes the largest number of each window."));
  lofi_choice_append (mode, _("mean"), _("Takes the mean of each window."));
  for (int i = 0; i < LOFI_N_ACTIVATIONS; i++)
    lofi_choice_append (activation, lofi_activation_name (i), _(formulas[i]));
  for (int i = 0; i <= LOFI_ORDER_4; i++)
    lofi_choice_append (order, lofi_order_name (i), _(orders[i]));
  lofi_choice_append (degree, _("exact"), _("The activation itself."));
  for (int d = 1; d <= LOFI_DEGREES_LISTED; d++)
    {
      g_autofree char *text = g_strdup_printf ("%d", d);
      lofi_choice_append (degree, text, NULL);
    }
}

const char *
lofi_layer_key_sentence (const LofiLayerSpec *spec, const char *key)
{
  gboolean filter = spec->kind == LOFI_KIND_FILTER;
  if (g_str_equal (key, "kind"))
    return lofi_kind_sentence (spec->kind);
  if (g_str_equal (key, "size"))
    return filter ? _("Patches the filter acts on, each channel by itself; 0 is the whole input.")
           : spec->kind == LOFI_KIND_POOL ? _("Side of the square that becomes one number.") : _("Side of the square patches that are lifted.");
  if (g_str_equal (key, "mode"))
    return spec->mode == LOFI_POOL_MAX ? _("Takes the largest number of each window.") : _("Takes the mean of each window.");
  if (g_str_equal (key, "width"))
    return spec->kind == LOFI_KIND_CONV ? _("Random features every patch is lifted to.")
                                        : _("Random features the layer lifts its input to; ∞ is their kernel.");
  return !filter ? _("Directions the filter keeps; off passes the lift on.")
         : spec->size > 0 ? _("Directions the filter keeps of each channel.") : _("Directions the filter keeps.");
}

#include "config.h"
#include "lofi-experiment.h"

#include <glib/gi18n-lib.h>
#include "lofi-error.h"

#define PRESET_FOLDER "/io/github/lofi_explorer/engine/presets/"

static const char *const names[] = { "shirt", "shirt-tanh", "shirt-wide", "shirt-degree-2", "shirt-centred", "upper-lower",
                                     "clothing-footwear", "shirt-conv", "shirt-kernel", "shirt-descent", "xor", "one-transition", "two-transitions",
                                     "one-transition-dimension", "two-transitions-dimension", NULL };

const char *const *
lofi_preset_names (void)
{
  return names;
}

LofiExperiment *
lofi_preset_load (const char *name, const char *const *settings, GError **error)
{
  g_autofree char *path = g_strdup_printf (PRESET_FOLDER "%s.lofi", name);
  g_autoptr (GBytes) bytes = g_strv_contains (names, name) ? g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL) : NULL;
  if (!bytes)
    {
      const char *nearest = lofi_nearest_name (name, names);
      g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean %s?"), nearest) : g_strdup (_("lofi presets lists them"));
      lofi_error_set (error, LOFI_ERROR_INPUT, name, todo, _("there is no preset of that name"));
      return NULL;
    }
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *text = g_strndup (data, length);
  return lofi_experiment_parse (text, name, NULL, settings, error);
}

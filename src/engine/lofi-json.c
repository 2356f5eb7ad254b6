#include "config.h"
#include "lofi-json-private.h"

#include <math.h>

void
lofi_json_put_number (JsonBuilder *json, const char *name, double value)
{
  json_builder_set_member_name (json, name);
  if (isfinite (value))
    json_builder_add_double_value (json, value);
  else
    json_builder_add_null_value (json);
}

void
lofi_json_put_integer (JsonBuilder *json, const char *name, guint64 value)
{
  json_builder_set_member_name (json, name);
  if (value <= G_MAXINT64)
    json_builder_add_int_value (json, (gint64) value);
  else
    {
      /* Beyond what JSON readers hold as an integer: as text, exactly. */
      g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);
      json_builder_add_string_value (json, text);
    }
}

void
lofi_json_put_text (JsonBuilder *json, const char *name, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value ? value : "", -1);
  json_builder_set_member_name (json, name);
  json_builder_add_string_value (json, valid);
}

void
lofi_json_put_flag (JsonBuilder *json, const char *name, gboolean flag)
{
  json_builder_set_member_name (json, name);
  json_builder_add_boolean_value (json, flag);
}

void
lofi_json_put_null (JsonBuilder *json, const char *name)
{
  json_builder_set_member_name (json, name);
  json_builder_add_null_value (json);
}

/* Members of a JSON object, in the form every file of results has them. */
#pragma once

#include <json-glib/json-glib.h>

void lofi_json_put_number (JsonBuilder *json, const char *name, double value);       /* null for what JSON has no number for */
void lofi_json_put_integer (JsonBuilder *json, const char *name, guint64 value);     /* beyond 2^63 - 1 as text */
void lofi_json_put_text (JsonBuilder *json, const char *name, const char *value);    /* "" for NULL; made valid UTF-8 */
void lofi_json_put_flag (JsonBuilder *json, const char *name, gboolean flag);
void lofi_json_put_null (JsonBuilder *json, const char *name);

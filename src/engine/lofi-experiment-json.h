/* An experiment inside a JSON file: an object of groups, each an object of its keys. */
#pragma once

#include <json-glib/json-glib.h>
#include "lofi-experiment.h"

/* As member "experiment": numbers and flags as what they are, everything else as it is written in the file. */
void lofi_experiment_put_json (JsonBuilder *json, const LofiExperiment *experiment);

/* Read back, settings applied over it. groups: the member's object, NULL if there is none. path stands for the file in errors. (transfer full) */
LofiExperiment *lofi_experiment_of_json (JsonObject *groups, const char *path, const char *const *settings, GError **error);

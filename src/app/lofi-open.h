/* From a path to an experiment and back. No widgets, no pixels read. */
#pragma once

#include "lofi-experiment.h"

/* An experiment file, or data (a folder, an .npy or IDX file): then the default experiment on it. (transfer full) */
LofiExperiment *lofi_open_path (const char *path, GError **error);

/* The experiment as text that means the same wherever it is saved: relative paths made absolute. (transfer full) */
char *lofi_portable_text (const LofiExperiment *experiment);

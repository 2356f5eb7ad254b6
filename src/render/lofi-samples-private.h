/* Training samples as they looked before normalisation. */
#pragma once

#include "lofi-task.h"

/* d numbers of training sample i, channels x height x width: brightness in [0, 1] of an image, else the inputs as they are. */
void lofi_sample_values (const LofiTask *task, gsize i, double *values);

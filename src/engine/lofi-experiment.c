#include "lofi-experiment.h"

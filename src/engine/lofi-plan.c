#include "config.h"
#include "lofi-plan.h"

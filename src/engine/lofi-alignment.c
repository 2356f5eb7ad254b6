#include "config.h"
#include "lofi-alignment.h"

#include "lofi-cache.h"

#include "lofi-random.h"

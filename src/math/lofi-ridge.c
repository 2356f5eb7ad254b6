#include "lofi-ridge.h"

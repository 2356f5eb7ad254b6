#include "lofi-descent.h"

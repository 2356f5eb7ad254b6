#include "lofi-single.h"

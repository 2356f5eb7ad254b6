#include "lofi-lift.h"

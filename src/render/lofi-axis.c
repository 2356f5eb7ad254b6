#include "lofi-axis.h"

#include "lofi-kernel.h"

#include "lofi-emergence.h"

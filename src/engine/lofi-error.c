#include "lofi-error.h"

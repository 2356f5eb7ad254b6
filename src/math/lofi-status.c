#include "lofi-status.h"

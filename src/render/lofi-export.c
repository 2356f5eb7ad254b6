#include "lofi-export.h"

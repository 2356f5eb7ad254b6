#include "lofi-result.h"

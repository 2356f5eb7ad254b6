#include "lofi-degree.h"

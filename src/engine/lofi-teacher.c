#include "config.h"
#include "lofi-teacher.h"

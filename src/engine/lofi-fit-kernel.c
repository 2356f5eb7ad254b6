#include "config.h"
#include "lofi-fit-private.h"

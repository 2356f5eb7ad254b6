#include "lofi-moment.h"

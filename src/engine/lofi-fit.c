#include "lofi-fit.h"

#include "lofi-dual.h"

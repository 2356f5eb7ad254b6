#include "lofi-eigen.h"

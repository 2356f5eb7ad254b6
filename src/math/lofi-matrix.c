#include "lofi-matrix.h"

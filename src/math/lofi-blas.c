#include "lofi-blas.h"

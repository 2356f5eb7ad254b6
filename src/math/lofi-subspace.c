#include "lofi-subspace.h"

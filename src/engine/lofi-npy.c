#include "lofi-npy.h"

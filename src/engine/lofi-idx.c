#include "lofi-idx.h"

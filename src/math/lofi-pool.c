#include "lofi-patches.h"

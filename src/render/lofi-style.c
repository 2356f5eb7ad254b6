#include "lofi-style.h"

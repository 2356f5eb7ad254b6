#include "lofi-activation.h"

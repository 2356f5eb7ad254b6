#include "lofi-operator.h"

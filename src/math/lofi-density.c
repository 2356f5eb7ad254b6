#include "lofi-leading.h"

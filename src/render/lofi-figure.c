#include "lofi-figure.h"

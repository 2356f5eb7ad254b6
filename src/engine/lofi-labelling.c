#include "lofi-labelling.h"

#include "lofi-dataset.h"

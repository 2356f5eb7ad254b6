#include "lofi-results-file.h"

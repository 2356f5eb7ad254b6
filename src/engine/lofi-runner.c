#include "lofi-runner.h"

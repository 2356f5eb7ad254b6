#include "lofi-task.h"

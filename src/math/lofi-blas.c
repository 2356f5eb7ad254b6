#define _GNU_SOURCE
#include "lofi-blas.h"

#include <cblas.h>
#include <sched.h>
#include <unistd.h>

/* The processors this process may run on: a batch queue or taskset may grant fewer than the machine has. */
static int
usable_processors (void)
{
#ifdef CPU_COUNT
  cpu_set_t set;
  CPU_ZERO (&set);
  if (sched_getaffinity (0, sizeof set, &set) == 0 && CPU_COUNT (&set) > 0)
    return CPU_COUNT (&set);
#endif
  long online = sysconf (_SC_NPROCESSORS_ONLN);
  return online > 0 && online < 4096 ? (int) online : 1;
}

void
lofi_blas_set_threads (int threads)
{
  /* Before anything was set OpenBLAS has what OPENBLAS_NUM_THREADS says, or all processors: several workers on one machine share it so. */
  int allowed = openblas_get_num_threads (), usable = usable_processors ();
  openblas_set_num_threads (threads > 0 ? threads : allowed > 0 && allowed < usable ? allowed : usable);
}

int
lofi_blas_threads (void)
{
  return openblas_get_num_threads ();
}

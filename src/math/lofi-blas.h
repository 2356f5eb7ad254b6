/* The one place that touches OpenBLAS's global state. */
#pragma once

/* Call once, from main, before any computation; 0 means one per processor the process may use, or as
 * many as the environment's OPENBLAS_NUM_THREADS if those are fewer. */
void lofi_blas_set_threads (int threads);
int lofi_blas_threads (void);

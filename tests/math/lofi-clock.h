/* Watches of the tests. */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <time.h>

/* A clock for the longest time between two looks, and a stop at a given look. */
typedef struct {
  int looks, stop_at;
  double last, longest, fraction;
  bool backwards;
} Clock;

static inline double
now (void)
{
  struct timespec t;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);    /* not the wall: other programs may have the machine */
  return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static inline bool
look (void *data)
{
  Clock *c = data;
  double time = now ();
  c->longest = fmax (c->longest, time - c->last);
  c->last = time;
  return ++c->looks == c->stop_at;
}

static inline void
advance (void *data, double fraction)
{
  Clock *c = data;
  c->backwards |= !(fraction >= c->fraction && fraction <= 1.0);
  c->fraction = fraction;
}

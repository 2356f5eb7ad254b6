/* Which rule counts the outliers of an operator's spectrum best, by what comes of it where the answer is known: XOR in noise, x ~ N(0, I_100) as it
 * is, y = sign (x_1 x_2). The operator of enough samples has exactly two eigenvalues that carry the label, one at either end; that of few has none
 * beyond its bulk (they leave it at n = 2.9 d).
 *
 * Each end is compared with what shuffled labels leave there. Three ways of going along an end:
 *   outermost     every eigenvalue with the outermost shuffled one
 *   k-th          the k-th with the k-th shuffled one, as long as all before it are beyond theirs (parallel analysis)
 *   sequential    with the outermost shuffled one; then the directions found at either end are taken out of x, and what is left is compared with its own
 *                 shuffles, until nothing is found
 * and several lines: the mean of the shuffles and so many standard deviations, or the farthest shuffle.
 *
 * For each, of the seeds: how many find none at n = 128, at least two at 2048, exactly two at 2048; the mean number found at 128, at 2048, and at 2048
 * with labels that are themselves a shuffle, where each is false.
 *
 *   bench-outliers [SEEDS [SHUFFLES]...]      default 20 seeds; 20 and 200 shuffles
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lofi-blas.h"
#include "lofi-eigen.h"
#include "lofi-operator.h"
#include "lofi-permutation.h"
#include "lofi-random.h"

#define D 100
#define FEW 128
#define MANY 2048
#define DEEP 6              /* of an end, at most, that are looked at */
#define FALSE_LABELS 1000000u    /* the shuffle that stands in for labels that say nothing */

enum { OUTERMOST, KTH, SEQUENTIAL, WAYS };
static const char *const ways[WAYS] = { "outermost", "k-th", "sequential" };
static const struct {
  const char *name;
  double deviations;        /* 0: the farthest shuffle */
} lines[] = { { "mean + 2 sd", 2.0 }, { "mean + 2.5 sd", 2.5 }, { "mean + 3 sd", 3.0 }, { "mean + 3.5 sd", 3.5 }, { "farthest", 0.0 } };
#define LINES 5

typedef struct {
  unsigned none, two_or_more, two;
  double found_few, found_many, found_false;
} Tally;

static void
must (LofiStatus status)
{
  if (status == LOFI_OK)
    return;
  fprintf (stderr, "bench-outliers: %s\n", lofi_status_message (status));
  exit (3);
}

/* One operator, its eigenvectors, and its shuffles' ends; end 0 is the low one, negated, so that outermost is largest. */
typedef struct {
  size_t n, shuffles;
  uint64_t seed;
  LofiMatrix x;             /* n x D */
  double *y;
  double real[2][DEEP];
  LofiMatrix vectors;       /* D x D, ascending */
  LofiMatrix null[2];       /* shuffles x DEEP */
} Task;

static void
task_init (Task *task, size_t n, uint64_t seed, size_t shuffles, bool false_labels)
{
  *task = (Task) { .n = n, .shuffles = shuffles, .seed = seed, .y = malloc (n * sizeof (double)) };
  must (task->y ? LOFI_OK : LOFI_NO_MEMORY);
  must (lofi_matrix_alloc (&task->x, n, D));
  must (lofi_matrix_alloc (&task->vectors, D, D));
  for (int e = 0; e < 2; e++)
    must (lofi_matrix_alloc (&task->null[e], shuffles, DEEP));
  for (size_t i = 0; i < n; i++)
    {
      double *row = task->x.data + i * D;
      lofi_random_normals (seed, LOFI_PURPOSE_TRAIN_SAMPLES, (uint32_t) i, 0, D, row);
      task->y[i] = row[0] * row[1] >= 0.0 ? 1.0 : -1.0;
    }
  if (false_labels)
    {
      double *shuffled = malloc (n * sizeof (double));
      must (shuffled ? LOFI_OK : LOFI_NO_MEMORY);
      must (lofi_shuffled_weights (seed, FALSE_LABELS, task->y, n, shuffled));
      free (task->y);
      task->y = shuffled;
    }
}

static void
task_clear (Task *task)
{
  lofi_matrix_clear (&task->x);
  lofi_matrix_clear (&task->vectors);
  for (int e = 0; e < 2; e++)
    lofi_matrix_clear (&task->null[e]);
  free (task->y);
}

static void
solve (Task *task)
{
  LofiOperator op;
  LofiMatrix c;
  LofiSpectrum spectrum;
  must (lofi_matrix_alloc (&c, D, D));
  must (lofi_operator_init (&op, D));
  must (lofi_operator_add (&op, &task->x, task->y, NULL));
  must (lofi_operator_read (&op, false, &c));
  must (lofi_spectrum_init (&spectrum, &c, NULL));
  must (lofi_spectrum_all (&spectrum, &task->vectors, NULL));
  for (size_t k = 0; k < DEEP; k++)
    {
      task->real[0][k] = -spectrum.values[k];
      task->real[1][k] = spectrum.values[D - 1 - k];
    }
  lofi_spectrum_clear (&spectrum);
  lofi_operator_clear (&op);
  lofi_matrix_clear (&c);
  LofiRowSource source = lofi_row_source_of (&task->x, 1);
  must (lofi_permuted_extremes (&source, task->y, false, task->seed, 0, task->shuffles, DEEP, &task->null[0], &task->null[1], NULL));
  for (size_t i = 0; i < task->shuffles * DEEP; i++)
    task->null[0].data[i] = -task->null[0].data[i];
}

/* The line of the k-th of an end. */
static double
line_of (const Task *task, int line, int end, size_t k)
{
  double sum = 0.0, squares = 0.0, farthest = -INFINITY, count = (double) task->shuffles;
  for (size_t i = 0; i < task->shuffles; i++)
    {
      double value = task->null[end].data[i * DEEP + k];
      sum += value;
      farthest = fmax (farthest, value);
    }
  for (size_t i = 0; i < task->shuffles; i++)
    squares += pow (task->null[end].data[i * DEEP + k] - sum / count, 2.0);
  return lines[line].deviations > 0.0 ? sum / count + lines[line].deviations * sqrt (squares / (count - 1.0)) : farthest;
}

static size_t
count_end (const Task *task, int line, int end, bool kth)
{
  size_t k = 0;
  while (k < DEEP && task->real[end][k] > line_of (task, line, end, kth ? k : 0))
    k++;
  return k;
}

/* Takes the outermost `count` directions of an end out of x. */
static void
take_out (Task *task, int end, size_t count)
{
  for (size_t k = 0; k < count; k++)
    for (size_t i = 0; i < task->n; i++)
      {
        const double *v = task->vectors.data + (end ? D - 1 - k : k);
        double *row = task->x.data + i * D, along = 0.0;
        for (size_t j = 0; j < D; j++)
          along += row[j] * v[j * D];
        for (size_t j = 0; j < D; j++)
          row[j] -= along * v[j * D];
      }
}

/* What the sequential way finds from where `start`, which is solved, is. */
static size_t
count_sequentially (const Task *start, size_t n, bool false_labels, int line)
{
  size_t counts[2] = { count_end (start, line, 0, false), count_end (start, line, 1, false) }, sum = counts[0] + counts[1];
  if (sum == 0)
    return 0;
  Task task;
  task_init (&task, n, start->seed, start->shuffles, false_labels);
  memcpy (task.vectors.data, start->vectors.data, D * D * sizeof (double));
  while (counts[0] + counts[1] > 0 && sum < DEEP)
    {
      for (int e = 0; e < 2; e++)
        take_out (&task, e, counts[e]);
      solve (&task);
      for (int e = 0; e < 2; e++)
        counts[e] = count_end (&task, line, e, false);
      sum += counts[0] + counts[1];
    }
  task_clear (&task);
  return sum;
}

/* kind 0: few samples, 1: many, 2: many with labels that say nothing. */
static void
measure (uint64_t seed, size_t shuffles, int kind, Tally tally[WAYS][LINES])
{
  size_t n = kind == 0 ? FEW : MANY;
  Task task;
  task_init (&task, n, seed, shuffles, kind == 2);
  solve (&task);
  for (int line = 0; line < LINES; line++)
    for (int way = 0; way < WAYS; way++)
      {
        size_t found = way == SEQUENTIAL ? count_sequentially (&task, n, kind == 2, line)
                                         : count_end (&task, line, 0, way == KTH) + count_end (&task, line, 1, way == KTH);
        Tally *t = &tally[way][line];
        t->none += kind == 0 && found == 0;
        t->two_or_more += kind == 1 && found >= 2;
        t->two += kind == 1 && found == 2;
        *(kind == 0 ? &t->found_few : kind == 1 ? &t->found_many : &t->found_false) += (double) found;
      }
  task_clear (&task);
}

static void
table (unsigned seeds, size_t shuffles)
{
  Tally tally[WAYS][LINES] = { 0 };
  for (unsigned seed = 0; seed < seeds; seed++)
    for (int kind = 0; kind < 3; kind++)
      measure (seed, shuffles, kind, tally);
  printf ("%u seeds, %zu shuffles\n%-12s %-14s %9s %9s %9s %10s %10s %10s\n", seeds, shuffles, "way", "line", "none, few", ">= 2, many", "2, many",
          "found, few", "found, many", "false");
  for (int way = 0; way < WAYS; way++)
    for (int line = 0; line < LINES; line++)
      {
        const Tally *t = &tally[way][line];
        printf ("%-12s %-14s %9u %9u %9u %10.3f %10.3f %10.3f\n", ways[way], lines[line].name, t->none, t->two_or_more, t->two,
                t->found_few / seeds, t->found_many / seeds, t->found_false / seeds);
      }
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  unsigned seeds = argc > 1 ? (unsigned) strtoul (argv[1], NULL, 10) : 20;
  lofi_blas_set_threads (0);
  for (int i = 2; i < argc; i++)
    table (seeds, (size_t) strtoull (argv[i], NULL, 10));
  if (argc <= 2)
    {
      table (seeds, 20);
      table (seeds, 200);
    }
  return 0;
}

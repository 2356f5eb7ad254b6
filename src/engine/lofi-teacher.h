/* Teachers: synthetic tasks whose answer is known (theory.md 2, 4(i) and 5). Inputs are drawn sample by sample from the seed, so that a smaller
 * n is a prefix of a larger one, and the test samples are others.
 *   single-index  x ~ N(0, I_d), y = label_k(w . x) of exact information exponent k: 1 sign s; 2 sign(s^2 - .45494); 3 sign(s (s^2 - 2 ln 2));
 *                 4: -1 where .50897 < |s| < 1.59474, else +1. w is a random unit vector. Planted: w.
 *   xor           x ~ N(0, I_d), y = sign(x_1 x_2): two coordinates in d - 2 of noise. Planted: (e_1 + e_2, e_1 - e_2) / sqrt 2, order as the
 *                 operator's eigenvalues +2/pi and -2/pi.
 *   staircase     x uniform in {-1, 1}^d, chi_j = x_{2j-1} x_{2j}, y = sign(2 chi_1 + chi_2 + chi_3 + chi_4). Planted: the pairs' (e + e', e - e')
 *                 / sqrt 2, pair 1 first. d >= 8.
 *   sight         h = sum_k a_k he_2(w_k . x) / sqrt r, a_k = +-1 alternating, w_k orthonormal, y = sign h. Planted: w_1 .. w_r.
 */
#pragma once

#include "lofi-dataset.h"

typedef enum { LOFI_TEACHER_SINGLE_INDEX, LOFI_TEACHER_XOR, LOFI_TEACHER_STAIRCASE, LOFI_TEACHER_SIGHT, LOFI_N_TEACHERS } LofiTeacher;

#define LOFI_TEACHER_TEST_SAMPLES 5000
#define LOFI_TEACHER_TRAIN_MOST ((gsize) 1000000)

typedef struct {
  const char *name;              /* in the file: "single-index" */
  const char *title;             /* marked for translation */
  const char *blurb;             /* a sentence about it, marked for translation */
  const char *positive_name, *negative_name;   /* marked for translation */
  gsize least_dimension;
} LofiTeacherInfo;
const LofiTeacherInfo *lofi_teacher_info (LofiTeacher teacher);
/* FALSE when there is no such teacher. */
gboolean lofi_teacher_from_name (const char *name, LofiTeacher *teacher);

/* A data set of its samples, targets -1 and +1, with `planted` filled. Errors: a dimension below the least, an exponent outside 1 to 4, more directions
 * than dimensions. */
LofiDataset *lofi_teacher_draw (const LofiExperiment *experiment, GCancellable *cancellable, GError **error);
/* As lofi_dataset_key. (transfer full) */
char *lofi_teacher_key (const LofiExperiment *experiment);

/* The concepts of the planted groups, what a feature of each group would compute, into `concepts`, n x n_groups, for inputs n x d as they are drawn.
 * single-index: he_k (w . x); xor: x_1 x_2; staircase: chi_j; sight, whose one group is all of w_k: h. FALSE for data that is not of a teacher. */
gboolean lofi_teacher_concepts (const LofiExperiment *experiment, const LofiDataset *dataset, const LofiMatrix *inputs, LofiMatrix *concepts);
/* How many groups its data set would have; 0 for data that is not of a teacher. */
guint lofi_teacher_groups (const LofiExperiment *experiment);
/* Short names of the groups: "w", "pair 1", ... translated, NULL-terminated. dataset may be NULL. (transfer full) */
char **lofi_teacher_group_names (const LofiExperiment *experiment, const LofiDataset *dataset);
/* The exponents theory gives: samples ~ dimension^exponent at which group `group` emerges in a first layer of a filter of this order, and at which lazy
 * features learn; NAN where there is none. */
double lofi_teacher_exponent (const LofiExperiment *experiment, LofiFilterOrder order, guint group);
double lofi_teacher_lazy_exponent (const LofiExperiment *experiment);

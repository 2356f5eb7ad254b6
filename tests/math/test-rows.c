#include "lofi-test.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include "lofi-reference.h"
#include "lofi-rows-private.h"

#define MOST 33             /* vectors */
#define UNIT ((double) FLT_EPSILON)

/* Rows in single precision, vectors and weights; the source hands out `block` samples at once. */
typedef struct {
  LofiMatrixF z;
  size_t positions;
  const double *vectors[MOST], *weights[MOST];
  LofiMatrix v, t;
  LofiRowSource source;
} Problem;

static LofiStatus
serve (void *data, size_t first, size_t count, LofiMatrix *rows, LofiMatrixF *single, const LofiWatch *watch)
{
  const Problem *problem = data;
  *single = lofi_matrix_f_row_block (&problem->z, first * problem->positions, count * problem->positions);
  return LOFI_OK;
}

/* What is between the rows, of which there are `padding` numbers each, and behind the last one is not theirs: not to be read. */
static Problem *
problem_new (size_t n, size_t s, size_t p, size_t padding)
{
  Problem *problem = calloc (1, sizeof *problem);
  LofiMatrix z = lofi_reference_normals (n * s, p, 60);
  *problem = (Problem) { .positions = s, .v = lofi_reference_normals (MOST, p, 61), .t = lofi_reference_normals (MOST, n, 62) };
  problem->source = (LofiRowSource) { n, s, p, n, serve, problem };
  problem->z = (LofiMatrixF) { malloc (n * s * (p + padding) * sizeof (float)), n * s, p, p + padding };
  ck_assert_ptr_nonnull (problem->z.data);
  for (size_t i = 0; i < n * s; i++)
    for (size_t j = 0; j < p + padding; j++)
      problem->z.data[i * (p + padding) + j] = j < p ? (float) (z.data[i * p + j] + 0.3) : NAN;
  for (size_t b = 0; b < MOST; b++)
    {
      problem->vectors[b] = problem->v.data + b * p;
      problem->weights[b] = problem->t.data + b * n;
    }
  lofi_matrix_clear (&z);
  return problem;
}

static void
problem_free (Problem *problem)
{
  free (problem->z.data);
  lofi_matrix_clear (&problem->v);
  lofi_matrix_clear (&problem->t);
  free (problem);
}

/* The images by one version of the kernel. */
static LofiMatrix
multiply (const Problem *problem, size_t version, bool weighted, bool center, size_t first, size_t count)
{
  LofiRows rows;
  LofiMatrix images = lofi_reference_new (count, problem->z.cols);
  ck_assert_int_eq (lofi_rows_init (&rows, &problem->source, center, count, NULL), LOFI_OK);
  rows.kernel = lofi_row_kernel (version);
  for (int again = 0; again < 2; again++)     /* whatever the last pass left */
    ck_assert_int_eq (lofi_rows_multiply (&rows, problem->vectors + first, weighted ? problem->weights + first : NULL, count, NULL), LOFI_OK);
  memcpy (images.data, rows.images.data, count * problem->z.cols * sizeof (double));
  lofi_rows_clear (&rows);
  return images;
}

/* Image b, plainly, and of every entry how large it would be were nothing to cancel. */
static void
plain_image (const Problem *problem, bool weighted, bool center, size_t b, double *image, double *reach)
{
  size_t n = problem->z.rows, p = problem->z.cols;
  double *mean = calloc (p, sizeof *mean);
  for (size_t i = 0; i < n && center; i++)
    for (size_t j = 0; j < p; j++)
      mean[j] += problem->z.data[i * problem->z.stride + j] / (double) n;
  memset (image, 0, p * sizeof *image);
  memset (reach, 0, p * sizeof *reach);
  for (size_t i = 0; i < n; i++)
    {
      const float *z = problem->z.data + i * problem->z.stride;
      double t = weighted ? problem->weights[b][i / problem->positions] : 1.0, inner = 0.0, size = 0.0;
      for (size_t j = 0; j < p; j++)
        {
          inner += (z[j] - mean[j]) * problem->vectors[b][j];
          size += (fabs (z[j]) + fabs (mean[j])) * fabs (problem->vectors[b][j]);
        }
      for (size_t j = 0; j < p; j++)
        {
          image[j] += t * inner * (z[j] - mean[j]) / (double) n;
          reach[j] += fabs (t) * size * (fabs (z[j]) + fabs (mean[j])) / (double) n;
        }
    }
  free (mean);
}

static const size_t widths[] = { 1, 3, 15, 16, 17, 63, 64, 65, 1000, 2100 }, counts[] = { 1, 7, 8, 9, 1000 }, together[] = { 1, 5, 16, 17, 20, 33 };
#define WIDTHS ((int) (sizeof widths / sizeof *widths))

static void
check_problem (const Problem *problem, bool weighted, bool center, size_t count)
{
  size_t p = problem->z.cols;
  double *image = malloc (2 * p * sizeof *image), *reach = image + p;
  for (size_t version = 0; lofi_row_kernel (version); version++)
    {
      LofiMatrix found = multiply (problem, version, weighted, center, 0, count);
      for (size_t b = 0; b < count; b += count > 1 ? count - 1 : 1)
        {
          plain_image (problem, weighted, center, b, image, reach);
          bool near = true;
          for (size_t j = 0; j < p; j++)
            near = near && fabs (found.data[b * p + j] - image[j]) <= 8.0 * UNIT * reach[j];
          ck_assert (near);
        }
      lofi_matrix_clear (&found);
    }
  free (image);
}

START_TEST (images_are_those_of_plain_loops)
{
  for (size_t n = 0; n < sizeof counts / sizeof *counts; n++)
    {
      size_t padding = (n & 1) * 5, wide = widths[_i] >= 1000 && counts[n] == 1000 ? 1 : 0;
      Problem *problem = problem_new (counts[n], 1, widths[_i], padding);
      for (size_t k = wide ? 4 : 0; k < (wide ? 5 : sizeof together / sizeof *together); k++)
        {
          check_problem (problem, true, k & 1, together[k]);
          check_problem (problem, false, !(k & 1), together[k]);
        }
      problem_free (problem);
    }
}
END_TEST

/* Weights are of samples. */
START_TEST (positions_share_a_weight)
{
  Problem *problem = problem_new (37, 9, 50, 3);
  problem->source.block = 5;
  for (int k = 0; k < 4; k++)
    check_problem (problem, k & 1, k & 2, 6);
  problem_free (problem);
}
END_TEST

/* Every vector in groups of every size, the rows in blocks of every kind, over more of them than are summed in single precision: to the bit. */
START_TEST (a_vector_does_not_depend_on_the_others)
{
  static const size_t blocks[] = { 1, 3, 16, 100, 1111, 2048, 4500 };
  size_t n = 4500, p = 70;
  Problem *problem = problem_new (n, 1, p, 2);
  for (size_t version = 0; lofi_row_kernel (version); version++)
    {
      problem->source.block = n;
      LofiMatrix all = multiply (problem, version, true, true, 0, MOST);
      for (size_t count = 1; count <= MOST; count += count < 8 ? 1 : 3)
        {
          size_t first = MOST - count;
          problem->source.block = blocks[count % (sizeof blocks / sizeof *blocks)];
          LofiMatrix some = multiply (problem, version, true, true, first, count);
          ck_assert_int_eq (memcmp (some.data, all.data + first * p, count * p * sizeof (double)), 0);
          lofi_matrix_clear (&some);
        }
      lofi_matrix_clear (&all);
    }
  problem_free (problem);
}
END_TEST

/* The kernel by itself, on what it may meet: a tile of any height and of a row's every residue, and nothing written beyond its images. */
static void
check_versions (size_t p)
{
  size_t stride = (p + LOFI_TILE_COLUMNS - 1) / LOFI_TILE_COLUMNS * LOFI_TILE_COLUMNS, vectors = 1 + p % 13;
  Problem *problem = problem_new (LOFI_TILE_ROWS, 1, p, p % 3);
  LofiMatrixF v, images[2];
  float inner[2][MOST * LOFI_TILE_ROWS];
  ck_assert_int_eq (lofi_matrix_f_alloc (&v, vectors, stride), LOFI_OK);
  for (size_t b = 0; b < vectors; b++)
    for (size_t j = 0; j < p; j++)
      v.data[b * stride + j] = (float) problem->vectors[b][j];
  for (size_t version = 1; lofi_row_kernel (version); version++)
    for (size_t rows = 1; rows <= LOFI_TILE_ROWS; rows++)
      {
        LofiMatrixF tile = lofi_matrix_f_row_block (&problem->z, LOFI_TILE_ROWS - rows, rows);
        for (int k = 0; k < 2; k++)
          {
            const LofiRowKernel *kernel = lofi_row_kernel (k ? version : 0);
            ck_assert_int_eq (lofi_matrix_f_alloc (&images[k], vectors + 1, stride), LOFI_OK);
            LofiMatrixF view = lofi_matrix_f_row_block (&images[k], 0, vectors);
            kernel->inner (&tile, &v, inner[k]);
            for (int twice = 0; twice < 2; twice++)
              kernel->add (&tile, inner[k], &view);
          }
        bool near = true, kept = true;
        for (size_t b = 0; b < vectors; b++)
          for (size_t i = b * LOFI_TILE_ROWS; i < b * LOFI_TILE_ROWS + rows; i++)
            near = near && fabsf (inner[0][i] - inner[1][i]) <= 8.0 * UNIT * (double) p;
        for (size_t i = 0; i < (vectors + 1) * stride; i++)
          {
            near = near && fabsf (images[0].data[i] - images[1].data[i]) <= 64.0 * UNIT * (double) (rows * p);
            kept = kept && (i < vectors * stride || images[1].data[i] == 0.0f);
          }
        ck_assert (near);
        ck_assert (kept);
        lofi_matrix_f_clear (&images[0]);
        lofi_matrix_f_clear (&images[1]);
      }
  lofi_matrix_f_clear (&v);
  problem_free (problem);
}

START_TEST (versions_agree)
{
  for (size_t p = 1; p < 140; p++)
    check_versions (p);
}
END_TEST

/* Not a number wherever it is, even where its weight is zero; and the numbers of the other vectors are theirs. */
START_TEST (what_is_not_finite_is_found)
{
  static const size_t rows_of[] = { 0, 5, 16, 98, 99 }, columns_of[] = { 0, 15, 16, 63, 66 };
  for (size_t version = 0; lofi_row_kernel (version); version++)
    for (size_t k = 0; k < 25; k++)
      {
        Problem *problem = problem_new (100, 1, 67, 0);
        LofiRows rows;
        ck_assert_int_eq (lofi_rows_init (&rows, &problem->source, false, 5, NULL), LOFI_OK);
        rows.kernel = lofi_row_kernel (version);
        float *place = &problem->z.data[rows_of[k / 5] * 67 + columns_of[k % 5]], was = *place;
        problem->t.data[rows_of[k / 5]] = 0.0;
        *place = k % 2 ? NAN : INFINITY;
        ck_assert_int_eq (lofi_rows_multiply (&rows, problem->vectors, problem->weights, 5, NULL), LOFI_NOT_FINITE);
        *place = was;
        ck_assert_int_eq (lofi_rows_multiply (&rows, problem->vectors, problem->weights, 5, NULL), LOFI_OK);
        problem->t.data[3 * 100 + 7] = NAN;
        ck_assert_int_eq (lofi_rows_multiply (&rows, problem->vectors, problem->weights, 5, NULL), LOFI_NOT_FINITE);
        ck_assert_int_eq (lofi_rows_multiply (&rows, problem->vectors, problem->weights, 3, NULL), LOFI_OK);
        lofi_rows_clear (&rows);
        problem_free (problem);
      }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("rows");
  TCase *tcase = tcase_create ("rows");
  tcase_set_timeout (tcase, 120);
  tcase_add_loop_test (tcase, images_are_those_of_plain_loops, 0, WIDTHS);
  tcase_add_test (tcase, positions_share_a_weight);
  tcase_add_test (tcase, a_vector_does_not_depend_on_the_others);
  tcase_add_test (tcase, versions_agree);
  tcase_add_test (tcase, what_is_not_finite_is_found);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}

/* Small data and experiments for the command's tests: numbers by a generator of their own, so that they never change. */
#pragma once

#include "lofi-command.h"
#include "lofi-npy.h"

static inline double
small_uniform (guint64 *state)
{
  *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
  return (double) (*state >> 11) / 9007199254740992.0;
}

static inline void
save_array (const char *folder, const char *name, const double *values, gsize rows, gsize cols)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  gsize shape[2] = { rows, cols };
  if (!lofi_npy_write_doubles (path, values, shape, cols ? 2 : 1, &error))
    ck_abort_msg ("%s", error->message);
}

/* x.npy, y.npy, x-test.npy, y-test.npy: y is the sign of x0 x1 + x2 / 2. bad: index of an input to make a NaN, or -1;
 * one_class: all targets 1. */
static inline void
save_task (const char *folder, gsize n, gsize d, gssize bad, gboolean one_class)
{
  static const char *const names[][2] = { { "x.npy", "y.npy" }, { "x-test.npy", "y-test.npy" } };
  guint64 state = 7;
  for (guint s = 0; s < 2; s++)
    {
      gsize count = s ? n / 2 : n;
      g_autofree double *x = g_new (double, count * d), *y = g_new (double, count);
      for (gsize i = 0; i < count * d; i++)
        x[i] = 4 * small_uniform (&state) - 2;
      for (gsize i = 0; i < count; i++)
        y[i] = one_class || x[i * d] * x[i * d + 1] + x[i * d + 2] / 2 > 0 ? 1 : -1;
      if (s == 0 && bad >= 0)
        x[bad] = NAN;
      save_array (folder, names[s][0], x, count, d);
      save_array (folder, names[s][1], y, count, 0);
    }
}

#define SMALL_ARRAYS "source=arrays\ntrain-inputs=x.npy\ntrain-targets=y.npy\ntest-inputs=x-test.npy\ntest-targets=y-test.npy\nnormalize=none\n"
#define SMALL_LAYERS "[layer1]\nkind=dense\nwidth=40\nkeep=5\n[layer2]\nkind=dense\nwidth=30\nkeep=none\n"
#define SMALL_SWEEP "[emergence]\nsamples=20;40;80\nseeds=2\ncompare=lazy;linear\n"

static inline void
save_experiment (const char *folder, const char *name, const char *data, const char *rest)
{
  g_autofree char *text = g_strconcat ("[experiment]\nformat=1\ntitle=Small \\\\ odd\nseed=0\n[data]\n", data, rest, NULL);
  file_write (folder, name, text, -1);
}

/* A folder with small.lofi and its arrays. (transfer full) */
static inline char *
small_folder (void)
{
  char *folder = folder_new ();
  save_task (folder, 120, 8, -1, FALSE);
  save_experiment (folder, "small.lofi", SMALL_ARRAYS, SMALL_LAYERS SMALL_SWEEP);
  return folder;
}

/* ---- an MNIST-like folder: images of 6 x 5, classes 0 and 1 in turn ---- */

static inline GByteArray *
idx_bytes (guint8 dimensions, const guint32 *shape, guint64 *state)
{
  GByteArray *bytes = g_byte_array_new ();
  guint8 magic[4] = { 0, 0, 8, dimensions };
  gsize count = 1;
  g_byte_array_append (bytes, magic, 4);
  for (guint i = 0; i < dimensions; i++)
    {
      guint32 size = GUINT32_TO_BE (shape[i]);
      g_byte_array_append (bytes, (guint8 *) &size, 4);
      count *= shape[i];
    }
  for (gsize i = 0; i < count; i++)
    {
      guint8 value = dimensions == 1 ? i % 2 : (guint8) (256 * small_uniform (state));
      g_byte_array_append (bytes, &value, 1);
    }
  return bytes;
}

/* Saves the first `length` bytes (-1: all) of an IDX file whose count is `count`. */
static inline void
save_idx (const char *folder, const char *name, guint8 dimensions, guint32 count, gssize length)
{
  guint64 state = count;
  const guint32 shape[3] = { count, 6, 5 };
  g_autoptr (GByteArray) bytes = idx_bytes (dimensions, shape, &state);
  file_write (folder, name, bytes->data, length < 0 ? bytes->len : length);
}

static inline void
save_idx_set (const char *folder)
{
  save_idx (folder, "train-images-idx3-ubyte", 3, 60, -1);
  save_idx (folder, "train-labels-idx1-ubyte", 1, 60, -1);
  save_idx (folder, "t10k-images-idx3-ubyte", 3, 20, -1);
  save_idx (folder, "t10k-labels-idx1-ubyte", 1, 20, -1);
}

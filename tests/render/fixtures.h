/* Results and tasks made by hand, on the caller's stack: figures copy what they need. */
#pragma once

#include <math.h>
#include <string.h>
#include "lofi-figures.h"

typedef struct {
  LofiTask task;
  LofiResult result;
  LofiLayerSpec spec;
  LofiLayerResult layer, *layers[1];
  LofiReadout readout, lazy, linear;
  LofiArray pictures;
  GRand *random;
} Fixture;

/* n training samples of channels x height x width numbers, a third of them positive. */
static inline void
fixture_init (Fixture *f, gsize n, gsize channels, gsize height, gsize width)
{
  memset (f, 0, sizeof *f);
  f->random = g_rand_new_with_seed (7);
  gsize d = channels * height * width;
  f->task.channels = channels;
  f->task.height = height;
  f->task.width = width;
  f->task.is_image = height > 1;
  f->task.labelling_title = (char *) "Shirt against pullover and coat";
  f->task.positive_name = (char *) "shirt";
  f->task.negative_name = (char *) "pullover, coat";
  for (int c = 0; c < 4; c++)
    f->task.spread[c] = 1;
  LofiSplit *split = &f->task.train;
  split->count = n;
  split->inputs = (LofiMatrix) { g_new (double, n * d + 1), n, d, d };
  split->y = g_new (double, n + 1);
  split->indices = g_new (gint64, n + 1);
  for (gsize i = 0; i < n; i++)
    {
      split->y[i] = i % 3 == 2 ? 1 : -1;
      split->indices[i] = (gint64) (10 * i);
      for (gsize k = 0; k < d; k++)
        split->inputs.data[i * d + k] = g_rand_double (f->random);
    }
  f->layers[0] = &f->layer;
  f->layer.spec = &f->spec;
  f->layer.width = 1000;
  f->result.task = &f->task;
  f->result.layers = f->layers;
  f->result.n_layers = 1;
  f->result.live_layer = -1;
}

/* The spectrum and the kept eigenvalues, both used where they are. */
static inline void
fixture_set_spectrum (Fixture *f, double *spectrum, gsize n, double *kept, gsize n_kept)
{
  f->layer.spectrum = spectrum;
  f->layer.n_spectrum = n;
  f->layer.width = n;
  f->layer.eigenvalues = kept;
  f->layer.keep = n_kept;
}

/* K pictures of random numbers, with eigenvalues of alternating sign; the first overlaps with the mean activation. */
static inline void
fixture_set_pictures (Fixture *f, gsize k)
{
  gsize d = f->task.train.inputs.cols;
  f->pictures.matrix = (LofiMatrix) { g_new (double, k * d + 1), k, d, d };
  for (gsize i = 0; i < k * d; i++)
    f->pictures.matrix.data[i] = g_rand_double_range (f->random, -1, 1);
  f->layer.keep = k;
  f->layer.eigenvalues = g_new (double, k + 1);
  f->layer.mean_overlap = g_new0 (double, k + 1);
  for (gsize i = 0; i < k; i++)
    f->layer.eigenvalues[i] = (i % 2 ? 1 : -1) * 0.2 / (double) (i + 1);
  f->layer.mean_overlap[0] = 0.9;
}

/* A layer that looks through windows: a convolution, or with per_channel > 0 filters of patches, so many of each channel. */
static inline void
fixture_set_windows (Fixture *f, gsize size, gsize keep, gsize per_channel)
{
  gsize channels = f->task.channels, d = (per_channel ? 1 : channels) * size * size;
  fixture_set_pictures (f, per_channel ? channels * per_channel : keep);
  /* Fewer numbers than an input has, or more: the pictures are their own array. */
  g_free (f->pictures.matrix.data);
  f->pictures.matrix = (LofiMatrix) { g_new (double, f->layer.keep * d), f->layer.keep, d, d };
  for (gsize k = 0; k < f->layer.keep; k++)
    for (gsize c = 0; c < d / (size * size); c++)
      for (gsize i = 0; i < size * size; i++)
        /* Waves, as patch filters are: their direction and length by k, the channels a little apart. */
        f->pictures.matrix.data[k * d + c * size * size + i]
          = sin ((double) (i / size) * (k % 5) * 0.7 + (double) (i % size) * ((k + 2) % 4) * 0.8 + 0.6 * (double) c + 0.3 * (double) k);
  f->spec.kind = per_channel ? LOFI_KIND_FILTER : LOFI_KIND_CONV;
  f->spec.size = size;
  f->spec.stride = 1;
  f->layer.input_shape = (LofiMapShape) { channels, f->task.height, f->task.width };
}

static inline void
fixture_clear (Fixture *f)
{
  if (f->pictures.matrix.data)
    {
      g_free (f->layer.eigenvalues);
      g_free (f->layer.mean_overlap);
      g_free (f->pictures.matrix.data);
    }
  g_free (f->task.train.inputs.data);
  g_free (f->task.train.y);
  g_free (f->task.train.indices);
  g_rand_free (f->random);
}

/* n numbers of a normal distribution. */
static inline void
fixture_normal (GRand *random, double *values, gsize n, double deviation)
{
  for (gsize i = 0; i < n; i++)
    values[i] = deviation * sqrt (-2 * log (1 - g_rand_double (random))) * cos (2 * G_PI * g_rand_double (random));
}

static inline int
fixture_compare (const void *a, const void *b)
{
  double p = *(const double *) a, q = *(const double *) b;
  return (p > q) - (p < q);
}

/* An alignment of three seeds of about the shape that real ones have, up to the steps given; with_samples: in sample space too. */
static inline void
fixture_alignment (LofiAlignment *alignment, guint most_points, gboolean with_samples)
{
  static const double begin[LOFI_N_ALIGN] = { 0.9, 0.5, 0.7, 5.0 / 784 };
  *alignment = (LofiAlignment) { .experiment = lofi_experiment_new (), .directions = 5, .inputs = 784, .samples = 3000,
                                 .points = g_array_new (FALSE, FALSE, sizeof (LofiAlignPoint)),
                                 .seeds = g_array_new (FALSE, FALSE, sizeof (LofiAlignSeed)), .lofi_train_error = 0.1, .lofi_test_error = 0.144 };
  alignment->experiment->descent.step = 0.05;
  alignment->experiment->descent.init = 0.1;
  g_autoptr (GArray) steps = lofi_alignment_steps (alignment->experiment->descent.steps);
  g_free (alignment->experiment->title);
  alignment->experiment->title = g_strdup ("Shirt against pullover and coat");
  for (guint seed = 0; seed < 3; seed++)
    {
      guint before = alignment->points->len;
      for (guint i = 0; i < steps->len && alignment->points->len < most_points; i++)
        {
          LofiAlignPoint point = { .seed = seed, .step = g_array_index (steps, gsize, i), .energy = 0.9 };
          double late = 1 / (1 + pow ((double) point.step / 120, 1.1)), off = 0.03 * ((double) seed - 1);
          for (int a = 0; a < LOFI_N_ALIGN; a++)
            {
              point.inputs[a] = a == LOFI_ALIGN_RANDOM ? begin[a] : begin[a] * late + off;
              point.samples[a] = with_samples ? sqrt (MAX (point.inputs[a], 0)) : NAN;
            }
          point.train_error = 0.1 + 0.24 * late + 0.2 * off;
          point.test_error = 0.145 + 0.19 * late + 0.2 * off;
          g_array_append_val (alignment->points, point);
        }
      if (alignment->points->len > before)
        g_array_append_vals (alignment->seeds, &(LofiAlignSeed) { seed, 0.1, 0.144, FALSE, alignment->points->len - before == steps->len }, 1);
    }
  alignment->finished = most_points >= 3 * steps->len;
}

static inline void
fixture_alignment_clear (LofiAlignment *alignment)
{
  lofi_experiment_free (alignment->experiment);
  g_array_unref (alignment->points);
  g_array_unref (alignment->seeds);
}

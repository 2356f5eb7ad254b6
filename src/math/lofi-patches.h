/* Maps of C channels, H x W positions: patches, projections of their channels, pooling (method.md "Convolution").
 *
 * A row of a matrix holds one sample's maps, channel after channel, each row-major: entry c * H * W + y * W + x. */
#pragma once

#include "lofi-matrix.h"

typedef struct { size_t channels, height, width; } LofiMapShape;

/* What a convolution looks at: k x k windows, zero padding, stride. */
typedef struct { size_t size, padding, stride; } LofiWindow;

/* channels * height * width, or 0 when that overflows. */
size_t lofi_map_count (LofiMapShape shape);

/* The positions of the windows, H' = (H + 2 padding - size) / stride + 1 and so on; channels as in the input. LOFI_BAD_SHAPE when nothing
 * is left: a window larger than the padded map, a size or a stride of 0. */
LofiStatus lofi_window_positions (LofiMapShape input, LofiWindow window, LofiMapShape *positions);

/* Patches of the samples in maps (b x C H W): out ((b S) x (C size^2)), sample after sample, position after position (row-major), a
 * patch channel-major; outside the map is zero. */
LofiStatus lofi_patches (const LofiMatrix *maps, LofiMapShape shape, LofiWindow window, LofiMatrix *out);
/* Of one channel alone: out ((b S) x size^2). */
LofiStatus lofi_patches_of_channel (const LofiMatrix *maps, LofiMapShape shape, LofiWindow window, size_t channel, LofiMatrix *out);

/* The other way round: gradients of patches added up where they overlap, into maps (b x C H W), which are set. */
LofiStatus lofi_patches_fold (const LofiMatrix *patches, LofiMapShape shape, LofiWindow window, LofiMatrix *maps);

/* c = sqrt(mean over samples and positions of ||patch||^2), without making the patches. */
LofiStatus lofi_patch_scale (const LofiMatrix *maps, LofiMapShape shape, LofiWindow window, double *scale);

/* ((b S) x K) numbers by position -> b rows of K maps (b x K S), and back. */
LofiStatus lofi_positions_to_maps (const LofiMatrix *positions, size_t samples, LofiMatrix *maps);
LofiStatus lofi_maps_to_positions (const LofiMatrix *maps, size_t channels, LofiMatrix *positions);

typedef enum { LOFI_POOL_MAX, LOFI_POOL_AVERAGE } LofiPoolMode;
/* Windows of size x size side by side; those that do not fit are dropped. pooled: C x H / size x W / size, LOFI_BAD_SHAPE if that is empty. */
LofiStatus lofi_pool_shape (LofiMapShape input, size_t size, LofiMapShape *pooled);
LofiStatus lofi_pool (const LofiMatrix *maps, LofiMapShape shape, size_t size, LofiPoolMode mode, LofiMatrix *pooled);

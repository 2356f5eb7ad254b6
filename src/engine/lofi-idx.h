/* IDX files, plain or gzipped: MNIST, Fashion-MNIST, EMNIST. */
#pragma once

#include <gio/gio.h>

/* Unsigned-byte arrays of 1 to 4 dimensions. (transfer full) data of product (shape) bytes. Errors name the file and, for a
 * wrong magic number or a length that does not fit, what was found and what was expected. A gzip stream that would unpack
 * past its header's size is refused without unpacking further. */
guint8 *lofi_idx_read (const char *path, gsize shape[4], guint *n_dimensions, GCancellable *cancellable, GError **error);

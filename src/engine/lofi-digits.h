/* Whole numbers in text. */
#pragma once

#include <glib.h>

/* text, all of it one or more decimal digits and nothing else, as a number from least to most. FALSE, *number as it was, if it is not. Any thread.
 *
 * Not g_ascii_string_to_unsigned: it takes any errno for a failure, and when it is the first in its process to need GLib's C locale while another
 * thread initialises something, waiting for that sets one. In two threads of nothing else every second call with "2" was refused (GLib 2.74). */
gboolean lofi_digits_to_number (const char *text, guint64 least, guint64 most, guint64 *number);

/* Whether text is one or more digits: a number, if perhaps too large. */
gboolean lofi_digits_only (const char *text);

/* Null lines as values. */
#include "config.h"
#include "lofi-null.h"

LofiNull *
lofi_null_ref (LofiNull *null)
{
  return g_atomic_rc_box_acquire (null);
}

void
lofi_null_unref (LofiNull *null)
{
  g_atomic_rc_box_release (null);
}

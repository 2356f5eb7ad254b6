#include "lofi-math-private.h"

const char *
lofi_status_message (LofiStatus status)
{
  switch (status)
    {
    case LOFI_OK:
      return "The computation succeeded";
    case LOFI_BAD_SHAPE:
      return "The sizes do not fit each other, or a size is zero or too large";
    case LOFI_NOT_FINITE:
      return "A value is not a finite number";
    case LOFI_NO_MEMORY:
      return "There is not enough memory";
    case LOFI_STOPPED:
      return "The computation was stopped";
    case LOFI_NO_CONVERGENCE:
      return "An eigenvalue computation did not converge";
    case LOFI_BAD_VALUE:
      return "A number is outside of what it can be";
    }
  return "The computation failed for an unknown reason";
}

bool
lofi_watch_stops (const LofiWatch *watch)
{
  return watch && watch->stop && watch->stop (watch->data);
}

void
lofi_watch_report (const LofiWatch *watch, double fraction)
{
  if (watch && watch->progress)
    watch->progress (watch->data, fraction < 0.0 ? 0.0 : fraction > 1.0 ? 1.0 : fraction);
}

static bool
part_stops (void *data)
{
  const LofiWatchPart *part = data;
  return lofi_watch_stops (part->parent);
}

static void
part_reports (void *data, double fraction)
{
  const LofiWatchPart *part = data;
  lofi_watch_report (part->parent, part->from + (part->to - part->from) * fraction);
}

const LofiWatch *
lofi_watch_part (LofiWatchPart *part, const LofiWatch *parent, double from, double to)
{
  *part = (LofiWatchPart) { .parent = parent, .from = from, .to = to,
                            .watch = { .stop = part_stops, .progress = part_reports, .data = part } };
  return &part->watch;
}

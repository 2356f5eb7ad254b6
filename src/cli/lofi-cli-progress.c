/* How a long run is watched and stopped from a shell. */
#include "config.h"
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include "lofi-cli.h"

/* ---- Ctrl-C ---- */

#define COMES_BACK_WITHIN_MS 700

static int computing;       /* atomic */

void
lofi_cli_computing (gboolean now)
{
  g_atomic_int_set (&computing, now);
}

static gboolean
give_up (gpointer data)
{
  if (!g_atomic_int_get (&computing))
    return G_SOURCE_CONTINUE;
  if (isatty (STDERR_FILENO))
    fputs ("\r\033[K", stderr);
  lofi_cli_print_error (_("stopped"));
  fflush (NULL);
  _exit (130);
}

static gboolean
interrupted (gpointer data)
{
  g_cancellable_cancel (data);
  g_autoptr (GSource) source = g_timeout_source_new (COMES_BACK_WITHIN_MS);
  g_source_set_callback (source, give_up, NULL, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return G_SOURCE_CONTINUE;
}

static gpointer
watch (gpointer data)
{
  GMainContext *context = data;
  g_main_context_push_thread_default (context);
  for (;;)
    g_main_context_iteration (context, TRUE);
  return NULL;
}

GCancellable *
lofi_cli_watch_interrupt (void)
{
  GCancellable *cancellable = g_cancellable_new ();
  GMainContext *context = g_main_context_new ();
  /* A scheduler ends a job by SIGTERM: that is a stop too, and nothing is left half-written. */
  const int signals[] = { SIGINT, SIGTERM };
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr (GSource) source = g_unix_signal_source_new (signals[i]);
      g_source_set_callback (source, interrupted, g_object_ref (cancellable), g_object_unref);
      g_source_attach (source, context);
    }
  g_thread_unref (g_thread_new ("interrupt", watch, context));
  return cancellable;
}

/* ---- the bar ---- */

#define BAR_EVERY_US 50000

void
lofi_cli_progress_begin (LofiCliProgress *progress, gboolean quiet)
{
  *progress = (LofiCliProgress) { .quiet = quiet, .terminal = isatty (STDERR_FILENO) };
  progress->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
draw_bar (LofiCliProgress *progress, const char *label, double fraction)
{
  gint64 now = g_get_monotonic_time ();
  if (progress->drawn && now - progress->last < BAR_EVERY_US && fraction < 1)
    return;
  struct winsize size = { 0 };
  int columns = ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
  int room = CLAMP (columns - 44, 8, 40), full = (int) lround (CLAMP (fraction, 0, 1) * room);
  g_autofree char *done = g_strnfill (full, '#');
  g_autofree char *left = g_strnfill (room - full, '.');
  fprintf (stderr, "\r%s%s %3.0f %%  %.30s\033[K", done, left, 100 * CLAMP (fraction, 0, 1), label);
  fflush (stderr);
  progress->drawn = TRUE;
  progress->last = now;
}

void
lofi_cli_progress_show (LofiCliProgress *progress, const char *label, double fraction)
{
  if (progress->quiet)
    return;
  if (progress->terminal)
    draw_bar (progress, label, fraction);
  else if (g_hash_table_add (progress->seen, g_strdup (label)))
    {
      g_print ("%s\n", label);
      fflush (stdout);
    }
}

void
lofi_cli_progress_end (LofiCliProgress *progress)
{
  if (progress->drawn)
    {
      fputs ("\r\033[K", stderr);
      fflush (stderr);
    }
  g_clear_pointer (&progress->seen, g_hash_table_unref);
}

/* ---- a fit, watched ---- */

static void
show_stage (gpointer data, const LofiProgress *at)
{
  g_autofree char *label = at->layer >= 0 ? g_strdup_printf (_("layer %d: %s"), at->layer + 1, _(lofi_stage_name (at->stage)))
                                          : g_strdup (_(lofi_stage_name (at->stage)));
  lofi_cli_progress_show (data, label, at->fraction);
}

LofiResult *
lofi_cli_fit (LofiCli *cli, const LofiExperiment *experiment, gboolean with_baselines, LofiSpectra spectra, LofiNulls nulls,
              GError **error)
{
  LofiCliProgress progress;
  LofiObserver observer = { .progress = show_stage, .data = &progress, .spectra = spectra, .nulls = nulls };
  lofi_cli_progress_begin (&progress, cli->quiet);
  lofi_cli_computing (TRUE);
  LofiResult *result = lofi_fit (experiment, with_baselines, 0, NULL, &observer, cli->cancellable, error);
  lofi_cli_computing (FALSE);
  lofi_cli_progress_end (&progress);
  return result;
}

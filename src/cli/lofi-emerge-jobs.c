/* Worker processes of a sweep: copies of this program that write their cells to a pipe. */
#include "config.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include "lofi-blas.h"
#include "lofi-cells-private.h"
#include "lofi-emerge-private.h"
#include "lofi-error.h"

#define LOOK_EVERY_MS 50
#define ENDS_WITHIN_US 400000
#define MESSAGE_BYTES_MAX 4096

typedef struct {
  GPid pid;
  int out, err;              /* -1 when it has closed them */
  GByteArray *line;          /* of `out`, not ended yet */
  GString *message;          /* what came from `err` */
  int status;
} Worker;

typedef struct {
  Worker *workers;
  guint n;
  const LofiJobsObserver *observer;
  gboolean told, killed;     /* to end, by SIGTERM and by SIGKILL */
  gint64 when_told;
  GError *failure;
} Jobs;

/* ---- beginning ---- */

/* A worker does not outlive whom it works for. Between fork and exec: only what is safe there. */
static void
die_with_parent (gpointer data)
{
#ifdef __linux__
  prctl (PR_SET_PDEATHSIG, SIGTERM);
#endif
}

static char **
arguments_of (LofiCli *cli, const char *program, const char *word, guint part, guint parts, const char *known)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  const char *const fixed[] = { program, "emerge", word, "--quiet", "--report-lines" };
  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    g_ptr_array_add (words, g_strdup (fixed[i]));
  g_ptr_array_add (words, g_strdup_printf ("--cells=%u/%u", part, parts));
  if (known)
    g_ptr_array_add (words, g_strdup_printf ("--known-cells=%s", known));
  for (char **setting = cli->settings; setting && *setting; setting++)
    g_ptr_array_add (words, g_strdup_printf ("--set=%s", *setting));
  g_ptr_array_add (words, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&words), FALSE);
}

static gboolean
start_worker (Worker *worker, LofiCli *cli, const char *word, guint part, guint parts, const char *known, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", &reason);
  g_auto (GStrv) words = program ? arguments_of (cli, program, word, part, parts, known) : NULL;
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *threads = g_strdup_printf ("%d", MAX (1, lofi_blas_threads () / (int) parts));
  environment = g_environ_setenv (environment, "OPENBLAS_NUM_THREADS", threads, TRUE);
  worker->line = g_byte_array_new ();
  worker->message = g_string_new (NULL);
  worker->out = worker->err = -1;
  if (words && g_spawn_async_with_pipes (NULL, words, environment, G_SPAWN_DO_NOT_REAP_CHILD, die_with_parent, NULL, &worker->pid, NULL,
                                         &worker->out, &worker->err, &reason))
    return g_unix_set_fd_nonblocking (worker->out, TRUE, NULL) && g_unix_set_fd_nonblocking (worker->err, TRUE, NULL);
  return lofi_error_set (error, LOFI_ERROR_COMPUTATION, "--jobs", _("take fewer"), _("a worker process could not be started (%s)"), reason->message);
}

/* ---- ending ---- */

static void
tell_workers (const Jobs *jobs, int signal_number)
{
  for (guint i = 0; i < jobs->n; i++)
    if (jobs->workers[i].pid && (jobs->workers[i].out >= 0 || jobs->workers[i].err >= 0))
      kill (jobs->workers[i].pid, signal_number);
}

/* Asked to end, a worker stops at its next look; one that is in the middle of something long is ended: what it has not handed over is lost anyway. */
static void
end_workers (Jobs *jobs)
{
  gint64 now = g_get_monotonic_time ();
  if (!jobs->told)
    tell_workers (jobs, SIGTERM);
  else if (!jobs->killed && now - jobs->when_told > ENDS_WITHIN_US)
    {
      tell_workers (jobs, SIGKILL);
      jobs->killed = TRUE;
    }
  jobs->when_told = jobs->told ? jobs->when_told : now;
  jobs->told = TRUE;
}

/* ---- what they say ---- */

static void
take_line (Jobs *jobs, const char *text, gsize length)
{
  g_auto (LofiCellLine) line = { 0 };
  if (jobs->failure)
    return;
  if (lofi_cell_line_read (&line, text, length, "--jobs", &jobs->failure) && !jobs->observer->cell (jobs->observer->data, &line.cell, line.overlaps))
    end_workers (jobs);
}

/* FALSE at the end. */
static gboolean
read_lines (Jobs *jobs, Worker *worker)
{
  guint8 block[16384];
  gssize count = read (worker->out, block, sizeof block);
  if (count <= 0)
    return count < 0 && (errno == EAGAIN || errno == EINTR);
  guint searched = worker->line->len, begun = 0;
  g_byte_array_append (worker->line, block, (guint) count);
  for (guint8 *newline; (newline = memchr (worker->line->data + searched, '\n', worker->line->len - searched));)
    {
      guint end = (guint) (newline - worker->line->data);
      take_line (jobs, (const char *) worker->line->data + begun, end - begun);
      begun = searched = end + 1;
    }
  g_byte_array_remove_range (worker->line, 0, begun);
  return TRUE;
}

static gboolean
read_message (Worker *worker)
{
  char block[1024];
  gssize count = read (worker->err, block, sizeof block);
  if (count > 0 && worker->message->len < MESSAGE_BYTES_MAX)
    g_string_append_len (worker->message, block, count);
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

static void
end_of (int *file)
{
  close (*file);
  *file = -1;
}

/* Waits a little for any of them. FALSE when all have closed their pipes. */
static gboolean
look (Jobs *jobs)
{
  g_autofree struct pollfd *files = g_new0 (struct pollfd, 2 * jobs->n);
  gboolean open = FALSE;
  for (guint i = 0; i < jobs->n; i++)
    {
      files[2 * i] = (struct pollfd) { .fd = jobs->workers[i].out, .events = POLLIN };
      files[2 * i + 1] = (struct pollfd) { .fd = jobs->workers[i].err, .events = POLLIN };
      open = open || jobs->workers[i].out >= 0 || jobs->workers[i].err >= 0;
    }
  if (!open || poll (files, 2 * jobs->n, LOOK_EVERY_MS) <= 0)
    return open;
  for (guint i = 0; i < jobs->n; i++)
    {
      Worker *worker = &jobs->workers[i];
      if (files[2 * i].revents && !read_lines (jobs, worker))
        end_of (&worker->out);
      if (files[2 * i + 1].revents && !read_message (worker))
        end_of (&worker->err);
    }
  return TRUE;
}

/* Of a worker that did not end as it should. */
static gboolean
set_worker_error (const Worker *worker, guint part, guint parts, GError **error)
{
  g_autofree char *place = g_strdup_printf (_("worker %u of %u"), part, parts);
  const char *message = g_str_has_prefix (worker->message->str, "lofi: ") ? worker->message->str + strlen ("lofi: ") : worker->message->str;
  g_autofree char *line = g_strndup (message, strcspn (message, "\n"));
  if (WIFEXITED (worker->status) && *line)
    g_set_error (error, LOFI_ERROR, WEXITSTATUS (worker->status) == 2 ? LOFI_ERROR_INPUT : LOFI_ERROR_COMPUTATION, "%s", line);
  else if (WIFSIGNALED (worker->status))
    lofi_error_set (error, LOFI_ERROR_COMPUTATION, place, _("go on with --resume"), _("signal %d ended it, and its cells are missing"),
                    WTERMSIG (worker->status));
  else
    lofi_error_set (error, LOFI_ERROR_COMPUTATION, place, _("go on with --resume"), _("it ended with code %d, and its cells are missing"),
                    WEXITSTATUS (worker->status));
  return FALSE;
}

static gboolean
collect (Jobs *jobs, GError **error)
{
  gboolean good = TRUE;
  for (guint i = 0; i < jobs->n; i++)
    {
      Worker *worker = &jobs->workers[i];
      while (worker->pid && waitpid (worker->pid, &worker->status, 0) < 0 && errno == EINTR)
        continue;
      if (worker->pid)
        g_spawn_close_pid (worker->pid);
      if (good && !jobs->told && worker->status != 0)
        good = set_worker_error (worker, i + 1, jobs->n, error);
      g_byte_array_unref (worker->line);
      g_string_free (worker->message, TRUE);
    }
  return good;
}

gboolean
lofi_emerge_run_jobs (LofiCli *cli, const char *word, guint jobs_wanted, const char *known, const LofiJobsObserver *observer, GError **error)
{
  g_autofree Worker *workers = g_new0 (Worker, jobs_wanted);
  Jobs jobs = { .workers = workers, .observer = observer };
  gboolean started = TRUE;
  for (guint i = 0; i < jobs_wanted && started; i++)
    {
      started = start_worker (&workers[i], cli, word, i + 1, jobs_wanted, known, &jobs.failure);
      jobs.n++;
    }
  while (look (&jobs))
    if (jobs.told || jobs.failure || g_cancellable_is_cancelled (cli->cancellable))
      end_workers (&jobs);
  gboolean good = collect (&jobs, jobs.failure ? NULL : error);
  if (jobs.failure)
    g_propagate_error (error, jobs.failure);
  if (jobs.failure || !good)
    return FALSE;
  return lofi_error_from_status (error, jobs.told ? LOFI_STOPPED : LOFI_OK, "--jobs");
}

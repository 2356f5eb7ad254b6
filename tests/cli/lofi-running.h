/* A command that is let run, and stopped with Ctrl-C. */
#pragma once

#include "lofi-command.h"

typedef struct { GPid pid; int out; } Running;

static inline Running
start (const char *format, ...)
{
  va_list rest;
  va_start (rest, format);
  g_autofree char *line = g_strdup_vprintf (format, rest);
  va_end (rest);
  g_autofree char *all = g_strconcat (g_getenv ("LOFI_COMMAND"), " ", line, NULL);
  g_auto (GStrv) words = g_strsplit (all, " ", -1);
  Running running = { 0 };
  g_autoptr (GError) error = NULL;
  if (!g_spawn_async_with_pipes (NULL, words, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &running.pid, NULL,
                                 &running.out, NULL, &error))
    ck_abort_msg ("%s", error->message);
  return running;
}

/* Reads what the command says until it says this. */
static inline void
wait_for (Running *running, const char *word)
{
  g_autoptr (GString) said = g_string_new (NULL);
  char byte;
  while (!strstr (said->str, word))
    {
      ck_assert_msg (read (running->out, &byte, 1) == 1, "it ended without saying %s: %s", word, said->str);
      g_string_append_c (said, byte);
    }
}

/* Ctrl-C; the exit code, and how long it took. */
static inline int
interrupt (Running *running, double *seconds)
{
  int status = 0;
  gint64 began = g_get_monotonic_time ();
  ck_assert_int_eq (kill (running->pid, SIGINT), 0);
  ck_assert_int_eq (waitpid (running->pid, &status, 0), running->pid);
  *seconds = (g_get_monotonic_time () - began) / 1e6;
  close (running->out);
  return WIFEXITED (status) ? WEXITSTATUS (status) : 1000 + WTERMSIG (status);
}

/* Running the built `lofi` from a test. Its path is in LOFI_COMMAND, the source tree's in LOFI_SOURCE. */
#pragma once

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include <gio/gio.h>
#include "lofi-test.h"

typedef struct { int code; char *out, *err; } Said;

static inline void
said_clear (Said *said)
{
  g_free (said->out);
  g_free (said->err);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Said, said_clear)

/* "fit shirt -o DIR": words are split at blanks, so folders of tests have none in their names. */
static inline Said
lofi_run (const char *format, ...)
{
  va_list rest;
  va_start (rest, format);
  g_autofree char *line = g_strdup_vprintf (format, rest);
  va_end (rest);
  g_autofree char *all = g_strconcat (g_getenv ("LOFI_COMMAND"), " ", line, NULL);
  g_auto (GStrv) words = g_strsplit (g_strstrip (all), " ", -1);
  Said said = { 0 };
  int status = 0;
  g_autoptr (GError) error = NULL;
  if (!g_spawn_sync (NULL, words, NULL, G_SPAWN_DEFAULT, NULL, NULL, &said.out, &said.err, &status, &error))
    ck_abort_msg ("%s", error->message);
  said.code = WIFEXITED (status) ? WEXITSTATUS (status) : 1000 + WTERMSIG (status);
  return said;
}

/* The command failed with this code and one line on standard error that holds every one of the words. */
static inline void
assert_refused (const Said *said, int code, const char *words)
{
  g_auto (GStrv) parts = g_strsplit (words, "|", -1);
  gsize length = strlen (said->err);
  ck_assert_msg (said->code == code, "exit %d in place of %d: %s", said->code, code, said->err);
  ck_assert_msg (g_str_has_prefix (said->err, "lofi: "), "no error line: '%s'", said->err);
  ck_assert_msg (strchr (said->err, '\n') == said->err + length - 1, "not one line: '%s'", said->err);
  for (char **part = parts; *part; part++)
    ck_assert_msg (strstr (said->err, *part) != NULL, "'%s' is not in: %s", *part, said->err);
}

static inline void
assert_done (const Said *said)
{
  ck_assert_msg (said->code == 0, "exit %d: %s", said->code, said->err);
  ck_assert_str_eq (said->err, "");
}

static inline char *
folder_new (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("lofi-test-XXXXXX", &error);
  ck_assert_msg (folder != NULL, "no folder: %s", error ? error->message : "");
  return folder;
}

static inline void
folder_remove (const char *path)
{
  g_autoptr (GDir) entries = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;
  while (entries && (name = g_dir_read_name (entries)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      folder_remove (child);
    }
  g_remove (path);
}

static inline guint
folder_count (const char *path)
{
  g_autoptr (GDir) entries = g_dir_open (path, 0, NULL);
  guint count = 0;
  while (entries && g_dir_read_name (entries))
    count++;
  return count;
}

static inline void
file_write (const char *folder, const char *name, const void *data, gssize length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  if (!g_file_set_contents (path, data, length, &error))
    ck_abort_msg ("%s", error->message);
}

static inline char *
file_read (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;
  g_autoptr (GError) error = NULL;
  if (!g_file_get_contents (path, &text, NULL, &error))
    ck_abort_msg ("%s", error->message);
  return text;
}

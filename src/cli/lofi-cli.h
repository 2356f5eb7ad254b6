/* What the commands of `lofi` share: options, where an experiment comes from, progress, and stopping.
 *
 * A command is one function: it reads its options with lofi_cli_parse, does its work and returns FALSE with an error, which main
 * prints as one line on standard error and turns into the exit code (1 usage, 2 input, 3 computation, 130 stopped). */
#pragma once

#include "lofi-fit.h"

typedef struct {
  const char *name;             /* of the command: "fit" */
  int argc;
  char **argv;                  /* before lofi_cli_parse the command's name and all words; after it the arguments alone */
  char **words;                 /* what argv then points into */
  GCancellable *cancellable;    /* cancelled by Ctrl-C */
  /* The options that several commands have. */
  gboolean quiet;
  char **settings;              /* --set, NULL-terminated, or NULL */
} LofiCli;

typedef struct {
  const char *name, *arguments, *summary;    /* "fit", "EXPERIMENT", a line; the last marked for translation */
  gboolean (*run) (LofiCli *cli, GError **error);
} LofiCommand;

/* The commands, ended by one whose name is NULL. */
extern const LofiCommand lofi_commands[];

gboolean lofi_cmd_fit (LofiCli *cli, GError **error);
gboolean lofi_cmd_emerge (LofiCli *cli, GError **error);
gboolean lofi_cmd_align (LofiCli *cli, GError **error);
gboolean lofi_cmd_figure (LofiCli *cli, GError **error);
gboolean lofi_cmd_data (LofiCli *cli, GError **error);
gboolean lofi_cmd_presets (LofiCli *cli, GError **error);

/* Reads the options of a command: its own entries and those of `common`, and checks that between least and most arguments are
 * left. --help prints and exits with 0. Errors (LOFI_ERROR_USAGE) name the nearest option. */
typedef enum { LOFI_CLI_SET = 1 << 0, LOFI_CLI_QUIET = 1 << 1 } LofiCliCommon;
gboolean lofi_cli_parse (LofiCli *cli, const GOptionEntry *entries, LofiCliCommon common, int least, int most, GError **error);

/* An experiment from a file, or from a preset's name where there is no such file; its paths made absolute. */
LofiExperiment *lofi_cli_experiment (LofiCli *cli, const char *word, GError **error);

/* An error of usage, "PLACE: WHAT IS WRONG; WHAT TO DO". Always FALSE. */
gboolean lofi_cli_usage (GError **error, const char *place, const char *what, const char *todo);

/* `lofi: MESSAGE` on standard error, on one line whatever the message holds. */
void lofi_cli_print_error (const char *message);

/* Ctrl-C cancels. While `computing` is set and the computation has not come back 0.7 s later, the process ends with 130: what is
 * being computed is lost anyway, and no file is being written then. */
GCancellable *lofi_cli_watch_interrupt (void);
void lofi_cli_computing (gboolean computing);

/* A bar on standard error where that is a terminal; elsewhere a line on standard output for each label not seen before, so
 * that standard error holds errors alone. Calls are cheap. */
typedef struct {
  gboolean quiet, terminal, drawn;
  gint64 last;                  /* when the bar was drawn */
  GHashTable *seen;
} LofiCliProgress;
void lofi_cli_progress_begin (LofiCliProgress *progress, gboolean quiet);
void lofi_cli_progress_show (LofiCliProgress *progress, const char *label, double fraction);
void lofi_cli_progress_end (LofiCliProgress *progress);

/* lofi_fit with the progress shown and Ctrl-C obeyed. */
LofiResult *lofi_cli_fit (LofiCli *cli, const LofiExperiment *experiment, gboolean with_baselines, LofiSpectra spectra, LofiNulls nulls,
                          GError **error);

/* A folder that lofi fit has written: its experiment, and the spectra if every filtered layer's was saved, else NULL without an
 * error. lofi_cli_folder_experiment also reads what lofi emerge and lofi align have written. */
LofiExperiment *lofi_cli_folder_experiment (LofiCli *cli, const char *folder, GError **error);
LofiResult *lofi_cli_folder_spectra (const char *folder, const LofiExperiment *experiment, GError **error);

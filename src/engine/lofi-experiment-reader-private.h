/* Reads values of an experiment's key file one by one, until the first error. */
#pragma once

#include "lofi-experiment.h"

typedef struct {
  GKeyFile *file;
  const char *name;            /* of the file, in errors */
  GHashTable *settings;        /* "group.key" of what a setting gave */
  guint n_layers;
  GError *error;               /* the first one; nothing is read after it */
} LofiReader;

/* A LofiPlaceFunc: "FILE: [GROUP] KEY", or "--set GROUP.KEY". reader is a LofiReader. */
char *lofi_reader_place (gpointer reader, const char *group, const char *key);
void lofi_reader_refuse (LofiReader *reader, const char *group, const char *key, const char *todo, const char *what, ...)
  G_GNUC_PRINTF (5, 6);
gboolean lofi_reader_has (const LofiReader *reader, const char *group, const char *key);
gboolean lofi_reader_from_setting (const LofiReader *reader, const char *group, const char *key);

/* The value, or NULL: not there, or unreadable, or an error before. (transfer full) */
char *lofi_reader_get (LofiReader *reader, const char *group, const char *key);

/* Each leaves its variable alone if the key is not there, or after an error. An empty name becomes NULL. */
void lofi_reader_text (LofiReader *reader, const char *group, const char *key, char **text);
void lofi_reader_name (LofiReader *reader, const char *group, const char *key, char **name);
void lofi_reader_unsigned (LofiReader *reader, const char *group, const char *key, guint64 most, guint64 *number);
void lofi_reader_size (LofiReader *reader, const char *group, const char *key, gsize *size);
void lofi_reader_choice (LofiReader *reader, const char *group, const char *key, const char *const *names, guint *choice);
void lofi_reader_flag (LofiReader *reader, const char *group, const char *key, gboolean *flag);

/* A part of a value. FALSE with the error set. */
gboolean lofi_read_unsigned (LofiReader *reader, const char *group, const char *key, const char *text, guint64 most, guint64 *number);
gboolean lofi_read_double (LofiReader *reader, const char *group, const char *key, const char *text, double *number);
gboolean lofi_read_choice (LofiReader *reader, const char *group, const char *key, const char *text, const char *const *names,
                           guint *choice);

/* The parts between semicolons; the last one may be followed by one. (transfer full) */
char **lofi_split_list (const char *text);

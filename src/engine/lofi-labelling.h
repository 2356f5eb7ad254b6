/* Which classes count as +1 and which as -1 (method.md "Labels on real data"); the others are left out. */
#pragma once

#include "lofi-dataset.h"

typedef struct {
  const char *name;                 /* as in the file: "shirt" */
  const char *source;               /* the data set it belongs to, or NULL: any with ten integer classes */
  const char *title;                /* marked for translation: "Shirt against pullover and coat" */
  const char *positive_name, *negative_name;   /* short, for legends */
  const int *positive, *negative;   /* class numbers, ended by -1 */
} LofiLabelling;

/* All of them, ended by an entry whose name is NULL. */
const LofiLabelling *lofi_labellings (void);
/* The one of that name usable with that source; NULL if there is none. */
const LofiLabelling *lofi_labelling_find (const char *source, const char *name);
/* Names usable with a source, its own first, NULL-terminated; free the array only. */
const char **lofi_labelling_names (const char *source);

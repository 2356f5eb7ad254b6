#include "config.h"
#include "lofi-labelling.h"

#include <glib/gi18n-lib.h>

static const LofiLabelling labellings[] = {
  { "shirt", "fashion-mnist", N_("Shirt against pullover and coat"), N_("shirt"), N_("pullover, coat"),
    (const int[]) { 6, -1 }, (const int[]) { 2, 4, -1 } },
  { "upper-lower", "fashion-mnist", N_("Lower body and footwear against upper body"), N_("lower"), N_("upper"),
    (const int[]) { 1, 5, 7, 9, -1 }, (const int[]) { 0, 2, 3, 4, 6, -1 } },
  { "clothing-footwear", "fashion-mnist", N_("Footwear against clothing"), N_("footwear"), N_("clothing"),
    (const int[]) { 5, 7, 9, -1 }, (const int[]) { 0, 1, 2, 3, 4, 6, -1 } },
  { "animals-vehicles", "cifar10", N_("Vehicles against animals"), N_("vehicles"), N_("animals"),
    (const int[]) { 0, 1, 8, 9, -1 }, (const int[]) { 2, 3, 4, 5, 6, 7, -1 } },
  { "even-odd", NULL, N_("Odd against even"), N_("odd"), N_("even"),
    (const int[]) { 1, 3, 5, 7, 9, -1 }, (const int[]) { 0, 2, 4, 6, 8, -1 } },
  { "below-five", NULL, N_("Five and above against below five"), N_("five and above"), N_("below five"),
    (const int[]) { 5, 6, 7, 8, 9, -1 }, (const int[]) { 0, 1, 2, 3, 4, -1 } },
  { NULL }
};

const LofiLabelling *
lofi_labellings (void)
{
  return labellings;
}

static gboolean
usable (const LofiLabelling *labelling, const char *source)
{
  return !labelling->source || g_strcmp0 (labelling->source, source) == 0;
}

const LofiLabelling *
lofi_labelling_find (const char *source, const char *name)
{
  for (const LofiLabelling *l = labellings; l->name; l++)
    if (usable (l, source) && g_str_equal (l->name, name))
      return l;
  return NULL;
}

const char **
lofi_labelling_names (const char *source)
{
  const char **names = g_new0 (const char *, G_N_ELEMENTS (labellings));
  guint count = 0;
  for (const LofiLabelling *l = labellings; l->name; l++)
    if (usable (l, source))
      names[count++] = l->name;
  return names;
}

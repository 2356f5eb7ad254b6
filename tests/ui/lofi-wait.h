/* Waiting in tests: the main loop runs until something is so, or too long has passed. */
#pragma once

#include <glib.h>

static inline gboolean
wait_is_over (gpointer over)
{
  *(gboolean *) over = TRUE;
  return G_SOURCE_REMOVE;
}

/* TRUE as soon as the condition holds, FALSE after ms. */
#define WAIT_FOR(condition, ms) \
  G_GNUC_EXTENSION ({ \
    gboolean over_ = FALSE; \
    guint id_ = g_timeout_add ((ms), wait_is_over, &over_); \
    while (!(condition) && !over_) \
      g_main_context_iteration (NULL, TRUE); \
    if (!over_) \
      g_source_remove (id_); \
    (gboolean) !!(condition); \
  })

/* Lets the main loop run for a while. */
#define WAIT(ms) ((void) WAIT_FOR (FALSE, (ms)))

/* Two filtered layers and a lift on the real images, small enough for a fraction of a second. */
#define SMALL_TEXT \
  "[experiment]\nformat=1\ntitle=Small\nseed=0\n[data]\nsource=fashion-mnist\nlabels=shirt\ntrain=300\ntest=400\n" \
  "[layer1]\nkind=dense\nwidth=120\nkeep=12\n[layer2]\nkind=dense\nwidth=100\nkeep=8\n[layer3]\nkind=dense\nwidth=80\nkeep=none\n" \
  "[emergence]\nsamples=100;200\nseeds=2\ncompare=lazy;linear\n"
/* As the above but for one that takes seconds. */
#define LARGE_SETTINGS { "data.train=4000", "layer1.width=2000", "layer1.keep=100", "layer2.width=2000", "layer2.keep=100", NULL }

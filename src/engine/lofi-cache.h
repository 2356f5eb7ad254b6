/* Stages already computed, by key, the least recently used dropped first beyond a budget of bytes. Any thread. */
#pragma once

#include <glib.h>

typedef struct _LofiCache LofiCache;
LofiCache *lofi_cache_new (gsize budget_bytes);
LofiCache *lofi_cache_ref (LofiCache *cache);
void lofi_cache_unref (LofiCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiCache, lofi_cache_unref)

typedef gpointer (*LofiCacheRef) (gpointer value);
/* A reference to what stands under key, or NULL. (transfer full) */
gpointer lofi_cache_get (LofiCache *cache, const char *key);
/* Takes a reference of its own. A value larger than the budget is not kept. */
void lofi_cache_put (LofiCache *cache, const char *key, gpointer value, gsize bytes, LofiCacheRef ref, GDestroyNotify unref);
/* Drops everything. */
void lofi_cache_clear (LofiCache *cache);
gsize lofi_cache_bytes (LofiCache *cache);
/* How often get found something, and how often not; for tests. */
void lofi_cache_counts (LofiCache *cache, guint64 *hits, guint64 *misses);

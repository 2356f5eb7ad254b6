#include "lofi-cache.h"

typedef struct {
  char *key;
  gpointer value;
  gsize bytes;
  LofiCacheRef ref;
  GDestroyNotify unref;
  GList link;              /* in LofiCache.recent; data points back here */
} Entry;

struct _LofiCache {
  gatomicrefcount references;
  GMutex lock;
  GHashTable *entries;     /* Entry.key -> Entry */
  GQueue recent;           /* most recently used first */
  gsize budget, bytes;
  guint64 hits, misses;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;
  entry->unref (entry->value);
  g_free (entry->key);
  g_free (entry);
}

LofiCache *
lofi_cache_new (gsize budget_bytes)
{
  LofiCache *cache = g_new0 (LofiCache, 1);
  g_atomic_ref_count_init (&cache->references);
  g_mutex_init (&cache->lock);
  cache->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  g_queue_init (&cache->recent);
  cache->budget = budget_bytes;
  return cache;
}

LofiCache *
lofi_cache_ref (LofiCache *cache)
{
  g_atomic_ref_count_inc (&cache->references);
  return cache;
}

void
lofi_cache_unref (LofiCache *cache)
{
  if (!g_atomic_ref_count_dec (&cache->references))
    return;
  g_hash_table_unref (cache->entries);
  g_mutex_clear (&cache->lock);
  g_free (cache);
}

gpointer
lofi_cache_get (LofiCache *cache, const char *key)
{
  gpointer value = NULL;
  g_mutex_lock (&cache->lock);
  Entry *entry = g_hash_table_lookup (cache->entries, key);
  if (entry)
    {
      g_queue_unlink (&cache->recent, &entry->link);
      g_queue_push_head_link (&cache->recent, &entry->link);
      value = entry->ref (entry->value);
      cache->hits++;
    }
  else
    cache->misses++;
  g_mutex_unlock (&cache->lock);
  return value;
}

static void
remove_entry (LofiCache *cache, Entry *entry)
{
  g_queue_unlink (&cache->recent, &entry->link);
  cache->bytes -= entry->bytes;
  g_hash_table_remove (cache->entries, entry->key);
}

void
lofi_cache_put (LofiCache *cache, const char *key, gpointer value, gsize bytes, LofiCacheRef ref, GDestroyNotify unref)
{
  if (bytes > cache->budget)
    return;
  g_mutex_lock (&cache->lock);
  Entry *old = g_hash_table_lookup (cache->entries, key);
  if (old)
    remove_entry (cache, old);
  while (cache->bytes > cache->budget - bytes)
    remove_entry (cache, g_queue_peek_tail (&cache->recent));
  Entry *entry = g_new0 (Entry, 1);
  *entry = (Entry) { .key = g_strdup (key), .value = ref (value), .bytes = bytes, .ref = ref, .unref = unref };
  entry->link.data = entry;
  g_queue_push_head_link (&cache->recent, &entry->link);
  g_hash_table_insert (cache->entries, entry->key, entry);
  cache->bytes += bytes;
  g_mutex_unlock (&cache->lock);
}

void
lofi_cache_clear (LofiCache *cache)
{
  g_mutex_lock (&cache->lock);
  while (cache->recent.tail)
    remove_entry (cache, cache->recent.tail->data);
  g_mutex_unlock (&cache->lock);
}

gsize
lofi_cache_bytes (LofiCache *cache)
{
  g_mutex_lock (&cache->lock);
  gsize bytes = cache->bytes;
  g_mutex_unlock (&cache->lock);
  return bytes;
}

void
lofi_cache_counts (LofiCache *cache, guint64 *hits, guint64 *misses)
{
  g_mutex_lock (&cache->lock);
  *hits = cache->hits;
  *misses = cache->misses;
  g_mutex_unlock (&cache->lock);
}

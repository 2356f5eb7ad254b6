#include "lofi-cache.h"
#include "../lofi-test.h"

static int alive;

static gpointer
item_new (void)
{
  alive++;
  return g_atomic_rc_box_new0 (int);
}

static void
item_gone (gpointer item)
{
  alive--;
}

static gpointer
item_ref (gpointer item)
{
  return g_atomic_rc_box_acquire (item);
}

static void
item_unref (gpointer item)
{
  g_atomic_rc_box_release_full (item, item_gone);
}

static void
put (LofiCache *cache, const char *key, gsize bytes)
{
  gpointer item = item_new ();
  lofi_cache_put (cache, key, item, bytes, item_ref, item_unref);
  item_unref (item);
}

static gboolean
has (LofiCache *cache, const char *key)
{
  gpointer item = lofi_cache_get (cache, key);
  if (item)
    item_unref (item);
  return item != NULL;
}

START_TEST (test_least_recently_used_goes_first)
{
  alive = 0;
  LofiCache *cache = lofi_cache_new (100);
  put (cache, "a", 40);
  put (cache, "b", 40);
  ck_assert (has (cache, "a"));           /* a is now more recent than b */
  put (cache, "c", 40);
  ck_assert (has (cache, "a"));
  ck_assert (!has (cache, "b"));
  ck_assert (has (cache, "c"));
  ck_assert_uint_eq (lofi_cache_bytes (cache), 80);
  guint64 hits, misses;
  lofi_cache_counts (cache, &hits, &misses);
  ck_assert_uint_eq (hits, 3);
  ck_assert_uint_eq (misses, 1);
  lofi_cache_unref (cache);
  ck_assert_int_eq (alive, 0);
}
END_TEST

START_TEST (test_too_large_is_not_kept)
{
  alive = 0;
  LofiCache *cache = lofi_cache_new (100);
  put (cache, "a", 30);
  put (cache, "huge", 101);
  ck_assert (!has (cache, "huge"));
  ck_assert (has (cache, "a"));
  put (cache, "whole", 100);
  ck_assert (has (cache, "whole"));
  ck_assert (!has (cache, "a"));
  lofi_cache_unref (cache);
  ck_assert_int_eq (alive, 0);
}
END_TEST

START_TEST (test_same_key_replaces)
{
  alive = 0;
  LofiCache *cache = lofi_cache_new (100);
  put (cache, "a", 60);
  put (cache, "a", 70);
  ck_assert_uint_eq (lofi_cache_bytes (cache), 70);
  ck_assert_int_eq (alive, 1);
  lofi_cache_unref (cache);
}
END_TEST

START_TEST (test_value_outlives_the_cache)
{
  alive = 0;
  LofiCache *cache = lofi_cache_new (100);
  put (cache, "a", 60);
  gpointer item = lofi_cache_get (cache, "a");
  lofi_cache_unref (cache);
  ck_assert_int_eq (alive, 1);
  item_unref (item);
  ck_assert_int_eq (alive, 0);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("cache");
  TCase *tests = tcase_create ("cache");
  tcase_add_test (tests, test_least_recently_used_goes_first);
  tcase_add_test (tests, test_too_large_is_not_kept);
  tcase_add_test (tests, test_same_key_replaces);
  tcase_add_test (tests, test_value_outlives_the_cache);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}

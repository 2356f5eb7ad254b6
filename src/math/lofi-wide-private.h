/* Loops compiled twice, for any processor and for those with AVX2, and chosen at run time. The two do the same operations on the same
 * numbers in the same order (no fused multiply-add; meson.build says -ffp-contract=off), so their results are equal to the bit. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#if defined __x86_64__ && defined __GNUC__
#define LOFI_HAS_WIDE 1
#define LOFI_WIDE __attribute__ ((target ("avx2")))
static inline bool
lofi_cpu_is_wide (void)
{
  return __builtin_cpu_supports ("avx2");
}
#else
#define LOFI_WIDE
static inline bool
lofi_cpu_is_wide (void)
{
  return false;
}
#endif

/* The body of both versions. */
#define LOFI_INLINE static inline __attribute__ ((always_inline))

/* LOFI_BOTH (name, (parameters), (arguments)) defines void name (parameters) from name_body. */
#define LOFI_BOTH(name, parameters, arguments) \
  LOFI_WIDE static void name##_wide parameters { name##_body arguments; } \
  static void name##_narrow parameters { name##_body arguments; } \
  static void name parameters { if (lofi_cpu_is_wide ()) name##_wide arguments; else name##_narrow arguments; }

/* Of three versions of a kernel those this processor can run, the best first, then NULL: number `index`. */
static inline const void *
lofi_cpu_version (size_t index, const void *avx512, const void *avx2_fma, const void *any)
{
  const void *versions[3];
  size_t count = 0;
#ifdef LOFI_HAS_WIDE
  if (__builtin_cpu_supports ("avx512f"))
    versions[count++] = avx512;
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    versions[count++] = avx2_fma;
#endif
  versions[count++] = any;
  return index < count ? versions[index] : NULL;
}

/* Both products of a tile of rows with few vectors: inner = V Z^T, and images += inner Z. BLAS packs its operands for products of three large sides;
 * where one side is twenty that is most of the work. Here a tile stays in the second cache between the two products, memory is read once, and
 * nothing is packed: columns go side by side through the registers in both products, so that no place is wasted whatever the number of vectors is.
 *
 * In three versions, chosen at run time. Other than the loops of lofi-wide-private.h they differ in their last bits, as BLAS does from one
 * processor to another: a product is fused with its sum where there is an instruction for it, and a row's sum is made of as many as are side by side. */
#include "lofi-rows-private.h"
#include "lofi-math-private.h"
#include "lofi-wide-private.h"

#include <string.h>

#define ROWS 4              /* taken together */
#define ACROSS 4            /* times the width, columns of images taken together */
#define PANEL 1024          /* columns of V at once: a multiple of every width */
#define LINE 16             /* floats of a cache line */
#ifdef __clang__
#define UNROLL _Pragma ("clang loop unroll(full)")
#else
#define UNROLL _Pragma ("GCC unroll 8")
#endif

/* For any processor. */
typedef float Four __attribute__ ((vector_size (16)));

LOFI_INLINE Four
four_load_first (const float *from, size_t count)
{
  Four x = { 0.0f };
  memcpy (&x, from, lofi_smaller (count, 4) * sizeof (float));
  return x;
}

LOFI_INLINE Four
four_load (const float *from)
{
  Four x;
  memcpy (&x, from, sizeof x);
  return x;
}

LOFI_INLINE float
four_sum (Four x)
{
  return (x[0] + x[2]) + (x[1] + x[3]);
}

#define FN(name) name##_any
#define TARGET
#define VEC Four
#define WIDTH ((size_t) 4)
#define VECTORS 3
#define CASES_ABOVE_THREE(of)
#define vec_zero() (Four) { 0.0f }
#define vec_load(from) four_load (from)
#define vec_load_first(from, count) four_load_first (from, count)
#define vec_store(to, x) memcpy (to, &(x), sizeof (Four))
#define vec_of(x) (Four) { (x), (x), (x), (x) }
#define vec_add_product(sum, x, y) ((sum) + (x) * (y))
#define vec_keep(x)
#define vec_sums(to, a, b, c, d) ((to)[0] = four_sum (a), (to)[1] = four_sum (b), (to)[2] = four_sum (c), (to)[3] = four_sum (d))
#include "lofi-rows-kernel-body.h"

static const LofiRowKernel any = { "any", inner_any, add_any };

#ifdef LOFI_HAS_WIDE
#include <immintrin.h>

/* Places a2 and b2 .. d2 of what is in each quarter of a .. d: [a b c d]. */
#define QUARTERS(prefix, a, b, c, d) \
  __typeof__ (a) ab = prefix##_add_ps (prefix##_unpacklo_ps (a, b), prefix##_unpackhi_ps (a, b)); \
  __typeof__ (a) cd = prefix##_add_ps (prefix##_unpacklo_ps (c, d), prefix##_unpackhi_ps (c, d)); \
  __typeof__ (a) each = prefix##_add_ps (prefix##_shuffle_ps (ab, cd, 0x44), prefix##_shuffle_ps (ab, cd, 0xee))

#define TARGET __attribute__ ((target ("avx2,fma")))
TARGET LOFI_INLINE void
eight_sums (float *to, __m256 a, __m256 b, __m256 c, __m256 d)
{
  QUARTERS (_mm256, a, b, c, d);
  _mm_storeu_ps (to, _mm_add_ps (_mm256_castps256_ps128 (each), _mm256_extractf128_ps (each, 1)));
}

TARGET LOFI_INLINE __m256
eight_load_first (const float *from, size_t count)
{
  __m256i places = _mm256_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_maskload_ps (from, _mm256_cmpgt_epi32 (_mm256_set1_epi32 ((int) count), places));
}

#define FN(name) name##_avx2
#define VEC __m256
#define WIDTH ((size_t) 8)
#define VECTORS 3
#define CASES_ABOVE_THREE(of)
#define vec_zero() _mm256_setzero_ps ()
#define vec_load(from) _mm256_loadu_ps (from)
#define vec_load_first(from, count) eight_load_first (from, count)
#define vec_store(to, x) _mm256_storeu_ps (to, x)
#define vec_of(x) _mm256_set1_ps (x)
#define vec_add_product(sum, x, y) _mm256_fmadd_ps (x, y, sum)
#define vec_keep(x) __asm__ ("" : "+x" (x))
#define vec_sums(to, a, b, c, d) eight_sums (to, a, b, c, d)
#include "lofi-rows-kernel-body.h"

#define TARGET __attribute__ ((target ("avx512f")))
TARGET LOFI_INLINE void
sixteen_sums (float *to, __m512 a, __m512 b, __m512 c, __m512 d)
{
  QUARTERS (_mm512, a, b, c, d);
  __m256 upper = _mm256_castpd_ps (_mm512_extractf64x4_pd (_mm512_castps_pd (each), 1)), half = _mm256_add_ps (_mm512_castps512_ps256 (each), upper);
  _mm_storeu_ps (to, _mm_add_ps (_mm256_castps256_ps128 (half), _mm256_extractf128_ps (half, 1)));
}

#define FN(name) name##_avx512
#define VEC __m512
#define WIDTH ((size_t) 16)
#define VECTORS 6
#define CASES_ABOVE_THREE(of) case 4: of (4); break; case 5: of (5); break; case 6: of (6); break;
#define vec_zero() _mm512_setzero_ps ()
#define vec_load(from) _mm512_loadu_ps (from)
#define vec_load_first(from, count) _mm512_maskz_loadu_ps ((__mmask16) (0xffffu >> (16 - (count))), from)
#define vec_store(to, x) _mm512_storeu_ps (to, x)
#define vec_of(x) _mm512_set1_ps (x)
#define vec_add_product(sum, x, y) _mm512_fmadd_ps (x, y, sum)
#define vec_keep(x) __asm__ ("" : "+v" (x))
#define vec_sums(to, a, b, c, d) sixteen_sums (to, a, b, c, d)
#include "lofi-rows-kernel-body.h"

static const LofiRowKernel avx2 = { "avx2", inner_avx2, add_avx2 }, avx512 = { "avx512", inner_avx512, add_avx512 };

const LofiRowKernel *
lofi_row_kernel (size_t index)
{
  return lofi_cpu_version (index, &avx512, &avx2, &any);
}

#else

const LofiRowKernel *
lofi_row_kernel (size_t index)
{
  return index == 0 ? &any : NULL;
}

#endif

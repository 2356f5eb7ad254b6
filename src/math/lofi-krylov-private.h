/* An orthonormal basis Q of a block Krylov space of a symmetric map A, and H = Q^T A Q. Shared by lofi-krylov.c,
 * lofi-map.c, lofi-ritz.c, lofi-leading.c and lofi-density.c.
 *
 *   A Q = Q H + F (0 R),   F the next block, orthogonal to Q; R couples it to Q's last columns
 *
 * so a Ritz pair (theta, Q u) has a residual of norm |R (last entries of u)|, known without a product. Everything here is in units
 * of A's `scale`, a power of two near its largest entry, so that squares neither overflow nor vanish. */
#pragma once

#include "lofi-eigen.h"
#include "lofi-leading.h"

typedef struct {
  const LofiSymmetricMap *map;
  const LofiWatch *watch;
  size_t order, block;      /* N; columns of a block */
  size_t capacity;          /* columns that filled may reach */
  size_t filled;            /* columns of Q; F stands right after them */
  size_t window;            /* H's entries between columns before this one and F are null but for rounding */
  size_t coupled;           /* columns of R: the last ones of Q */
  size_t starts;            /* random directions that have entered: no more copies of one eigenvalue than these can be in Q */
  uint64_t seed;            /* of the random directions: stream i of (seed, purpose) is the i-th */
  uint32_t purpose;
  size_t products;
  double scale, norm;       /* norm: a lower bound of |lambda_1|, close from the first blocks on */
  double *basis;            /* (capacity + block) x N: the columns of Q and of F, each in one piece */
  double *projected;        /* H in the first `filled` rows and columns of capacity x capacity, both triangles */
  LofiMatrix direction, image;    /* N x block: a block before and after A */
  double *coefficients;     /* (capacity + block) x block */
  double *link, *triangle;  /* block x block: R, rows `block` apart; the factor of one orthonormalisation */
} LofiKrylov;

/* capacity + block <= N, block > 0. A random block is ready to be the first. */
LofiStatus lofi_krylov_init (LofiKrylov *krylov, const LofiSymmetricMap *map, size_t block, size_t capacity, uint64_t seed,
                             uint32_t purpose, const LofiWatch *watch);
void lofi_krylov_clear (LofiKrylov *krylov);

/* One product: F joins Q, and a new F is made. filled + block <= capacity on entry; the watch is asked first. */
LofiStatus lofi_krylov_step (LofiKrylov *krylov);

/* |R u| of the columns of vectors (filled x count), eigenvectors of H. */
void lofi_krylov_residuals (const LofiKrylov *krylov, const LofiMatrix *vectors, double *residuals);

/* Q becomes Q U for eigenvectors U of H (filled x count) with their values, H their diagonal matrix; F stays. */
LofiStatus lofi_krylov_restart (LofiKrylov *krylov, const double *values, const LofiMatrix *vectors);

/* F becomes a random block. Right only where R is negligible. */
LofiStatus lofi_krylov_refresh (LofiKrylov *krylov);

/* Q U into the columns of out (N x count). */
LofiStatus lofi_krylov_combine (const LofiKrylov *krylov, const LofiMatrix *vectors, LofiMatrix *out);

/* Rayleigh-Ritz: H reduced, and of its pairs, by magnitude, as many as are needed. */
typedef struct {
  LofiSpectrum spectrum;
  double *theta, *residual; /* residual: what the pair of A would have */
  LofiMatrix u;             /* filled x count */
} LofiRitz;

/* Reduces H. All three may leave parts for lofi_ritz_clear when they fail. */
LofiStatus lofi_ritz_init (LofiRitz *ritz, const LofiKrylov *krylov);
void lofi_ritz_clear (LofiRitz *ritz);

/* The `count` leading pairs: theta, residual and u. Once after each lofi_ritz_init. */
LofiStatus lofi_ritz_pairs (LofiRitz *ritz, const LofiKrylov *krylov, size_t count);

/* The worst residual, of |lambda_1|, of the last few of the `count` leading pairs: the ones that settle last, nearly always, for
 * a fraction of the cost of all. */
LofiStatus lofi_ritz_last (const LofiRitz *ritz, const LofiKrylov *krylov, size_t count, double *worst);

/* The matrix behind a map made by lofi_symmetric_map_of, else NULL. */
const LofiMatrix *lofi_map_matrix (const LofiSymmetricMap *map);

/* A new matrix with the map's entries: a copy, or N products. */
LofiStatus lofi_map_to_matrix (const LofiSymmetricMap *map, LofiMatrix *a, const LofiWatch *watch);

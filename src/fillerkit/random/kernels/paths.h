/* The ways there are to do the same, one for each kind of processor; all make the same bits.
 *
 * A path is chosen while running, so that one wheel is as fast as each machine allows. On x86-64
 * the loops are compiled three times, and the ziggurat has vectors of its own; anywhere else there
 * is the portable path alone, which is plain C.
 */

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAVE_X86_PATHS 1
#endif

enum { WORDS = 624, NEAR = 397 };

/* How far beyond its draws a block is read: what is there never becomes a value. */
enum { BEYOND = 16 };

enum { MOST_PATHS = 3 };

/* For jump.h: the degree of MT19937's polynomial, the vectors that are summed at a time, and the
 * words looked at, a multiple of all vectors' lengths. */
enum { DEGREE = 19937, STRIP = 10, AHEAD = 20624 };

typedef struct {
  uint32_t words[2 * AHEAD], sum[WORDS + 16];
  int32_t terms[DEGREE / 2 + 1];
} Jump;

#ifdef __GNUC__
#define VECTOR(bytes) __attribute__((vector_size(bytes), may_alias))
#define PORTABLE_LANES 4
#else
#define VECTOR(bytes)
#define PORTABLE_LANES 1
#endif

/* A layer of the normal ziggurat, with a sign: one for each value of a draw's low 8 bits. A place
 * times `scale` is x, which is a value without a further look where its size is below `inside`. The
 * scale is the layer's width times a power of two, so x is as exact as if that was multiplied with
 * alone. */
typedef struct {
  float scale, inside;
} Box_single;

typedef struct {
  double scale, inside;
} Box_double;

/* A slow draw's value is dropped, kept, or it takes more than the next draw to tell. */
enum { DROPPED, KEPT, UNSURE };

/* Rows of a ziggurat's table, which have LAYERS elements in the normal one. */
enum { WIDTH, INSIDE, HEIGHT, RISE, STEP, CONVEX };
enum { LAYERS = 129 };

/* What differs between the paths: first the loops of loops.h, then the parts of a ziggurat. */
typedef struct {
  const char *name;
  void (*temper)(const uint32_t *words, uint32_t *block);
  void (*refill)(uint32_t *words, uint32_t *block);
  int (*scale_single)(const uint32_t *draws, float *out, int count, float first, float span,
                      float end);
  int (*scale_double)(const uint32_t *draws, double *out, int count, double first, double span,
                      double end);
  void (*mask_single)(const uint32_t *draws, float *out, int count, float limit);
  void (*mask_double)(const uint32_t *draws, double *out, int count, double limit);
  /* Set `values` to the gaussian of each draw, as if none was slow, and `slow` to the places of
   * those that are; return how many. Both have BEYOND more than `size` elements. */
  int (*sift)(const uint32_t *draws, int size, const Box_single *boxes, float mean, float std,
              float *values, int32_t *slow);
  /* Judge the slow draws, of which the last may have no draw behind it. */
  void (*judge)(const uint32_t *draws, int size, const int32_t *slow, int count,
                const float *rows, int32_t *verdicts);
  /* Gaussians of up to `size` candidates, as far as `room` goes and the first slow candidate, which
   * is left to the caller; return how many. All of `room` may be written to. */
  Py_ssize_t (*run)(const uint32_t *draws, Py_ssize_t size, const Box_double *boxes, double *out,
                    Py_ssize_t room, double mean, double std);
  /* Move a state's words ahead by n, given the polynomial of n - 1. */
  void (*jump)(uint32_t *words, const uint32_t *polynomial, Jump *work);
} Path;

/* ---------------------------------------------------------------- plain C */

#define TARGET
#define ON(name) name##_portable
#define LANES PORTABLE_LANES
#include "loops.h"
#include "jump.h"
#undef TARGET
#undef ON
#undef LANES

static int sift_portable(const uint32_t *draws, int size, const Box_single *boxes, float mean,
                         float std, float *values, int32_t *slow) {
  int count = 0;
  for (int i = 0; i < size; i++) {
    const Box_single *box = boxes + (draws[i] & 255);
    float x = (float)(int32_t)(draws[i] >> 8) * box->scale;
    values[i] = x * std + mean;
    slow[count] = i;
    count += !(fabsf(x) < box->inside);
  }
  return count;
}

static Py_ssize_t run_portable(const uint32_t *draws, Py_ssize_t size,
                                      const Box_double *boxes, double *out, Py_ssize_t room,
                                      double mean, double std) {
  Py_ssize_t end = size < room ? size : room, done = 0;
  for (; done < end; done++) {
    const Box_double *box = boxes + (draws[2 * done] & 255);
    double high = (double)(int32_t)(draws[2 * done] >> 8) * 0x1p-24;
    double low = (double)(int32_t)(draws[2 * done + 1] & 0x1fffffff);
    double x = (high + low) * box->scale;
    if (!(fabs(x) < box->inside)) break;
    out[done] = x * std + mean;
  }
  return done;
}

static const Path portable = {
    "portable",
    temper_portable,
    refill_portable,
    scale_single_portable,
    scale_double_portable,
    mask_single_portable,
    mask_double_portable,
    sift_portable,
    judge_portable,
    run_portable,
    jump_portable,
};

#ifdef HAVE_X86_PATHS

/* ---------------------------------------------------------------- AVX2 */

#define AVX2 __attribute__((target("avx2,bmi,popcnt")))
#define TARGET AVX2
#define ON(name) name##_avx2
#define LANES 8
#include "loops.h"
#include "jump.h"
#undef TARGET
#undef ON
#undef LANES

#include "ziggurat_avx2.h"

static const Path avx2 = {
    "avx2",
    temper_avx2,
    refill_avx2,
    scale_single_avx2,
    scale_double_avx2,
    mask_single_avx2,
    mask_double_avx2,
    sift_avx2,
    judge_avx2,
    run_avx2,
    jump_avx2,
};

/* ---------------------------------------------------------------- AVX-512 */

/* For the loops alone: a ziggurat is bound by looking up its table, so it stays with AVX2. */
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw")))
#define ON(name) name##_avx512
#define LANES 8
#include "loops.h"
#include "jump.h"
#undef TARGET
#undef ON
#undef LANES

static const Path avx512 = {
    "avx512",
    temper_avx512,
    refill_avx512,
    scale_single_avx512,
    scale_double_avx512,
    mask_single_avx512,
    mask_double_avx512,
    sift_avx2,
    judge_avx512,
    run_avx2,
    jump_avx512,
};

static int have_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("popcnt");
}

static int have_avx512(void) {
  return have_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}
#endif

/* The paths that this processor has, the fastest first; return how many. */
static int find_paths(const Path *found[MOST_PATHS]) {
  int count = 0;
#ifdef HAVE_X86_PATHS
  __builtin_cpu_init();
  if (have_avx512()) found[count++] = &avx512;
  if (have_avx2()) found[count++] = &avx2;
#endif
  found[count++] = &portable;
  return count;
}

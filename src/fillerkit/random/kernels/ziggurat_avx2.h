/* Ziggurat candidates by AVX2: whole vectors of them are worked out as if none was slow.
 *
 * The layers are loaded one by one, scale and inside as one piece: that takes half as long as the
 * processor's gathers do.
 */

#define INLINE_AVX2 static inline __attribute__((always_inline, target("avx2,bmi,popcnt")))

INLINE_AVX2 __m128 two_boxes(const Box_single *boxes, const uint32_t *draws) {
  __m128i first = _mm_loadl_epi64((const __m128i *)(boxes + (draws[0] & 255)));
  return _mm_loadh_pi(_mm_castsi128_ps(first), (const __m64 *)(boxes + (draws[1] & 255)));
}

/* Make eight values of eight draws; return which of them are slow, a bit each. */
INLINE_AVX2 unsigned eight_values(const uint32_t *draws, const Box_single *boxes, float *out,
                                  __m256 mean, __m256 std) {
  __m256 even = _mm256_castps128_ps256(two_boxes(boxes, draws));
  __m256 odd = _mm256_castps128_ps256(two_boxes(boxes, draws + 2));
  even = _mm256_insertf128_ps(even, two_boxes(boxes, draws + 4), 1);
  odd = _mm256_insertf128_ps(odd, two_boxes(boxes, draws + 6), 1);
  __m256 scale = _mm256_shuffle_ps(even, odd, 0x88), inside = _mm256_shuffle_ps(even, odd, 0xdd);

  __m256i words = _mm256_loadu_si256((const __m256i *)draws);
  __m256 x = _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_srli_epi32(words, 8)), scale);
  _mm256_storeu_ps(out, _mm256_add_ps(_mm256_mul_ps(x, std), mean));
  __m256 size = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x);
  return (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(size, inside, _CMP_NLT_UQ));
}

INLINE_AVX2 unsigned sixteen_values(const uint32_t *draws, const Box_single *boxes, float *out,
                                    __m256 mean, __m256 std) {
  unsigned low = eight_values(draws, boxes, out, mean, std);
  return low | eight_values(draws + 8, boxes, out + 8, mean, std) << 8;
}

/* Append the places of the bits set, counted from `first`; return how many there are now.
 *
 * Two are written whether there are any or not: a loop's end would be guessed wrong too often. */
INLINE_AVX2 int append(int32_t *places, int count, int first, unsigned bits) {
  unsigned rest = _blsr_u32(bits), more = _blsr_u32(rest);
  places[count] = first + (int)_tzcnt_u32(bits);
  places[count + 1] = first + (int)_tzcnt_u32(rest);
  for (int next = count + 2; more; more = _blsr_u32(more))
    places[next++] = first + (int)_tzcnt_u32(more);
  return count + _mm_popcnt_u32(bits);
}

AVX2 static int sift_avx2(const uint32_t *draws, int size, const Box_single *boxes, float mean,
                          float std, float *values, int32_t *slow) {
  const __m256 means = _mm256_set1_ps(mean), stds = _mm256_set1_ps(std);
  int count = 0, i = 0;
  for (; size - i >= 16; i += 16)
    count = append(slow, count, i, sixteen_values(draws + i, boxes, values + i, means, stds));
  if (i == size) return count;
  unsigned bits = sixteen_values(draws + i, boxes, values + i, means, stds);
  return append(slow, count, i, bits & ((1u << (size - i)) - 1));
}

/* Make four values of eight draws; return which of them are slow, a bit each. */
INLINE_AVX2 unsigned four_values(const uint32_t *draws, const Box_double *boxes, double *out,
                                 __m256d mean, __m256d std) {
#define BOX(i) _mm_loadu_pd((const double *)(boxes + (draws[i] & 255)))
  __m256d even = _mm256_insertf128_pd(_mm256_castpd128_pd256(BOX(0)), BOX(4), 1);
  __m256d odd = _mm256_insertf128_pd(_mm256_castpd128_pd256(BOX(2)), BOX(6), 1);
#undef BOX
  __m256d scale = _mm256_unpacklo_pd(even, odd), inside = _mm256_unpackhi_pd(even, odd);

  __m128 first = _mm_castsi128_ps(_mm_loadu_si128((const __m128i *)draws));
  __m128 second = _mm_castsi128_ps(_mm_loadu_si128((const __m128i *)(draws + 4)));
  __m128i words = _mm_castps_si128(_mm_shuffle_ps(first, second, 0x88));
  __m128i lows = _mm_castps_si128(_mm_shuffle_ps(first, second, 0xdd));
  __m256d high = _mm256_cvtepi32_pd(_mm_srli_epi32(words, 8));
  __m256d low = _mm256_cvtepi32_pd(_mm_and_si128(lows, _mm_set1_epi32(0x1fffffff)));
  __m256d place = _mm256_add_pd(_mm256_mul_pd(high, _mm256_set1_pd(0x1p-24)), low);
  __m256d x = _mm256_mul_pd(place, scale);
  _mm256_storeu_pd(out, _mm256_add_pd(_mm256_mul_pd(x, std), mean));
  __m256d size = _mm256_andnot_pd(_mm256_set1_pd(-0.0), x);
  return (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(size, inside, _CMP_NLT_UQ));
}

INLINE_AVX2 unsigned eight_doubles(const uint32_t *draws, const Box_double *boxes, double *out,
                                   __m256d mean, __m256d std) {
  unsigned low = four_values(draws, boxes, out, mean, std);
  return low | four_values(draws + 8, boxes, out + 4, mean, std) << 4;
}

/* The vector is stored and only then looked at: from a slow lane on it is written once more. */
AVX2 static Py_ssize_t run_avx2(const uint32_t *draws, Py_ssize_t size,
                                       const Box_double *boxes, double *out, Py_ssize_t room,
                                       double mean, double std) {
  const __m256d means = _mm256_set1_pd(mean), stds = _mm256_set1_pd(std);
  Py_ssize_t end = size < room ? size : room, done = 0;
  for (; end - done >= 8; done += 8) {
    unsigned slow = eight_doubles(draws + 2 * done, boxes, out + done, means, stds);
    if (slow) return done + __builtin_ctz(slow);
  }
  if (room - done < 8)
    return done + run_portable(draws + 2 * done, size - done, boxes, out + done,
                                      room - done, mean, std);
  unsigned slow = eight_doubles(draws + 2 * done, boxes, out + done, means, stds);
  return done + __builtin_ctz(slow | 1u << (size - done));
}

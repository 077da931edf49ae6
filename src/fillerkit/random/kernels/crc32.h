/* CRC-32 as zip files have it, by carry-less multiplication where the processor has that.
 *
 * A CRC is the remainder of the data, a polynomial over GF(2), modulo a fixed one. Four lanes of 128
 * bits run over the data; a lane is moved past 512 bits by multiplying its halves with the
 * remainders of x^(512 +- 32), and the lanes are folded into one in the same way. What is left is
 * reduced by Barrett's method. (Gopal et al., "Fast CRC Computation for Generic Polynomials Using
 * PCLMULQDQ Instruction", Intel 2009; the constants are the remainders for this polynomial.)
 */

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAVE_CRC32 1
#define CARRYLESS __attribute__((target("pclmul,sse4.1")))

static int crc32_supported(void) {
  return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
}

CARRYLESS static inline __m128i fold(__m128i lane, __m128i keys, __m128i next) {
  __m128i low = _mm_clmulepi64_si128(lane, keys, 0x00);
  __m128i high = _mm_clmulepi64_si128(lane, keys, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/* The CRC of `crc`'s data followed by `length` bytes more, a multiple of 16 and at least 64. */
CARRYLESS static uint32_t crc32_blocks(uint32_t crc, const unsigned char *data, size_t length) {
  const __m128i by_512 = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4);
  const __m128i by_128 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
  const __m128i by_64 = _mm_set_epi64x(0, 0x0163cd6124);
  const __m128i barrett = _mm_set_epi64x(0x01f7011641, 0x01db710641);
  const __m128i low_words = _mm_set_epi32(0, -1, 0, -1);
  const __m128i *from = (const __m128i *)data, *end = from + length / 16;

  __m128i lane[4];
  for (int i = 0; i < 4; i++) lane[i] = _mm_loadu_si128(from++);
  lane[0] = _mm_xor_si128(lane[0], _mm_cvtsi32_si128((int)~crc));
  for (; end - from >= 4; from += 4)
    for (int i = 0; i < 4; i++) lane[i] = fold(lane[i], by_512, _mm_loadu_si128(from + i));
  __m128i rest = lane[0];
  for (int i = 1; i < 4; i++) rest = fold(rest, by_128, lane[i]);
  while (from < end) rest = fold(rest, by_128, _mm_loadu_si128(from++));

  rest = _mm_xor_si128(_mm_srli_si128(rest, 8), _mm_clmulepi64_si128(rest, by_128, 0x10));
  rest = _mm_xor_si128(_mm_srli_si128(rest, 4),
                       _mm_clmulepi64_si128(_mm_and_si128(rest, low_words), by_64, 0x00));
  __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(rest, low_words), barrett, 0x10);
  __m128i product = _mm_clmulepi64_si128(_mm_and_si128(quotient, low_words), barrett, 0x00);
  return ~(uint32_t)_mm_extract_epi32(_mm_xor_si128(rest, product), 1);
}

static uint32_t crc32_update(uint32_t crc, const unsigned char *data, size_t length) {
  if (length >= 64) {
    size_t blocks = length & ~(size_t)15;
    crc = crc32_blocks(crc, data, blocks);
    data += blocks;
    length -= blocks;
  }
  crc = ~crc;
  for (; length; length--) {
    crc ^= *data++;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (-(crc & 1u) & 0xedb88320u);
  }
  return ~crc;
}
#endif

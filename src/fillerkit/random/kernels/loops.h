/* The loops over whole blocks of draws; included once a path, for the compiler to make vectors of.
 *
 * ON(f) is the name of f on the path, TARGET the attribute that lets the compiler use its vectors.
 */

static inline TARGET uint32_t ON(mixed)(uint32_t word, uint32_t next) {
  uint32_t y = (word & 0x80000000u) | (next & 0x7fffffffu);
  return (y >> 1) ^ (-(y & 1u) & 0x9908b0dfu);
}

/* Set `block` to the draws that the words make. */
TARGET static void ON(temper)(const uint32_t *restrict words, uint32_t *restrict block) {
  for (int i = 0; i < WORDS; i++) {
    uint32_t y = words[i];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    block[i] = y ^ (y >> 18);
  }
}

/* Replace the words by the next 624, and set `block` to the draws that they make. */
TARGET static void ON(refill)(uint32_t *restrict words, uint32_t *restrict block) {
  for (int i = 0; i < WORDS - NEAR; i++)
    words[i] = words[i + NEAR] ^ ON(mixed)(words[i], words[i + 1]);
  for (int i = WORDS - NEAR; i < WORDS - 1; i++)
    words[i] = words[i + NEAR - WORDS] ^ ON(mixed)(words[i], words[i + 1]);
  words[WORDS - 1] = words[NEAR - 1] ^ ON(mixed)(words[WORDS - 1], words[0]);
  ON(temper)(words, block);
}

/* Turn `count` draws into uniforms; return whether all of them are below `end`. */
TARGET static int ON(scale_single)(const uint32_t *restrict draws, float *restrict out, int count,
                                   float first, float span, float end) {
  int outside = 0;
  for (int i = 0; i < count; i++) {
    float value = (float)draws[i] * 0x1p-32f * span + first;
    out[i] = value;
    outside |= !(value < end);
  }
  return !outside;
}

TARGET static int ON(scale_double)(const uint32_t *restrict draws, double *restrict out, int count,
                                   double first, double span, double end) {
  int outside = 0;
  for (int i = 0; i < count; i++) {
    double value = (double)draws[i] * 0x1p-32 * span + first;
    out[i] = value;
    outside |= !(value < end);
  }
  return !outside;
}

/* Multiply each value whose draw is beyond the limit with 0, which leaves it its sign. The factors
 * have a loop of their own, or compilers make a branch of them. */
TARGET static void ON(mask_single)(const uint32_t *restrict draws, float *restrict out, int count,
                                   float limit) {
  float factors[WORDS];
  for (int i = 0; i < count; i++) factors[i] = (float)draws[i] <= limit ? 1 : 0;
  for (int i = 0; i < count; i++) out[i] *= factors[i];
}

TARGET static void ON(mask_double)(const uint32_t *restrict draws, double *restrict out, int count,
                                   double limit) {
  double factors[WORDS];
  for (int i = 0; i < count; i++) factors[i] = (double)draws[i] <= limit ? 1 : 0;
  for (int i = 0; i < count; i++) out[i] *= factors[i];
}

/* What values.h's under_curve tells, where it needs no exponential and the next draw is at hand. */
TARGET static void ON(judge)(const uint32_t *restrict draws, int size, const int32_t *restrict slow,
                             int count, const float *restrict rows, int32_t *restrict verdicts) {
  for (int n = 0; n < count; n++) {
    int place = slow[n], i = (int)(draws[place] & 255) >> 1;
    float width = rows[WIDTH * LAYERS + i], bottom = rows[HEIGHT * LAYERS + i];
    float rise = rows[RISE * LAYERS + i], step = rows[STEP * LAYERS + i];
    float x = (float)(int32_t)(draws[place] >> 8) * 0x1p-24f * width;
    float up = (float)draws[place + 1] * 0x1p-32f;
    float height = bottom + up * rise;
    float over_chord = step * up - (width - x);
    float over_tangent = height - (bottom + (width - x) * bottom * width);
    int convex = rows[CONVEX * LAYERS + i] != 0;
    float over_upper = convex ? over_chord : over_tangent;
    float over_lower = convex ? over_tangent : over_chord;
    int verdict = over_upper < 0 ? over_lower < 0 ? KEPT : UNSURE : DROPPED;
    int beyond = (i == 0) | !(up < 1) | (place + 1 >= size);
    verdicts[n] = beyond ? UNSURE : verdict;
  }
}

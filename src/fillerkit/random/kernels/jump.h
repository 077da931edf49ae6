/* A state moved ahead by very many draws at once; included once a path.
 *
 * The words of MT19937 obey a linear recurrence over GF(2), whose characteristic polynomial p has
 * degree 19937. So word n + j is the sum of the words i + j of those i whose x^i is a term of
 * x^n mod p (Haramoto, Matsumoto, Nishimura, Panneton, L'Ecuyer 2008). Of the first word of a state
 * one bit counts only, so what is given is the polynomial of x^(n - 1), and sums begin one word on.
 *
 * Words are summed in vectors of LANES. The terms are taken by their remainder modulo LANES, for
 * then all vectors of a sum begin at whole ones; the sums are added at the end, each at its place.
 * Two terms that are LANES apart are one vector of `pairs`.
 */

typedef uint32_t ON(Vector) VECTOR(4 * LANES);

enum { ON(VECTORS) = ((WORDS + LANES - 1) / LANES + STRIP) / STRIP * STRIP };

/* Set `sum` to the sum of the vectors that lie `terms` words behind the ones of `at`. */
TARGET static void ON(add_terms)(const uint32_t *at, const int32_t *terms, int count,
                                 uint32_t *sum) {
  ON(Vector) vectors[STRIP];
  for (int i = 0; i < STRIP; i++) vectors[i] = (ON(Vector)){0};
  for (int n = 0; n < count; n++) {
    const ON(Vector) *from = (const ON(Vector) *)(at + terms[n]);
    for (int i = 0; i < STRIP; i++) vectors[i] ^= from[i];
  }
  for (int i = 0; i < STRIP; i++) ((ON(Vector) *)sum)[i] = vectors[i];
}

/* List the vectors to add for a remainder: of which of two places, or of their pair. */
static int ON(list_terms)(const uint32_t *polynomial, int remainder, int32_t *terms) {
  static const int32_t from[4] = {0, 0, LANES, AHEAD};
  int count = 0;
  for (int i = remainder; i < DEGREE; i += 2 * LANES) {
    uint32_t one = polynomial[i >> 5] >> (i & 31) & 1;
    uint32_t other = polynomial[(i + LANES) >> 5] >> ((i + LANES) & 31) & 1;
    terms[count] = i - remainder + from[one | other << 1];
    count += (one | other) != 0;
  }
  return count;
}

TARGET static void ON(jump)(uint32_t *restrict state, const uint32_t *polynomial, Jump *work) {
  uint32_t *words = work->words, *pairs = work->words + AHEAD;
  uint32_t last = state[NEAR] ^ ON(mixed)(state[0], state[1]);
  memcpy(words, state + 1, 4 * (WORDS - 1));
  words[WORDS - 1] = last;
  for (int i = 0; i < AHEAD - WORDS; i++)
    words[i + WORDS] = words[i + NEAR] ^ ON(mixed)(words[i], words[i + 1]);
  for (int i = 0; i < AHEAD - LANES; i++) pairs[i] = words[i] ^ words[i + LANES];
  memset(state, 0, 4 * WORDS);
  for (int remainder = 0; remainder < LANES; remainder++) {
    int count = ON(list_terms)(polynomial, remainder, work->terms);
    for (int i = 0; i < ON(VECTORS); i += STRIP)
      ON(add_terms)(words + i * LANES, work->terms, count, work->sum + i * LANES);
    for (int i = 0; i < WORDS; i++) state[i] ^= work->sum[i + remainder];
  }
}

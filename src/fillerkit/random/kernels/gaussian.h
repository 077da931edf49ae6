/* Gaussians by the ziggurat: runs of values, and the slow candidates between them.
 *
 * About 3 in 100 candidates are slow. In float32 a block is sifted as a whole: values are worked
 * out as if no draw was slow, those that are get their verdicts, and then the stretches between
 * them are copied out. That way next to nothing is decided by branches, which would be guessed
 * wrong. In float64 a candidate takes two draws and a slow one three, so which draws belong
 * together is known only after each slow one: there the runs between them are made one by one.
 */

/* Values copied at a time: more than most stretches have. */
enum { COPIED = 64 };

/* Copy `count` values, and what is behind them where there is room: that saves ending loops. */
static inline void copy_values(float *out, const float *values, Py_ssize_t count, Py_ssize_t room) {
  if (room < count + COPIED) {
    memcpy(out, values, 4 * (size_t)count);
    return;
  }
  for (Py_ssize_t i = 0; i < count; i += COPIED) memcpy(out + i, values + i, 4 * COPIED);
}

/* What is known of a piece of a block. */
typedef struct {
  const uint32_t *draws;
  int size, count;
  float values[WORDS + COPIED];
  int32_t slow[WORDS + BEYOND], verdicts[WORDS + BEYOND];
} Piece;

typedef struct {
  float mean, std;
  int plain;
  Layers_single normal, exponential;
  Box_single boxes[256];
} Normal_single;

/* The verdicts of older Boost: the curve decides each. */
static void judge_by_curve(const uint32_t *draws, int size, const int32_t *slow, int count,
                           const Layers_single *z, int32_t *verdicts) {
  for (int n = 0; n < count; n++) {
    int place = slow[n];
    uint32_t i = (draws[place] & 255) >> 1;
    float x = (float)(draws[place] >> 8) * 0x1p-24f * z->width[i];
    float up = (float)draws[place + 1] * 0x1p-32f;
    int under = z->height[i] + up * z->rise[i] < (float)exp(-(double)(x * x / 2));
    int beyond = (i == 0) | !(up < 1) | (place + 1 >= size);
    verdicts[n] = beyond ? UNSURE : under;
  }
}

/* Sift and judge the draws at hand, or as many as values are missing; return how many. */
static int look_at_piece(Stream *stream, const Normal_single *z, Piece *piece,
                         Py_ssize_t missing) {
  piece->size = at_hand(stream, missing);
  if (!piece->size) return 0;
  int hand = WORDS - (int)stream->position;
  piece->draws = stream->block + stream->position;
  piece->count = stream->path->sift(piece->draws, piece->size, z->boxes, z->mean, z->std,
                                    piece->values, piece->slow);
  if (z->plain)
    judge_by_curve(piece->draws, hand, piece->slow, piece->count, &z->normal, piece->verdicts);
  else
    stream->path->judge(piece->draws, hand, piece->slow, piece->count, z->normal.width,
                        piece->verdicts);
  return piece->size;
}

/* Make the values of a piece; return where they end. There is room for them: each takes a draw. */
static float *fill_from_piece(Stream *stream, const Normal_single *z, const Piece *piece, float *to,
                              float *stop) {
  const uint32_t start = stream->position, block = stream->blocks;
  int next = 0;
  for (int n = 0; n < piece->count; n++) {
    int place = piece->slow[n], length = place - next, verdict = piece->verdicts[n];
    if (length < 0) continue; /* the height of the one before */
    copy_values(to, piece->values + next, length + 1, stop - to);
    to += length + (verdict == KEPT);
    next = place + 2;
    if (verdict == UNSURE) {
      stream->position = start + (uint32_t)place;
      to += candidate_single(stream, to, z->mean, z->std, z->plain, &z->normal, &z->exponential);
      if (stream->blocks != block) return to;
      next = (int)(stream->position - start);
    }
  }
  if (next < piece->size) {
    copy_values(to, piece->values + next, piece->size - next, stop - to);
    to += piece->size - next;
    next = piece->size;
  }
  stream->position = start + (uint32_t)next;
  return to;
}

static Py_ssize_t gaussian_single(Stream *stream, float *out, Py_ssize_t count, float mean,
                                  float std, int plain, const float *normal,
                                  const float *exponential) {
  Normal_single z = {mean, std, plain, layers_single(normal, LAYERS),
                     layers_single(exponential, 257), {{0, 0}}};
  Piece piece;
  float *to = out, *stop = out + count;
  lay_boxes_single(z.boxes, &z.normal);
  while (look_at_piece(stream, &z, &piece, stop - to))
    to = fill_from_piece(stream, &z, &piece, to, stop);
  return to - out;
}

static Py_ssize_t gaussian_double(Stream *stream, double *out, Py_ssize_t count, double mean,
                                  double std, int plain, const double *normal,
                                  const double *exponential) {
  Layers_double layers = layers_double(normal, LAYERS), tail = layers_double(exponential, 257);
  Box_double boxes[256];
  double *to = out, *stop = out + count;
  lay_boxes_double(boxes, &layers);
  /* The last candidate may begin at the last draw: half of it is beyond the end. */
  for (int hand; to < stop && (hand = at_hand(stream, PY_SSIZE_T_MAX));) {
    int beyond = hand < WORDS - (int)stream->position;
    Py_ssize_t done = stream->path->run(stream->block + stream->position, (hand + beyond) / 2,
                                        boxes, to, stop - to, mean, std);
    stream->position += 2 * (uint32_t)done;
    to += done;
    /* The candidate here is slow, or begins where the draws at hand end. */
    if (to < stop && place(stream) < stream->end)
      to += candidate_double(stream, to, mean, std, plain, &layers, &tail);
  }
  return to - out;
}

/* Values of one floating point type from a stream of draws; included once a type.
 *
 * REAL is the type, NAME(f) the name of f for it, DRAWS_A_PLACE how many draws a ziggurat takes for
 * a place along a layer. What each function does, and why, is told in uniform.py and ziggurat.py.
 */

#define TWO_TO_32 ((REAL)4294967296.0)

/* ---------------------------------------------------------------- uniform */

static Py_ssize_t NAME(uniform)(Stream *stream, REAL *out, Py_ssize_t count, REAL first, REAL end,
                                int halved) {
  REAL span = end - first;
  REAL *to = out, *stop = out + count;
  for (int size; (size = at_hand(stream, stop - to));) {
    if (stream->path->NAME(scale)(stream->block + stream->position, to, size, first, span, end)) {
      to += size;
    } else {
      REAL *from = to;
      for (int i = 0; i < size; i++)
        if (from[i] < end) *to++ = from[i];
    }
    stream->position += (uint32_t)size;
  }
  if (halved)
    for (REAL *value = out; value < to; value++) *value *= 2;
  return to - out;
}

/* ---------------------------------------------------------------- gaussian */

/* A ziggurat's layers: rows of a table that Python lays out. */
typedef struct {
  const REAL *width, *inside, *height, *rise, *step, *convex;
} NAME(Layers);

static NAME(Layers) NAME(layers)(const REAL *rows, int length) {
  NAME(Layers) layers = {rows,
                         rows + length,
                         rows + 2 * length,
                         rows + 3 * length,
                         rows + 4 * length,
                         rows + 5 * length};
  return layers;
}

/* -1 or 1 by the lowest bit; without a branch, which would be guessed wrong half the time. */
static inline REAL NAME(sign)(uint32_t bits) { return (REAL)((int)(bits & 1) * 2 - 1); }

/* A place in [0, 1) along a layer, and the 8 bits that choose the layer. */
static inline REAL NAME(place)(Stream *stream, uint32_t *bits) {
  uint32_t word = draw(stream);
  *bits = word & 255;
  REAL place = (REAL)(word >> 8) * (REAL)(1 / 16777216.0);
#if DRAWS_A_PLACE == 2
  place = (place + (REAL)(draw(stream) & 0x1fffffff)) * (REAL)(1 / 536870912.0);
#endif
  return place;
}

/* A uniform below 1: draws that round up to 1 are dropped. */
static inline REAL NAME(fraction)(Stream *stream) {
  for (;;) {
    REAL value = (REAL)draw(stream) * (1 / TWO_TO_32);
    if (value < 1) return value;
  }
}

static REAL NAME(exponential)(Stream *stream, const NAME(Layers) * z) {
  REAL shift = 0;
  for (;;) {
    uint32_t i;
    REAL x = NAME(place)(stream, &i) * z->width[i];
    if (x < z->inside[i]) return shift + x;
    if (i == 0) {
      shift += z->width[1];
      continue;
    }
    REAL up = NAME(fraction)(stream);
    REAL height = z->height[i] + up * z->rise[i];
    REAL over_chord = z->step[i] * up - (z->width[i] - x);
    REAL top = z->height[i + 1];
    REAL over_tangent = height - (top + (z->width[i + 1] - x) * top);
    if (over_chord < 0 && (over_tangent < 0 || height < (REAL)exp(-(double)x))) return shift + x;
  }
}

static REAL NAME(tail)(Stream *stream, REAL start, int plain,
                       const NAME(Layers) * exponential) {
  for (;;) {
    REAL x, y;
    if (plain) {
      x = -NAME(log)(1 - NAME(fraction)(stream)) / start;
      y = -NAME(log)(1 - NAME(fraction)(stream));
    } else {
      x = NAME(exponential)(stream, exponential) / start;
      y = NAME(exponential)(stream, exponential);
    }
    if (2 * y > x * x) return x + start;
  }
}

/* Whether x, outside its layer's box, is kept at the height that the next draw gives. */
static int NAME(under_curve)(Stream *stream, const NAME(Layers) * z, uint32_t i, REAL x,
                             int plain) {
  REAL up = NAME(fraction)(stream);
  REAL height = z->height[i] + up * z->rise[i];
  if (plain) return height < (REAL)exp(-(double)(x * x / 2));
  REAL over_chord = z->step[i] * up - (z->width[i] - x);
  REAL over_tangent = height - (z->height[i] + (z->width[i] - x) * z->height[i] * z->width[i]);
  REAL over_upper = z->convex[i] ? over_chord : over_tangent;
  REAL over_lower = z->convex[i] ? over_tangent : over_chord;
  return over_upper < 0 && (over_lower < 0 || height < (REAL)exp(-(double)(x * x / 2)));
}

/* What the runs of a path look at. */
static void NAME(lay_boxes)(NAME(Box) boxes[256], const NAME(Layers) * z) {
  const REAL unit = (REAL)(DRAWS_A_PLACE == 1 ? 0x1p-24 : 0x1p-29);
  for (uint32_t bits = 0; bits < 256; bits++)
    boxes[bits] = (NAME(Box)){z->width[bits >> 1] * NAME(sign)(bits) * unit, z->inside[bits >> 1]};
}

/* Make the value of the candidate here, by the book; return whether there is one. */
static int NAME(candidate)(Stream *stream, REAL *out, REAL mean, REAL std, int plain,
                           const NAME(Layers) * normal, const NAME(Layers) * exponential) {
  uint32_t bits;
  REAL place = NAME(place)(stream, &bits);
  uint32_t i = bits >> 1;
  REAL x = place * normal->width[i];
  if (!(x < normal->inside[i])) {
    if (i == 0)
      x = NAME(tail)(stream, normal->width[1], plain, exponential);
    else if (!NAME(under_curve)(stream, normal, i, x, plain))
      return 0;
  }
  *out = x * NAME(sign)(bits) * std + mean;
  return 1;
}

/* ---------------------------------------------------------------- Bernoulli */

static void NAME(thin)(Stream *stream, REAL *out, Py_ssize_t count, REAL limit) {
  for (REAL *to = out, *stop = out + count; to < stop;) {
    int size = (int)ready(stream);
    if (size > stop - to) size = (int)(stop - to);
    stream->path->NAME(mask)(stream->block + stream->position, to, size, limit);
    stream->position += (uint32_t)size;
    to += size;
  }
}

#undef TWO_TO_32

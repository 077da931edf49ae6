/* The float32 gaussians of Boost 1.55 and earlier: those of box_muller.py, step by step. */

static double sine(double x, double square) {
  double cube = x * square;
  double last = 0x1.1107605230bc4p-7 + square * -0x1.994eb3774cf24p-13;
  return (x + cube * -0x1.555545995a603p-3) + cube * square * last;
}

static double cosine(double square) {
  double fourth = square * square;
  double first = 0x1p0 + square * -0x1.ffffffd0c621cp-2;
  double last = -0x1.6c087e89a359dp-10 + square * 0x1.99343027bf8c3p-16;
  return (first + fourth * 0x1.55553e1068f19p-5) + fourth * square * last;
}

/* Set `both` to the sine and the cosine of an angle from 0 to 2 pi. Which of the two polynomials
 * makes which, and with what sign, is looked up: a branch would be guessed wrong half the time. */
static void sine_and_cosine(float angle, float both[2]) {
  double x = (double)angle;
  int32_t turns = ((int32_t)(x * 0x1.45F306DC9C883p+23) + 0x800000) >> 24;
  double rest = x - turns * 0x1.921FB54442D18p0;
  double square = rest * rest;
  const double made[2] = {sine(rest, square), cosine(square)};
  for (int i = 0; i < 2; i++) {
    int quarter = (turns + i) & 3;
    both[i] = (float)(made[quarter & 1] * (1 - (quarter & 2)));
  }
}

/* A blob with an odd number of values loses the sine of its last pair. */
static Py_ssize_t box_muller(Stream *stream, float *out, Py_ssize_t count, float mean, float std) {
  const float whole_turn = 2.0f * 0x1.921fb6p+1f;
  Py_ssize_t i = 0;
  for (; i < count && place(stream) < stream->end; i += 2) {
    float both[2], u = fraction_single(stream), v = fraction_single(stream);
    sine_and_cosine(whole_turn * u, both);
    float radius = sqrtf(-2.0f * log_single(1.0f - v));
    out[i] = radius * both[1] * std + mean;
    if (i + 1 < count) out[i + 1] = radius * both[0] * std + mean;
  }
  return i < count ? i : count;
}

/* The draws of Caffe's engine and what is made of them, as fast as memory takes them.
 *
 * Every function works on a state, an array of 627 uint32: MT19937's 624 words, the position of the
 * next one, and how many draws were taken since it was seeded, in two halves, the lower first. Values come out with the bits of the NumPy reference beside this folder; floating
 * point must therefore be compiled without contraction (-ffp-contract=off) and without fast-math.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* Where a compiler works in wider types than the code says, NumPy makes the values. */
#if FLT_EVAL_METHOD != 0
#error "float32 is not worked out in float32 here: the bits would be others"
#endif

#include "paths.h"

enum { TAKEN = WORDS + 1, STATE_BYTES = 4 * (WORDS + 3) };

/* As many draws as a function likes. */
#define UNBOUNDED INT64_MAX

/* ---------------------------------------------------------------- the engine */

/* A reader of the stream: a state, its words, and the draws that they make. The words are a copy on
 * the thread's own stack: states of several threads may lie beside one another, and the processors
 * would take the memory between them from each other. No value begins at a draw from `end` on, which
 * counts from the first of the block that the stream was opened in. */
typedef struct {
  const Path *path;
  uint32_t *state;
  uint32_t position, blocks;
  int64_t end;
  uint32_t words[WORDS], block[WORDS + BEYOND];
} Stream;

static void add_taken(uint32_t *state, int64_t count) {
  uint64_t taken = (state[TAKEN] | (uint64_t)state[TAKEN + 1] << 32) + (uint64_t)count;
  state[TAKEN] = (uint32_t)taken;
  state[TAKEN + 1] = (uint32_t)(taken >> 32);
}

static void open_stream(Stream *stream, const Path *path, uint32_t *state) {
  stream->path = path;
  stream->state = state;
  memcpy(stream->words, state, 4 * WORDS);
  stream->position = state[WORDS];
  stream->blocks = 0;
  stream->end = UNBOUNDED;
  memset(stream->block + WORDS, 0, 4 * BEYOND);
  if (stream->position < WORDS) path->temper(state, stream->block);
}

/* How many draws there are from the first of the block that the stream was opened in. */
static inline int64_t place(const Stream *stream) {
  return (int64_t)stream->blocks * WORDS + stream->position;
}

static void close_stream(const Stream *stream) {
  uint32_t *state = stream->state;
  memcpy(state, stream->words, 4 * WORDS);
  add_taken(state, place(stream) - state[WORDS]);
  state[WORDS] = stream->position;
}

/* Let no value begin after so many draws. */
static void bound(Stream *stream, int64_t draws) {
  if (draws < UNBOUNDED - WORDS) stream->end = place(stream) + draws;
}

/* Make at least one draw ready; return how many are. */
static inline uint32_t ready(Stream *stream) {
  if (stream->position == WORDS) {
    stream->path->refill(stream->words, stream->block);
    stream->position = 0;
    stream->blocks++;
  }
  return WORDS - stream->position;
}

/* Draws that are ready and may begin a value, for no more than `room` values; 0 at the end. */
static inline int at_hand(Stream *stream, Py_ssize_t room) {
  int64_t count = stream->end - place(stream);
  if (count > room) count = room;
  if (count <= 0) return 0;
  return count < ready(stream) ? (int)count : (int)ready(stream);
}

static inline uint32_t draw(Stream *stream) {
  ready(stream);
  return stream->block[stream->position++];
}

static void copy_draws(Stream *stream, uint32_t *out, Py_ssize_t count) {
  for (uint32_t *to = out, *stop = out + count; to < stop;) {
    Py_ssize_t size = ready(stream);
    if (size > stop - to) size = stop - to;
    memcpy(to, stream->block + stream->position, 4 * (size_t)size);
    stream->position += (uint32_t)size;
    to += size;
  }
}

static void skip_draws(Stream *stream, unsigned long long count) {
  while (count) {
    uint32_t size = ready(stream);
    if (size > count) size = (uint32_t)count;
    stream->position += size;
    count -= size;
  }
}

/* ---------------------------------------------------------------- values, by type */

/* The float32 logarithm of elementary.py, by the same steps in the same order. */
static float log_single(float x) {
  static const double table[16][2] = {
      {0x1.661ec79f8f3bep+0, -0x1.57bf7808caadep-2}, {0x1.571ed4aaf883dp+0, -0x1.2bef0a7c06ddbp-2},
      {0x1.49539f0f010bp+0, -0x1.01eae7f513a67p-2},  {0x1.3c995b0b80385p+0, -0x1.b31d8a68224e9p-3},
      {0x1.30d190c8864a5p+0, -0x1.6574f0ac07758p-3}, {0x1.25e227b0b8eap+0, -0x1.1aa2bc79c81p-3},
      {0x1.1bb4a4a1a343fp+0, -0x1.a4e76ce8c0e5ep-4}, {0x1.12358f08ae5bap+0, -0x1.1973c5a611cccp-4},
      {0x1.0953f419900a7p+0, -0x1.252f438e10c1ep-5}, {0x1p+0, 0x0p+0},
      {0x1.e608cfd9a47acp-1, 0x1.aa5aa5df25984p-5},  {0x1.ca4b31f026aap-1, 0x1.c5e53aa362eb4p-4},
      {0x1.b2036576afce6p-1, 0x1.526e57720db08p-3},  {0x1.9c2d163a1aa2dp-1, 0x1.bc2860d22477p-3},
      {0x1.886e6037841edp-1, 0x1.1058bc8a07ee1p-2},  {0x1.767dcf5534862p-1, 0x1.4043057b6ee09p-2},
  };
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  int32_t offset = bits - 0x3f330000;
  int32_t part = (offset >> 19) & 15, exponent = offset >> 23;
  bits -= exponent * (1 << 23);
  memcpy(&x, &bits, sizeof x);
  double r = (double)x * table[part][0] - 1;
  double base = table[part][1] + exponent * 0x1.62e42fefa39efp-1;
  double square = r * r;
  double tail = 0x1.5575b0be00b6ap-2 * r + -0x1.ffffef20a4123p-2;
  return (float)((-0x1.00ea348b88334p-2 * square + tail) * square + (base + r));
}

static double log_double(double x) { return log(x); }

#define REAL float
#define NAME(name) name##_single
#define DRAWS_A_PLACE 1
#include "values.h"
#undef REAL
#undef NAME
#undef DRAWS_A_PLACE

#define REAL double
#define NAME(name) name##_double
#define DRAWS_A_PLACE 2
#include "values.h"
#undef REAL
#undef NAME
#undef DRAWS_A_PLACE

#include "box_muller.h"
#include "gaussian.h"
#include "crc32.h"

/* ---------------------------------------------------------------- Python */

/* Not Py_RETURN_NONE: headers of Python 3.13 take None for immortal, which it is not in the 3.11 that
 * may load the same file; there None was freed after some thousand calls. */
static PyObject *none(void) {
  Py_IncRef(Py_None);
  return Py_None;
}

/* What a function that fills a buffer from a stream works with; zero before it is parsed. */
typedef struct {
  Py_buffer state, out, normal, exponential;
  int path;
  Stream stream;
} Work;

static void release(Work *work) {
  PyBuffer_Release(&work->exponential);
  PyBuffer_Release(&work->normal);
  PyBuffer_Release(&work->out);
  PyBuffer_Release(&work->state);
}

/* Open the stream; where that cannot be, with the buffers released and an exception set. */
static int begin(Work *work) {
  const Path *paths[MOST_PATHS];
  uint32_t *state = work->state.buf;
  const char *wrong = NULL;
  if (work->state.len != STATE_BYTES || state[WORDS] > WORDS) wrong = "not a state";
  if (work->path < 0 || work->path >= find_paths(paths)) wrong = "not one of the PATHS";
  if (wrong) {
    release(work);
    PyErr_SetString(PyExc_ValueError, wrong);
    return 0;
  }
  open_stream(&work->stream, paths[work->path], state);
  return 1;
}

static PyObject *finish(Work *work) {
  close_stream(&work->stream);
  release(work);
  return none();
}

/* The same where a bound may have ended the filling: return how many values there are. */
static PyObject *finish_with(Work *work, Py_ssize_t made) {
  close_stream(&work->stream);
  release(work);
  return PyLong_FromSsize_t(made);
}

static PyObject *py_seed(PyObject *module, PyObject *args) {
  Py_buffer state;
  unsigned int seed;
  if (!PyArg_ParseTuple(args, "w*I", &state, &seed)) return NULL;
  int good = state.len == STATE_BYTES;
  if (good) {
    uint32_t *words = state.buf;
    words[0] = seed;
    for (uint32_t i = 1; i < WORDS; i++)
      words[i] = 1812433253u * (words[i - 1] ^ (words[i - 1] >> 30)) + i;
    words[WORDS] = WORDS;
    words[TAKEN] = words[TAKEN + 1] = 0;
  }
  PyBuffer_Release(&state);
  if (good) return none();
  PyErr_SetString(PyExc_ValueError, "not a state");
  return NULL;
}

static PyObject *py_jump(PyObject *module, PyObject *args) {
  Work work = {0};
  Py_buffer *polynomial = &work.out;
  unsigned long long count;
  if (!PyArg_ParseTuple(args, "iw*y*K", &work.path, &work.state, polynomial, &count)) return NULL;
  if (polynomial->len != 4 * WORDS) {
    release(&work);
    PyErr_SetString(PyExc_ValueError, "not a polynomial");
    return NULL;
  }
  if (!begin(&work)) return NULL;
  enum { ALIGNED = 64 };
  char *memory = PyMem_Malloc(sizeof(Jump) + ALIGNED);
  if (memory) {
    Py_BEGIN_ALLOW_THREADS
    Jump *jump = (Jump *)(((uintptr_t)memory + ALIGNED - 1) / ALIGNED * ALIGNED);
    work.stream.path->jump(work.stream.words, polynomial->buf, jump);
    Py_END_ALLOW_THREADS
    close_stream(&work.stream);
    add_taken(work.stream.state, (int64_t)count);
    PyMem_Free(memory);
  }
  release(&work);
  if (memory) return none();
  return PyErr_NoMemory();
}

static PyObject *py_draw(PyObject *module, PyObject *args) {
  Work work = {0};
  if (!PyArg_ParseTuple(args, "iw*w*", &work.path, &work.state, &work.out) || !begin(&work))
    return NULL;
  Py_BEGIN_ALLOW_THREADS
  copy_draws(&work.stream, work.out.buf, work.out.len / 4);
  Py_END_ALLOW_THREADS
  return finish(&work);
}

static PyObject *py_skip(PyObject *module, PyObject *args) {
  Work work = {0};
  unsigned long long count;
  if (!PyArg_ParseTuple(args, "iw*K", &work.path, &work.state, &count) || !begin(&work))
    return NULL;
  Py_BEGIN_ALLOW_THREADS
  skip_draws(&work.stream, count);
  Py_END_ALLOW_THREADS
  return finish(&work);
}

static PyObject *py_uniform(PyObject *module, PyObject *args) {
  Work work = {0};
  double first, end;
  int size, halved;
  long long draws = UNBOUNDED;
  Py_ssize_t made;
  if (!PyArg_ParseTuple(args, "iw*w*iddp|L", &work.path, &work.state, &work.out, &size, &first,
                        &end, &halved, &draws) ||
      !begin(&work))
    return NULL;
  bound(&work.stream, draws);
  Py_BEGIN_ALLOW_THREADS
  if (size == 4)
    made = uniform_single(&work.stream, work.out.buf, work.out.len / 4, (float)first, (float)end,
                          halved);
  else
    made = uniform_double(&work.stream, work.out.buf, work.out.len / 8, first, end, halved);
  Py_END_ALLOW_THREADS
  return finish_with(&work, made);
}

static PyObject *py_gaussian(PyObject *module, PyObject *args) {
  Work work = {0};
  double mean, std;
  int size, plain;
  long long draws = UNBOUNDED;
  Py_ssize_t made;
  if (!PyArg_ParseTuple(args, "iw*w*iddpy*y*|L", &work.path, &work.state, &work.out, &size, &mean,
                        &std, &plain, &work.normal, &work.exponential, &draws))
    return NULL;
  if (work.normal.len != size * 6 * LAYERS || work.exponential.len != size * 5 * 257) {
    release(&work);
    PyErr_SetString(PyExc_ValueError, "not the tables of a ziggurat");
    return NULL;
  }
  if (!begin(&work)) return NULL;
  bound(&work.stream, draws);
  Py_BEGIN_ALLOW_THREADS
  if (size == 4)
    made = gaussian_single(&work.stream, work.out.buf, work.out.len / 4, (float)mean, (float)std,
                           plain, work.normal.buf, work.exponential.buf);
  else
    made = gaussian_double(&work.stream, work.out.buf, work.out.len / 8, mean, std, plain,
                           work.normal.buf, work.exponential.buf);
  Py_END_ALLOW_THREADS
  return finish_with(&work, made);
}

static PyObject *py_box_muller(PyObject *module, PyObject *args) {
  Work work = {0};
  float mean, std;
  long long draws = UNBOUNDED;
  Py_ssize_t made;
  if (!PyArg_ParseTuple(args, "iw*w*ff|L", &work.path, &work.state, &work.out, &mean, &std,
                        &draws) ||
      !begin(&work))
    return NULL;
  bound(&work.stream, draws);
  Py_BEGIN_ALLOW_THREADS
  made = box_muller(&work.stream, work.out.buf, work.out.len / 4, mean, std);
  Py_END_ALLOW_THREADS
  return finish_with(&work, made);
}

static PyObject *py_thin(PyObject *module, PyObject *args) {
  Work work = {0};
  double limit;
  int size;
  if (!PyArg_ParseTuple(args, "iw*w*id", &work.path, &work.state, &work.out, &size, &limit) ||
      !begin(&work))
    return NULL;
  Py_BEGIN_ALLOW_THREADS
  if (size == 4)
    thin_single(&work.stream, work.out.buf, work.out.len / 4, (float)limit);
  else
    thin_double(&work.stream, work.out.buf, work.out.len / 8, limit);
  Py_END_ALLOW_THREADS
  return finish(&work);
}

#ifdef HAVE_CRC32
static PyObject *py_crc32(PyObject *module, PyObject *args) {
  Py_buffer data;
  unsigned int crc = 0;
  if (!PyArg_ParseTuple(args, "y*|I", &data, &crc)) return NULL;
  Py_BEGIN_ALLOW_THREADS
  crc = crc32_update(crc, data.buf, (size_t)data.len);
  Py_END_ALLOW_THREADS
  PyBuffer_Release(&data);
  return PyLong_FromUnsignedLong(crc);
}

static PyMethodDef crc32_method = {"crc32", py_crc32, METH_VARARGS, "crc32(data, crc=0)"};
#endif

/* Offer crc32 only where the processor can do it; Python has another one. */
static int add_crc32(PyObject *module) {
#ifdef HAVE_CRC32
  if (crc32_supported()) {
    PyObject *function = PyCFunction_New(&crc32_method, NULL);
    int failed = PyModule_AddObjectRef(module, "crc32", function);
    Py_XDECREF(function);
    return failed;
  }
#endif
  return 0;
}

/* PATHS: the names of the paths that this processor has, by the number that functions take. */
static int add_paths(PyObject *module) {
  const Path *paths[MOST_PATHS];
  int count = find_paths(paths);
  PyObject *names = PyTuple_New(count);
  for (int i = 0; names && i < count; i++) {
    PyObject *name = PyUnicode_FromString(paths[i]->name);
    if (!name || PyTuple_SetItem(names, i, name)) Py_CLEAR(names);
  }
  int failed = PyModule_AddObjectRef(module, "PATHS", names);
  Py_XDECREF(names);
  return failed;
}

static PyMethodDef methods[] = {
    {"seed", py_seed, METH_VARARGS, "seed(state, seed)"},
    {"draw", py_draw, METH_VARARGS, "draw(path, state, out)"},
    {"skip", py_skip, METH_VARARGS, "skip(path, state, count)"},
    {"jump", py_jump, METH_VARARGS, "jump(path, state, polynomial, count)"},
    {"uniform", py_uniform, METH_VARARGS,
     "uniform(path, state, out, itemsize, first, end, halved, draws=unbounded)"},
    {"gaussian", py_gaussian, METH_VARARGS,
     "gaussian(path, state, out, itemsize, mean, std, plain, normal, exponential, "
     "draws=unbounded)"},
    {"box_muller", py_box_muller, METH_VARARGS,
     "box_muller(path, state, out, mean, std, draws=unbounded)"},
    {"thin", py_thin, METH_VARARGS, "thin(path, state, out, itemsize, limit)"},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, add_paths}, {Py_mod_exec, add_crc32}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_kernels", "See kernels.c.", 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__kernels(void) { return PyModuleDef_Init(&module); }

/* The draws of Caffe's engine and what is made of them, as fast as memory takes them.
 *
 * Every function works on a state, an array of 625 uint32: MT19937's 624 words and the position of
 * the next one. Values come out with the bits of the NumPy reference beside this folder; floating
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

enum { STATE_BYTES = 4 * (WORDS + 1) };

/* ---------------------------------------------------------------- the engine */

/* A reader of the stream: the state's words, and the draws that they make. */
typedef struct {
  const Path *path;
  uint32_t *words;
  uint32_t position, blocks;
  uint32_t block[WORDS + BEYOND];
} Stream;

static void open_stream(Stream *stream, const Path *path, uint32_t *state) {
  stream->path = path;
  stream->words = state;
  stream->position = state[WORDS];
  stream->blocks = 0;
  memset(stream->block + WORDS, 0, 4 * BEYOND);
  if (stream->position < WORDS) path->temper(state, stream->block);
}

static void close_stream(const Stream *stream) { stream->words[WORDS] = stream->position; }

/* Make at least one draw ready; return how many are. */
static inline uint32_t ready(Stream *stream) {
  if (stream->position == WORDS) {
    stream->path->refill(stream->words, stream->block);
    stream->position = 0;
    stream->blocks++;
  }
  return WORDS - stream->position;
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
  Py_RETURN_NONE;
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
  }
  PyBuffer_Release(&state);
  if (good) Py_RETURN_NONE;
  PyErr_SetString(PyExc_ValueError, "not a state");
  return NULL;
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
  if (!PyArg_ParseTuple(args, "iw*w*iddp", &work.path, &work.state, &work.out, &size, &first, &end,
                        &halved) ||
      !begin(&work))
    return NULL;
  Py_BEGIN_ALLOW_THREADS
  if (size == 4)
    uniform_single(&work.stream, work.out.buf, work.out.len / 4, (float)first, (float)end, halved);
  else
    uniform_double(&work.stream, work.out.buf, work.out.len / 8, first, end, halved);
  Py_END_ALLOW_THREADS
  return finish(&work);
}

static PyObject *py_gaussian(PyObject *module, PyObject *args) {
  Work work = {0};
  double mean, std;
  int size, plain;
  if (!PyArg_ParseTuple(args, "iw*w*iddpy*y*", &work.path, &work.state, &work.out, &size, &mean,
                        &std, &plain, &work.normal, &work.exponential))
    return NULL;
  if (work.normal.len != size * 6 * LAYERS || work.exponential.len != size * 5 * 257) {
    release(&work);
    PyErr_SetString(PyExc_ValueError, "not the tables of a ziggurat");
    return NULL;
  }
  if (!begin(&work)) return NULL;
  Py_BEGIN_ALLOW_THREADS
  if (size == 4)
    gaussian_single(&work.stream, work.out.buf, work.out.len / 4, (float)mean, (float)std, plain,
                    work.normal.buf, work.exponential.buf);
  else
    gaussian_double(&work.stream, work.out.buf, work.out.len / 8, mean, std, plain,
                    work.normal.buf, work.exponential.buf);
  Py_END_ALLOW_THREADS
  return finish(&work);
}

static PyObject *py_box_muller(PyObject *module, PyObject *args) {
  Work work = {0};
  float mean, std;
  if (!PyArg_ParseTuple(args, "iw*w*ff", &work.path, &work.state, &work.out, &mean, &std) ||
      !begin(&work))
    return NULL;
  Py_BEGIN_ALLOW_THREADS
  box_muller(&work.stream, work.out.buf, work.out.len / 4, mean, std);
  Py_END_ALLOW_THREADS
  return finish(&work);
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
    {"uniform", py_uniform, METH_VARARGS,
     "uniform(path, state, out, itemsize, first, end, halved)"},
    {"gaussian", py_gaussian, METH_VARARGS,
     "gaussian(path, state, out, itemsize, mean, std, plain, normal, exponential)"},
    {"box_muller", py_box_muller, METH_VARARGS, "box_muller(path, state, out, mean, std)"},
    {"thin", py_thin, METH_VARARGS, "thin(path, state, out, itemsize, limit)"},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, add_paths}, {Py_mod_exec, add_crc32}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_kernels", "See kernels.c.", 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__kernels(void) { return PyModuleDef_Init(&module); }

/* The draws of Caffe's engine and what is made of them, as fast as memory takes them.
 *
 * Every function works on a state, an array of 625 uint32: MT19937's 624 words and the position of
 * the next one. Values come out with the bits of the NumPy reference beside this folder; floating
 * point must therefore be compiled without contraction (-ffp-contract=off) and without fast-math.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* One wheel for every x86-64: the loader picks the widest vectors that the processor has. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#endif

enum { WORDS = 624, NEAR = 397, STATE_BYTES = 4 * (WORDS + 1) };

/* ---------------------------------------------------------------- the engine */

static inline uint32_t mixed(uint32_t word, uint32_t next) {
  uint32_t y = (word & 0x80000000u) | (next & 0x7fffffffu);
  return (y >> 1) ^ (-(y & 1u) & 0x9908b0dfu);
}

/* Replace the words by the next 624, and set `block` to the draws that they make. */
WIDE static void refill(uint32_t *restrict words, uint32_t *restrict block) {
  for (int i = 0; i < WORDS - NEAR; i++) words[i] = words[i + NEAR] ^ mixed(words[i], words[i + 1]);
  for (int i = WORDS - NEAR; i < WORDS - 1; i++)
    words[i] = words[i + NEAR - WORDS] ^ mixed(words[i], words[i + 1]);
  words[WORDS - 1] = words[NEAR - 1] ^ mixed(words[WORDS - 1], words[0]);
  for (int i = 0; i < WORDS; i++) {
    uint32_t y = words[i];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    block[i] = y ^ (y >> 18);
  }
}

WIDE static void temper(const uint32_t *restrict words, uint32_t *restrict block) {
  for (int i = 0; i < WORDS; i++) {
    uint32_t y = words[i];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    block[i] = y ^ (y >> 18);
  }
}

/* A reader of the stream: the state's words, and the draws that they make. */
typedef struct {
  uint32_t *words;
  uint32_t position;
  uint32_t block[WORDS];
} Stream;

static void open_stream(Stream *stream, uint32_t *state) {
  stream->words = state;
  stream->position = state[WORDS];
  if (stream->position < WORDS) temper(state, stream->block);
}

static void close_stream(const Stream *stream) { stream->words[WORDS] = stream->position; }

/* Make at least one draw ready; return how many are. */
static inline uint32_t ready(Stream *stream) {
  if (stream->position == WORDS) {
    refill(stream->words, stream->block);
    stream->position = 0;
  }
  return WORDS - stream->position;
}

static inline uint32_t draw(Stream *stream) {
  ready(stream);
  return stream->block[stream->position++];
}

/* ---------------------------------------------------------------- values, by type */

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

#include "crc32.h"

/* ---------------------------------------------------------------- Python */

static int check_state(const Py_buffer *state) {
  if (state->len == STATE_BYTES && ((const uint32_t *)state->buf)[WORDS] <= WORDS) return 1;
  PyErr_SetString(PyExc_ValueError, "not a state");
  return 0;
}

static PyObject *py_seed(PyObject *module, PyObject *args) {
  Py_buffer state;
  unsigned int seed;
  if (!PyArg_ParseTuple(args, "w*I", &state, &seed)) return NULL;
  if (state.len != STATE_BYTES) {
    PyBuffer_Release(&state);
    PyErr_SetString(PyExc_ValueError, "not a state");
    return NULL;
  }
  uint32_t *words = state.buf;
  words[0] = seed;
  for (uint32_t i = 1; i < WORDS; i++)
    words[i] = 1812433253u * (words[i - 1] ^ (words[i - 1] >> 30)) + i;
  words[WORDS] = WORDS;
  PyBuffer_Release(&state);
  Py_RETURN_NONE;
}

static PyObject *py_draw(PyObject *module, PyObject *args) {
  Py_buffer state, out;
  if (!PyArg_ParseTuple(args, "w*w*", &state, &out)) return NULL;
  int good = check_state(&state);
  if (good) {
    Py_BEGIN_ALLOW_THREADS
    Stream stream;
    open_stream(&stream, state.buf);
    uint32_t *to = out.buf, *end = to + out.len / 4;
    while (to < end) {
      Py_ssize_t count = ready(&stream);
      if (count > end - to) count = end - to;
      memcpy(to, stream.block + stream.position, 4 * (size_t)count);
      stream.position += (uint32_t)count;
      to += count;
    }
    close_stream(&stream);
    Py_END_ALLOW_THREADS
  }
  PyBuffer_Release(&out);
  PyBuffer_Release(&state);
  if (!good) return NULL;
  Py_RETURN_NONE;
}

static PyObject *py_uniform(PyObject *module, PyObject *args) {
  Py_buffer state, out;
  double first, end;
  int size, halved;
  if (!PyArg_ParseTuple(args, "w*w*iddp", &state, &out, &size, &first, &end, &halved)) return NULL;
  int good = check_state(&state);
  if (good) {
    Py_BEGIN_ALLOW_THREADS
    Stream stream;
    open_stream(&stream, state.buf);
    if (size == 4)
      uniform_single(&stream, out.buf, out.len / 4, (float)first, (float)end, halved);
    else
      uniform_double(&stream, out.buf, out.len / 8, first, end, halved);
    close_stream(&stream);
    Py_END_ALLOW_THREADS
  }
  PyBuffer_Release(&out);
  PyBuffer_Release(&state);
  if (!good) return NULL;
  Py_RETURN_NONE;
}

static PyObject *py_gaussian(PyObject *module, PyObject *args) {
  Py_buffer state, out, normal, exponential;
  double mean, std;
  int size;
  if (!PyArg_ParseTuple(args, "w*w*iddy*y*", &state, &out, &size, &mean, &std, &normal,
                        &exponential))
    return NULL;
  int good = check_state(&state);
  if (good && (normal.len != size * 6 * 129 || exponential.len != size * 5 * 257)) {
    PyErr_SetString(PyExc_ValueError, "not the tables of a ziggurat");
    good = 0;
  }
  if (good) {
    Py_BEGIN_ALLOW_THREADS
    Stream stream;
    open_stream(&stream, state.buf);
    if (size == 4)
      gaussian_single(&stream, out.buf, out.len / 4, (float)mean, (float)std, normal.buf,
                      exponential.buf);
    else
      gaussian_double(&stream, out.buf, out.len / 8, mean, std, normal.buf, exponential.buf);
    close_stream(&stream);
    Py_END_ALLOW_THREADS
  }
  PyBuffer_Release(&exponential);
  PyBuffer_Release(&normal);
  PyBuffer_Release(&out);
  PyBuffer_Release(&state);
  if (!good) return NULL;
  Py_RETURN_NONE;
}

static PyObject *py_thin(PyObject *module, PyObject *args) {
  Py_buffer state, out;
  double limit;
  int size;
  if (!PyArg_ParseTuple(args, "w*w*id", &state, &out, &size, &limit)) return NULL;
  int good = check_state(&state);
  if (good) {
    Py_BEGIN_ALLOW_THREADS
    Stream stream;
    open_stream(&stream, state.buf);
    if (size == 4)
      thin_single(&stream, out.buf, out.len / 4, (float)limit);
    else
      thin_double(&stream, out.buf, out.len / 8, limit);
    close_stream(&stream);
    Py_END_ALLOW_THREADS
  }
  PyBuffer_Release(&out);
  PyBuffer_Release(&state);
  if (!good) return NULL;
  Py_RETURN_NONE;
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

static PyMethodDef methods[] = {
    {"seed", py_seed, METH_VARARGS, "seed(state, seed)"},
    {"draw", py_draw, METH_VARARGS, "draw(state, out)"},
    {"uniform", py_uniform, METH_VARARGS, "uniform(state, out, itemsize, first, end, halved)"},
    {"gaussian", py_gaussian, METH_VARARGS,
     "gaussian(state, out, itemsize, mean, std, normal, exponential)"},
    {"thin", py_thin, METH_VARARGS, "thin(state, out, itemsize, limit)"},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{Py_mod_exec, add_crc32}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_kernels", "See kernels.c.", 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__kernels(void) { return PyModuleDef_Init(&module); }

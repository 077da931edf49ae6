/* Faults at a chosen call of the system: loaded by LD_PRELOAD before libc, whose names it takes.

   What is counted are the calls that change the folder FAULT_FOLDER or a file in it, or open one to
   write. Each is noted in the file FAULT_LOG. At the FAULT_AT-th, FAULT_DO happens:
     signal:9   the process gets a signal, then the call is made
     errno:28   the call is not made and fails
     short      a write takes half of what it is given
   The environment is asked at every call: a fork sets it for itself.

   Python, HDF5 and PyTorch make their calls through these names. Not seen are stores into mapped
   memory, calls that libc makes inside itself (fwrite) and those that are made without libc. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { GO_ON, FAIL, SHORT };

static int inside(const char *path)
{
    const char *folder = getenv("FAULT_FOLDER");
    return folder && strncmp(path, folder, strlen(folder)) == 0;
}

static int inside_fd(int fd)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    return inside(path);
}

/* Counts a call; says what is to become of it, with errno set where it fails. */
static int fault(const char *name)
{
    static int calls;
    int call = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    const char *at = getenv("FAULT_AT"), *what = getenv("FAULT_DO"), *log = getenv("FAULT_LOG");
    if (log) {
        char line[64];
        int length = snprintf(line, sizeof line, "%s\n", name);
        int file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT, 0666);
        syscall(SYS_write, file, line, length);
        syscall(SYS_close, file);
    }
    if (!at || !what || atoi(at) != call)
        return GO_ON;
    if (strncmp(what, "signal:", 7) == 0) {
        kill(getpid(), atoi(what + 7));
        return GO_ON;
    }
    if (strncmp(what, "errno:", 6) == 0) {
        errno = atoi(what + 6);
        return FAIL;
    }
    return SHORT;
}

/* A function of libc with a fault in front: `counts` says whether a call is ours to count. */
#define WRAP(type, name, params, args, counts, failed)                                             \
    type name params                                                                               \
    {                                                                                              \
        static type(*real) params;                                                                 \
        if (!real)                                                                                 \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                                             \
        int what = (counts) ? fault(#name) : GO_ON;                                                \
        if (what == SHORT)                                                                         \
            size = size > 1 ? size / 2 : size;                                                     \
        return what == FAIL ? (failed) : real args;                                                \
    }
#define WRITE(name, params, args) WRAP(ssize_t, name, params, args, inside_fd(fd), -1)
WRITE(write, (int fd, const void *data, size_t size), (fd, data, size))
WRITE(pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
WRITE(pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
WRITE(writev, (int fd, const struct iovec *data, int size), (fd, data, size))

static size_t size; /* of the calls that have none of their own: it means nothing */
#define OTHER(name, params, args, counts) WRAP(int, name, params, args, counts, -1)
OTHER(ftruncate, (int fd, off_t length), (fd, length), inside_fd(fd))
OTHER(ftruncate64, (int fd, off64_t length), (fd, length), inside_fd(fd))
OTHER(fchmod, (int fd, mode_t mode), (fd, mode), inside_fd(fd))
OTHER(fsync, (int fd), (fd), inside_fd(fd))
OTHER(fdatasync, (int fd), (fd), inside_fd(fd))
OTHER(rename, (const char *from, const char *to), (from, to), inside(from))
OTHER(link, (const char *from, const char *to), (from, to), inside(to))
OTHER(unlink, (const char *path), (path), inside(path))
#define RESERVE(name, type)                                                                        \
    WRAP(int, name, (int fd, type at, type length), (fd, at, length), inside_fd(fd), errno)
RESERVE(posix_fallocate, off_t)
RESERVE(posix_fallocate64, off64_t)

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        static int (*real)(const char *, int, ...);                                                \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                    \
        va_end(rest);                                                                              \
        if (!real)                                                                                 \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                                             \
        int writes = flags & (O_WRONLY | O_RDWR | O_CREAT);                                        \
        return writes && inside(path) && fault(#name) == FAIL ? -1 : real(path, flags, mode);      \
    }
OPEN(open)
OPEN(open64)

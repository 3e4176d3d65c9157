// SPDX-License-Identifier: GPL-3.0-or-later
// Loaded before a program (LD_PRELOAD): kills it at its N-th call that changes a file or answers a phone,
// where KILL_AT=N; a write that is cut off there is half done. KILL_COUNT=FILE: counts the calls instead.
#undef _FILE_OFFSET_BITS // both names of each call are ours
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;
static long at; // 0: never

__attribute__((constructor)) static void begin(void)
{
    const char *wanted = getenv("KILL_AT");
    at = wanted ? strtol(wanted, NULL, 10) : 0;
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("KILL_COUNT");
    if (!path)
        return;
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file >= 0) {
        dprintf(file, "%ld\n", atomic_load(&calls));
        close(file);
    }
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

// Whether this is the call to die in.
static int due(void)
{
    return atomic_fetch_add(&calls, 1) + 1 == at;
}

// The real function of that name and type.
#define REAL(type, name) ((type)(uintptr_t)dlsym(RTLD_NEXT, name))

// Every one of these dies before its work, or half through it.
ssize_t write(int file, const void *bytes, size_t length)
{
    if (due()) {
        syscall(SYS_write, file, bytes, length / 2);
        die();
    }
    return syscall(SYS_write, file, bytes, length);
}

static ssize_t put_at(int file, const void *bytes, size_t length, off_t offset)
{
    if (due()) {
        syscall(SYS_pwrite64, file, bytes, length / 2, offset);
        die();
    }
    return syscall(SYS_pwrite64, file, bytes, length, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset)
{
    return put_at(file, bytes, length, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset)
{
    return put_at(file, bytes, length, offset);
}

size_t fwrite(const void *restrict bytes, size_t size, size_t count, FILE *restrict file)
{
    size_t (*real)(const void *, size_t, size_t, FILE *) =
        REAL(size_t (*)(const void *, size_t, size_t, FILE *), "fwrite");
    if (due()) {
        real(bytes, size, count / 2, file);
        fflush(file);
        die();
    }
    return real(bytes, size, count, file);
}

static long call(long number, long a, long b, long c, long d, long e)
{
    if (due())
        die();
    return syscall(number, a, b, c, d, e);
}

int fsync(int file)
{
    return (int)call(SYS_fsync, file, 0, 0, 0, 0);
}

int fdatasync(int file)
{
    return (int)call(SYS_fdatasync, file, 0, 0, 0, 0);
}

int ftruncate(int file, off_t length)
{
    return (int)call(SYS_ftruncate, file, length, 0, 0, 0);
}

int ftruncate64(int file, off64_t length)
{
    return (int)call(SYS_ftruncate, file, length, 0, 0, 0);
}

int unlink(const char *path)
{
    return (int)call(SYS_unlinkat, AT_FDCWD, (long)path, 0, 0, 0);
}

int link(const char *from, const char *to)
{
    return (int)call(SYS_linkat, AT_FDCWD, (long)from, AT_FDCWD, (long)to, 0);
}

int rename(const char *from, const char *to)
{
    return (int)call(SYS_renameat2, AT_FDCWD, (long)from, AT_FDCWD, (long)to, 0);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    return (int)call(SYS_renameat2, from_folder, (long)from, to_folder, (long)to, (long)flags);
}

ssize_t send(int socket, const void *bytes, size_t length, int flags)
{
    return call(SYS_sendto, socket, (long)bytes, (long)length, flags, 0);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags)
{
    return call(SYS_sendmsg, socket, (long)message, flags, 0, 0);
}

/* Stands between a process and its disk (LD_PRELOAD), for the files of the database in $DISK_DIR: writes down each
 * write, truncation and flush to $DISK_RECORD in the order in which they happened, or lets those from the
 * $DISK_FAIL_FROM-th to before the $DISK_FAIL_UNTIL-th fail with an input/output error.
 *
 * A record: kind ('w', 't', 's'), length of the name (1 byte), name, place (8), length (8), bytes written. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char folder[4096];
static int record = -1;
static long calls, fail_from = -1, fail_until = -1;

__attribute__((constructor)) static void begin(void) {
  const char *dir = getenv("DISK_DIR"), *to = getenv("DISK_RECORD");
  const char *from = getenv("DISK_FAIL_FROM"), *until = getenv("DISK_FAIL_UNTIL");
  if (dir) snprintf(folder, sizeof folder, "%s/edge.db", dir);
  if (to) record = open(to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (from && until) fail_from = atol(from), fail_until = atol(until);
}

/* The name of a file of the database, behind the folder; NULL for any other and for what lives in memory only. */
static const char *name_of(int fd, char path[4096]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, 4095);
  if (!*folder || n <= 0) return NULL;
  path[n] = 0;
  size_t len = strlen(folder);
  if (strncmp(path, folder, len) || strstr(path, "-shm")) return NULL;
  return path + len - strlen("edge.db");
}

static void keep(char kind, const char *name, int64_t at, const void *bytes, int64_t len) {
  if (record < 0) return;
  uint8_t head[2] = {(uint8_t)kind, (uint8_t)strlen(name)};
  struct iovec parts[] = {{head, 2}, {(void *)name, head[1]}, {&at, 8}, {&len, 8}, {(void *)bytes, bytes ? (size_t)len : 0}};
  if (syscall(SYS_writev, record, parts, 5) < 0) abort();
}

static int fails(void) {
  long n = ++calls;
  if (fail_from < 0 || n < fail_from || n >= fail_until) return 0;
  errno = EIO;
  return 1;
}

#define REAL(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)
#define OURS(fd) char path[4096]; const char *name = name_of(fd, path)
#define WHOLE(call, kind, at, bytes, len_of) \
  pthread_mutex_lock(&lock); \
  int refused = fails(); \
  __typeof__(call) done = refused ? -1 : (call); \
  if (done >= 0) keep(kind, name, at, bytes, len_of); \
  int why = errno; \
  pthread_mutex_unlock(&lock); \
  errno = why; \
  return done

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  OURS(fd);
  if (!name) return real(fd, bytes, len, at);
  WHOLE(real(fd, bytes, len, at), 'w', at, bytes, done);
}
ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at) { return pwrite64(fd, bytes, len, at); }

ssize_t write(int fd, const void *bytes, size_t len) {
  REAL(ssize_t, "write", int, const void *, size_t);
  OURS(fd);
  if (!name) return real(fd, bytes, len);
  int64_t at = lseek(fd, 0, SEEK_CUR);
  WHOLE(real(fd, bytes, len), 'w', at, bytes, done);
}

int ftruncate64(int fd, off64_t len) {
  REAL(int, "ftruncate64", int, off64_t);
  OURS(fd);
  if (!name) return real(fd, len);
  WHOLE(real(fd, len), 't', len, NULL, 0);
}
int ftruncate(int fd, off_t len) { return ftruncate64(fd, len); }

int fsync(int fd) {
  REAL(int, "fsync", int);
  OURS(fd);
  if (!name) return real(fd);
  WHOLE(real(fd), 's', 0, NULL, 0);
}

int fdatasync(int fd) {
  REAL(int, "fdatasync", int);
  OURS(fd);
  if (!name) return real(fd);
  WHOLE(real(fd), 's', 0, NULL, 0);
}

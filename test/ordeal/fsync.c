// Loaded before the system library: a file whose name ends in "<name>.io-error" makes every sync
// of the file <name> beside it fail, as a dying disk does.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static int fails(int file) {
  char link[64], path[4096 + 16];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, 4096);
  if (length < 0) return 0;
  snprintf(path + length, sizeof path - length, ".io-error");
  return access(path, F_OK) == 0;
}

static int sync_or_fail(const char *name, int file) {
  if (fails(file)) {
    errno = EIO;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(file);
}

int fsync(int file) { return sync_or_fail("fsync", file); }
int fdatasync(int file) { return sync_or_fail("fdatasync", file); }

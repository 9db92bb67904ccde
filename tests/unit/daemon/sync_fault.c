// SPDX-License-Identifier: BSD-3-Clause
// Preloaded into a daemon: while the file named in PARALLAX_TEST_SYNC_FAULT exists, nothing can be brought to the disk.

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int fail_or(const char *name, int fd)
{
	const char *path = getenv("PARALLAX_TEST_SYNC_FAULT");
	if (path != NULL && access(path, F_OK) == 0) {
		errno = EIO;
		return -1;
	}
	int (*real)(int fd) = NULL;
	*(void **)&real = dlsym(RTLD_NEXT, name);
	return real(fd);
}

int fsync(int fd)
{
	return fail_or("fsync", fd);
}

int fdatasync(int fd)
{
	return fail_or("fdatasync", fd);
}

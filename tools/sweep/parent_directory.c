// SPDX-License-Identifier: BSD-3-Clause
// Opening and syncing directories.

#include "sweep/parent_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int parent_directory_open(const char *path)
{
	char *copy = strdup(path);
	if (copy == NULL) {
		return -ENOMEM;
	}
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = -errno;
	free(copy);
	return fd >= 0 ? fd : error;
}

int parent_directory_sync_fd(int fd)
{
	return fsync(fd) != 0 && errno != EINVAL && errno != EROFS ? -errno : 0;
}

int parent_directory_sync(const char *path)
{
	int fd = parent_directory_open(path);
	if (fd < 0) {
		return fd;
	}
	int error = parent_directory_sync_fd(fd);
	close(fd);
	return error;
}

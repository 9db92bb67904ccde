// SPDX-License-Identifier: BSD-3-Clause

#include "report/report_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#define MODE 0644

// mkostemp makes it for its owner alone; a report is as readable as any file that the user makes.
static int widen(int fd)
{
	mode_t mask = umask(0);
	umask(mask);
	return fchmod(fd, MODE & ~mask) == 0 ? 0 : -errno;
}

static int open_partial(struct report_file *file)
{
	if (asprintf(&file->partial_path, "%s.XXXXXX", file->path) < 0) {
		file->partial_path = NULL;
		return -ENOMEM;
	}
	int fd = mkostemp(file->partial_path, O_CLOEXEC);
	if (fd < 0) {
		int error = -errno;
		free(file->partial_path); // there is none to remove
		file->partial_path = NULL;
		return error;
	}
	int error = widen(fd);
	file->out = error == 0 ? fdopen(fd, "we") : NULL;
	if (file->out == NULL) {
		error = error != 0 ? error : -errno;
		close(fd);
	}
	return error;
}

int report_file_open(const char *path, struct report_file *ret_file)
{
	struct report_file file = {.path = strdup(path)};
	if (file.path == NULL) {
		return -ENOMEM;
	}
	struct stat status;
	int error = 0;
	if (stat(path, &status) != 0 || S_ISREG(status.st_mode)) {
		error = open_partial(&file);
	} else {
		file.out = fopen(path, "we");
		error = file.out == NULL ? -errno : 0;
	}
	if (error != 0) {
		report_file_close(&file);
		return error;
	}
	*ret_file = file;
	return 0;
}

int report_file_commit(struct report_file *file)
{
	errno = EIO; // of a failure that left only its mark in the stream
	int error = fflush(file->out) != 0 || ferror(file->out) ? -errno : 0;
	if (error == 0 && file->partial_path != NULL) {
		if (fsync(fileno(file->out)) != 0 || rename(file->partial_path, file->path) != 0) {
			error = -errno;
		} else {
			free(file->partial_path);
			file->partial_path = NULL;
		}
	}
	report_file_close(file);
	return error;
}

void report_file_close(struct report_file *file)
{
	if (file->out != NULL) {
		fclose(file->out);
	}
	if (file->partial_path != NULL) {
		unlink(file->partial_path);
	}
	free(file->partial_path);
	free(file->path);
	*file = (struct report_file) {0};
}

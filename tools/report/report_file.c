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

int report_file_open(const char *path, struct report_file *ret_file)
{
	struct report_file file = {.path = strdup(path)};
	int fd = -1;
	int error = -ENOMEM;
	struct stat status;
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
		error = S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;
		goto failed;
	}
	if (file.path == NULL || asprintf(&file.partial_path, "%s.XXXXXX", path) < 0) {
		file.partial_path = NULL;
		goto failed;
	}
	fd = mkostemp(file.partial_path, O_CLOEXEC);
	error = fd < 0 ? -errno : widen(fd);
	file.out = error == 0 ? fdopen(fd, "we") : NULL;
	if (file.out == NULL) {
		error = error != 0 ? error : -errno;
		goto failed;
	}
	*ret_file = file;
	return 0;
failed:
	if (fd >= 0) {
		unlink(file.partial_path);
		close(fd);
	}
	free(file.partial_path);
	free(file.path);
	return error;
}

int report_file_commit(struct report_file *file)
{
	int error = fflush(file->out) != 0 || ferror(file->out) ? -EIO : 0;
	if (error == 0 &&
	    (fsync(fileno(file->out)) != 0 || rename(file->partial_path, file->path) != 0)) {
		error = -errno;
	}
	if (error == 0) {
		free(file->partial_path);
		file->partial_path = NULL;
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

// SPDX-License-Identifier: BSD-3-Clause
// What the permissions say. A full disk shows only when it is written to.

#include "sweep/replaced_file.h"

#include <errno.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

// In a sticky directory such as /tmp only the owner replaces a file, and the directory's owner, and root.
static bool is_kept_by_another(const char *path, const struct stat *directory)
{
	struct stat status;
	uid_t we = geteuid();
	return (directory->st_mode & S_ISVTX) != 0 && we != 0 && we != directory->st_uid &&
	       lstat(path, &status) == 0 && status.st_uid != we;
}

static int check_directory(const char *flag, const char *path, const char *directory,
			   struct sweep_failure *failure)
{
	struct stat status;
	int error = stat(directory, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
	if (error == ENOENT) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE,
				  "%s: %s: its directory does not exist: create it or give another",
				  flag, path);
	}
	if (error != 0) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE,
				  "%s: %s: its directory: %s: give another", flag, path,
				  strerror(error));
	}
	if (euidaccess(directory, W_OK | X_OK) != 0) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE,
				  "%s: %s: its directory cannot be written: %s: give another", flag,
				  path, strerror(errno));
	}
	if (is_kept_by_another(path, &status)) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE,
				  "%s: %s: belongs to another user, who alone may replace it: "
				  "give another",
				  flag, path);
	}
	return 0;
}

// That what is there, if anything is, can be opened and written.
static int check_file(const char *flag, const char *path, struct sweep_failure *failure)
{
	struct stat status;
	int error = 0;
	if (stat(path, &status) != 0) {
		error = errno == ENOENT ? 0 : errno;
	} else if (S_ISDIR(status.st_mode)) {
		error = EISDIR;
	} else if (euidaccess(path, W_OK) != 0) {
		error = errno;
	}
	if (error != 0) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE,
				  "%s: %s: cannot be written: %s: remove it or give another", flag,
				  path, strerror(error));
	}
	return 0;
}

int replaced_file_check(const char *flag, const char *path, struct sweep_failure *failure)
{
	struct stat status;
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
		return check_file(flag, path, failure); // a device or a pipe, or a directory
	}
	char *copy = strdup(path);
	char *temporary_path = NULL;
	int error;
	if (copy == NULL || asprintf(&temporary_path, "%s.new", path) < 0) {
		temporary_path = NULL;
		error = sweep_fail(failure, SWEEP_EXIT_USAGE, "out of memory");
	} else {
		const char *directory = dirname(copy);
		error = check_directory(flag, path, directory, failure);
		error = error != 0 ? error : check_file(flag, temporary_path, failure);
	}
	free(temporary_path);
	free(copy);
	return error;
}

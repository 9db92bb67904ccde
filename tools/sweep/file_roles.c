// SPDX-License-Identifier: BSD-3-Clause
// Files are compared by device and inode; those that are not there yet by directory and name.

#include "sweep/file_roles.h"

#include "sweep/parent_directory.h"
#include "sweep/replaced_file.h"

#include <errno.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#define ROLES_MAX 4

struct file_role {
	const char *flag;
	const char *path; // NULL: none
	int standard_fd;  // what "-" means; -1: a file of that name
};

struct file_place {
	bool is_known;
	bool is_there;
	struct stat status; // of its directory when it is not there
};

static struct file_place place_find(const struct file_role *role)
{
	struct file_place place = {0};
	if (role->path == NULL) {
		return place;
	}
	bool is_standard = role->standard_fd >= 0 && strcmp(role->path, "-") == 0;
	int result = is_standard ? fstat(role->standard_fd, &place.status)
				 : stat(role->path, &place.status);
	if (result == 0) {
		place.is_there = true;
		place.is_known = S_ISREG(place.status.st_mode);
	} else if (!is_standard && errno == ENOENT) {
		int directory = parent_directory_open(role->path);
		place.is_known = directory >= 0 && fstat(directory, &place.status) == 0;
		if (directory >= 0) {
			close(directory);
		}
	}
	return place;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}

static bool is_same(const struct file_role *one, const struct file_role *other)
{
	struct file_place a = place_find(one);
	struct file_place b = place_find(other);
	if (!a.is_known || !b.is_known || a.is_there != b.is_there ||
	    a.status.st_dev != b.status.st_dev || a.status.st_ino != b.status.st_ino) {
		return false;
	}
	return a.is_there || strcmp(last_part(one->path), last_part(other->path)) == 0;
}

int file_roles_check(const struct sweep_options *options, struct sweep_failure *failure)
{
	const struct file_role roles[ROLES_MAX] = {
		{"--input", options->config.input_path, STDIN_FILENO},
		{"--output", options->config.output_path, STDOUT_FILENO},
		{"--checkpoint", options->config.checkpoint_path, -1},
		{"--summary", options->summary_path, -1},
	};
	for (unsigned i = 0; i < ROLES_MAX; i++) {
		for (unsigned j = i + 1; j < ROLES_MAX; j++) {
			if (is_same(&roles[i], &roles[j])) {
				return sweep_fail(failure, SWEEP_EXIT_USAGE,
						  "%s and %s are the same file, %s: give another",
						  roles[i].flag, roles[j].flag, roles[j].path);
			}
		}
	}
	return options->summary_path == NULL
		       ? 0
		       : replaced_file_check("--summary", options->summary_path, failure);
}

// SPDX-License-Identifier: BSD-3-Clause

#include "bench/program_path.h"

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// Seen from the folder of our own binary: bin/ of an installation, tools/bench/ of a build tree.
static const struct {
	const char *name;
	const char *directory;
} places[] = {
	{"parallax-dataplane", "../sbin"},
	{"parallax-dataplane", "../../dataplane/startup"},
	{"parallax-reflect", "../reflect"},
	{"parallax-ring-dataplane", "../libexec/parallax"},
	{"parallax-ring-dataplane", "../reflect"},
};

static bool is_program(const char *directory, const char *below, const char *name,
		       char ret_path[static PATH_MAX])
{
	int length = snprintf(ret_path, PATH_MAX, "%s/%s%s%s", directory, below,
			      below[0] != '\0' ? "/" : "", name);
	return length < PATH_MAX && access(ret_path, X_OK) == 0;
}

void program_path_find(const char *own_directory, const char *name, char ret_path[static PATH_MAX])
{
	if (is_program(own_directory, "", name, ret_path)) {
		return;
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(places); i++) {
		if (strcmp(name, places[i].name) == 0 &&
		    is_program(own_directory, places[i].directory, name, ret_path)) {
			return;
		}
	}
	snprintf(ret_path, PATH_MAX, "%s", name);
}

// SPDX-License-Identifier: BSD-3-Clause
// The cases of a folder, one JSON file each. Any fault of a file ends the program: a test without its cases tests nothing.

#pragma once

#include <jansson.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*case_run)(const char *name, json_t *value);

// Returns how many there were.
static inline unsigned case_files_run(const char *folder, case_run run)
{
	DIR *directory = opendir(folder);
	unsigned count = 0;
	if (directory == NULL) {
		fprintf(stderr, "%s: cannot be read\n", folder);
		exit(EXIT_FAILURE);
	}
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		char path[1024];
		json_error_t fault;
		if (strstr(entry->d_name, ".json") == NULL) {
			continue;
		}
		(void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		json_t *value = json_load_file(path, 0, &fault);
		if (value == NULL) {
			fprintf(stderr, "%s:%d: %s\n", path, fault.line, fault.text);
			exit(EXIT_FAILURE);
		}
		run(entry->d_name, value);
		json_decref(value);
		count++;
	}
	closedir(directory);
	return count;
}

// Prints both when they differ.
static inline int case_is_equal(const char *name, const json_t *found, const json_t *expected)
{
	if (json_equal(found, expected)) {
		return 1;
	}
	char *texts[2] = {json_dumps(found, JSON_SORT_KEYS | JSON_ENCODE_ANY),
			  json_dumps(expected, JSON_SORT_KEYS | JSON_ENCODE_ANY)};
	printf("\n%s:\n found    %s\n expected %s\n", name, texts[0] != NULL ? texts[0] : "-",
	       texts[1] != NULL ? texts[1] : "-");
	free(texts[0]);
	free(texts[1]);
	return 0;
}

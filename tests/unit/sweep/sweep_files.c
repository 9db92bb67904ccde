// SPDX-License-Identifier: BSD-3-Clause
// The files of sweep_files.h.

#include "sweep_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void sweep_files_create(struct sweep_files *files)
{
	snprintf(files->directory, sizeof(files->directory), "/tmp/parallax-sweep-test-XXXXXX");
	if (mkdtemp(files->directory) == NULL) {
		abort();
	}
	snprintf(files->input, sizeof(files->input), "%s/input", files->directory);
	snprintf(files->output, sizeof(files->output), "%s/output", files->directory);
	snprintf(files->checkpoint, sizeof(files->checkpoint), "%s/checkpoint", files->directory);
}

void sweep_files_remove(struct sweep_files *files)
{
	char leftover[128];
	snprintf(leftover, sizeof(leftover), "%s.new", files->checkpoint);
	unlink(leftover);
	unlink(files->input);
	unlink(files->output);
	unlink(files->checkpoint);
	rmdir(files->directory);
}

void sweep_files_write(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "w");
	if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
		abort();
	}
}

char *sweep_files_read(const char *path)
{
	FILE *file = fopen(path, "r");
	if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
		abort();
	}
	size_t size = (size_t)ftell(file);
	char *text = malloc(size + 1);
	rewind(file);
	if (text == NULL || fread(text, 1, size, file) != size) {
		abort();
	}
	text[size] = '\0';
	fclose(file);
	return text;
}

unsigned sweep_files_make_input(const char *path, unsigned lines, uint64_t seed, bool *ret_needs)
{
	FILE *file = fopen(path, "w");
	if (file == NULL) {
		abort();
	}
	unsigned needed = 0;
	for (unsigned line = 1; line <= lines; line++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		unsigned kind = (unsigned)(seed >> 40) % 10;
		ret_needs[line] = kind > 1;
		needed += kind > 1;
		switch (kind) {
		case 0:
			fputs("  \n", file);
			break;
		case 1:
			fprintf(file, "; comment %u\n", line);
			break;
		case 2:
			fprintf(file, "bad..name%u\n", line);
			break;
		case 3:
			fprintf(file, "TXT t%u.example.test\r\n", line);
			break;
		case 4:
			fprintf(file, "%u,ranked%u.example.test\n", line, line);
			break;
		default:
			fprintf(file, "%c%u.example.test%s", 'a' + (char)kind, line,
				line == lines ? "" : "\n");
			break;
		}
	}
	if (fclose(file) != 0) {
		abort();
	}
	return needed;
}

bool sweep_files_is_exact(const char *output_path, unsigned lines, const bool *needs)
{
	char *text = sweep_files_read(output_path);
	uint8_t *seen = calloc(lines + 1, 1);
	bool is_exact = true;
	for (char *at = text; *at != '\0' && is_exact;) {
		char *end = strchr(at, '\n');
		char *after;
		unsigned long line =
			strncmp(at, "{\"line\":", 8) == 0 ? strtoul(at + 8, &after, 10) : 0;
		is_exact = end != NULL && end[-1] == '}' && line >= 1 && line <= lines &&
			   needs[line] && seen[line]++ == 0;
		if (!is_exact) {
			fprintf(stderr, "unexpected or repeated: %.80s\n", at);
			break;
		}
		at = end + 1;
	}
	for (unsigned line = 1; line <= lines && is_exact; line++) {
		if (seen[line] != needs[line]) {
			fprintf(stderr, "line %u is missing\n", line);
			is_exact = false;
		}
	}
	free(seen);
	free(text);
	return is_exact;
}

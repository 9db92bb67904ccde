// SPDX-License-Identifier: BSD-3-Clause
// Runs a fuzz target over the files of a corpus, so that every input ever found is a regression test of every build,
// with any compiler.   Usage: TARGET_replay FOLDER|FILE...

#include "fuzz_target.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_MAX (1u << 20)

static int replay_file(const char *path)
{
	static uint8_t input[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	if (file == NULL) {
		fprintf(stderr, "%s: cannot be opened: %s\n", path, strerror(errno));
		return -1;
	}
	size_t size = fread(input, 1, sizeof(input), file);
	bool is_whole = feof(file) != 0;
	fclose(file);
	if (!is_whole) {
		fprintf(stderr, "%s: cannot be read, or has more than %u octets\n", path,
			INPUT_MAX);
		return -1;
	}
	// A block of exactly that size: AddressSanitizer then sees a read past the input.
	uint8_t *exact = malloc(size > 0 ? size : 1);
	if (exact == NULL) {
		return -1;
	}
	memcpy(exact, input, size);
	printf("%s\n", path);
	fflush(stdout); // names the culprit when the next line crashes
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 0;
}

// Returns how many files were run, or -1.
static int replay_folder(const char *path)
{
	DIR *folder = opendir(path);
	if (folder == NULL) {
		fprintf(stderr, "%s: cannot be opened: %s\n", path, strerror(errno));
		return -1;
	}
	int count = 0;
	for (struct dirent *entry = readdir(folder); entry != NULL && count >= 0;
	     entry = readdir(folder)) {
		char file[PATH_MAX];
		if (entry->d_name[0] == '.') {
			continue;
		}
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		count = replay_file(file) == 0 ? count + 1 : -1;
	}
	closedir(folder);
	return count;
}

int main(int argc, char **argv)
{
	int total = 0;
	for (int i = 1; i < argc; i++) {
		struct stat status;
		bool is_folder = stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode);
		int count = is_folder ? replay_folder(argv[i]) : replay_file(argv[i]) + 1;
		if (count <= 0) {
			fprintf(stderr, "%s: no input was run\n", argv[i]);
			return EXIT_FAILURE;
		}
		total += count;
	}
	printf("%d inputs\n", total);
	return total > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

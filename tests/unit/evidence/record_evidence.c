// SPDX-License-Identifier: BSD-3-Clause
// Writes an evidence of each kind that the tests know, by new keys, to FOLDER/NAME.json: seeds of the fuzz target and what
// the texts of parallaxctl are compared with. Run by a developer when the form changes.   Usage: record_evidence FOLDER

#include "recorded_lookup.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const names[RECORDED_KINDS] = {
	[RECORDED_SIGNED] = "signed", [RECORDED_UNSIGNED] = "unsigned",
	[RECORDED_BOGUS] = "bogus",   [RECORDED_MENDED] = "mended",
	[RECORDED_WRONG] = "wrong",   [RECORDED_FAILED] = "failed",
};

static bool write_kind(const char *folder, enum recorded_kind kind)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s.json", folder, names[kind]);
	char *text = recorded_text(kind);
	FILE *file = fopen(path, "w");
	bool is_written = file != NULL && fputs(text, file) >= 0;
	free(text);
	return file != NULL && fclose(file) == 0 && is_written;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: record_evidence FOLDER\n", stderr);
		return EXIT_FAILURE;
	}
	recorded_start();
	int status = EXIT_SUCCESS;
	for (enum recorded_kind kind = 0; kind < RECORDED_KINDS; kind++) {
		if (!write_kind(argv[1], kind)) {
			perror(argv[1]);
			status = EXIT_FAILURE;
		}
	}
	recorded_stop();
	return status;
}

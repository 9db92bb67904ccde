// SPDX-License-Identifier: BSD-3-Clause

#include "evidence_file.h"

#include <parallax/base/error.h>
#include <parallax/evidence/evidence.h>

#include "report/report_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 65536

static int complain(const char *command, const char *path, const char *reason)
{
	fprintf(stderr, "parallaxctl: %s: %s: %s\n", command, path, reason);
	return -EINVAL;
}

// One octet more than an evidence may have, so that its reader says that it is too large.
static int read_all(FILE *file, struct plx_text *text)
{
	while (text->length <= PLX_EVIDENCE_BYTES_MAX) {
		char block[BLOCK_BYTES];
		size_t length = fread(block, 1, sizeof(block), file);
		plx_text_append(text, block, length);
		if (text->failed) {
			return -ENOMEM;
		}
		if (length < sizeof(block)) {
			break;
		}
	}
	return ferror(file) ? -EIO : 0;
}

int evidence_file_read(const char *command, const char *path, struct plx_evidence **ret_evidence)
{
	char fault[PLX_EVIDENCE_FAULT_MAX];
	struct plx_text text = plx_text_growing();
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (file == NULL) {
		return complain(command, path, strerror(errno));
	}
	int error = read_all(file, &text);
	if (file != stdin) {
		fclose(file);
	}
	if (error != 0) {
		error = complain(command, path, plx_error_text(error));
	} else if (plx_evidence_read(text.length > 0 ? text.bytes : "", text.length, ret_evidence,
				     fault) != 0) {
		error = complain(command, path, fault);
	}
	plx_text_free(&text);
	return error;
}

int octets_file_write(const char *command, const char *path, const char *octets, size_t length)
{
	struct report_file file;
	int error = report_file_open(path, &file);
	if (error == 0) {
		fwrite(octets, 1, length, file.out); // what fails shows at the end
		error = report_file_commit(&file);
	}
	return error == 0 ? 0 : complain(command, path, plx_error_text(error));
}

int evidence_file_write(const char *command, const char *path, const struct plx_evidence *evidence)
{
	struct plx_text text = plx_text_growing();
	int error = plx_evidence_write(evidence, &text);
	error = error == 0 ? octets_file_write(command, path, text.bytes, text.length)
			   : complain(command, path, plx_error_text(error));
	plx_text_free(&text);
	return error;
}

// SPDX-License-Identifier: BSD-3-Clause

#include "perspective/pem_file.h"

#include <stdio.h>
#include <stdlib.h>

// A chain of three certificates has some 6 KiB.
#define PEM_BYTES_MAX (256 * 1024)

char *pem_file_read(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = file != NULL ? calloc(1, PEM_BYTES_MAX) : NULL;
	size_t length = text != NULL ? fread(text, 1, PEM_BYTES_MAX - 1, file) : 0;
	if (file != NULL) {
		fclose(file);
	}
	if (length == 0) {
		free(text);
		return NULL;
	}
	return text;
}

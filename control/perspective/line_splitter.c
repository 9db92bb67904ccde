// SPDX-License-Identifier: BSD-3-Clause
// Cuts a stream into lines.

#include "perspective/line_splitter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int keep(struct line_splitter *splitter, const char *bytes, size_t length)
{
	if (length > splitter->line_max - splitter->length) {
		return -E2BIG;
	}
	size_t needed = splitter->length + length;
	if (needed > splitter->capacity) {
		size_t capacity = splitter->capacity < 512 ? 512 : 2 * splitter->capacity;
		capacity = capacity < needed ? needed : capacity;
		char *pending = realloc(splitter->pending, capacity);
		if (pending == NULL) {
			return -ENOMEM;
		}
		splitter->pending = pending;
		splitter->capacity = capacity;
	}
	if (length > 0) {
		memcpy(splitter->pending + splitter->length, bytes, length);
	}
	splitter->length = needed;
	return 0;
}

int line_splitter_feed(struct line_splitter *splitter, const char *bytes, size_t length,
		       int (*on_line)(const char *line, size_t length, void *context),
		       void *context)
{
	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		size_t part = end != NULL ? (size_t)(end - bytes) : length;
		int error = keep(splitter, bytes, part);
		if (error != 0) {
			return error;
		}
		if (end == NULL) {
			return 0;
		}
		size_t line_length = splitter->length;
		splitter->length = 0;
		error = on_line(splitter->pending != NULL ? splitter->pending : "", line_length,
				context);
		if (error != 0) {
			return error;
		}
		bytes += part + 1;
		length -= part + 1;
	}
	return 0;
}

void line_splitter_clear(struct line_splitter *splitter)
{
	free(splitter->pending);
	splitter->pending = NULL;
	splitter->length = splitter->capacity = 0;
}

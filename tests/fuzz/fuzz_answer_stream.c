// SPDX-License-Identifier: BSD-3-Clause
// A stream of answers in pieces: the first octet is their size. Oracle: the lines are those of the text cut at its LFs, up
// to the first that is too long, however the text arrived.

#include "perspective/line_splitter.h"

#include "fuzz_target.h"

#include <errno.h>
#include <string.h>

#define LINE_MAX_BYTES 64

struct expected_lines {
	const char *text;
	size_t left;
};

static int compare_line(const char *line, size_t length, void *context)
{
	struct expected_lines *expected = context;
	const char *end = memchr(expected->text, '\n', expected->left);
	must(end != NULL && (size_t)(end - expected->text) == length);
	must(length <= LINE_MAX_BYTES && memcmp(line, expected->text, length) == 0);
	expected->text += length + 1;
	expected->left -= length + 1;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1) {
		return 0;
	}
	size_t piece = data[0] % 32 + 1u;
	const char *text = (const char *)data + 1;
	struct expected_lines expected = {text, size - 1};
	struct line_splitter splitter = {.line_max = LINE_MAX_BYTES};
	int error = 0;
	for (size_t i = 0; i < size - 1 && error == 0; i += piece) {
		size_t part = size - 1 - i < piece ? size - 1 - i : piece;
		error = line_splitter_feed(&splitter, text + i, part, compare_line, &expected);
	}
	must(error == 0 || error == -E2BIG);
	const char *end = expected.left > 0 ? memchr(expected.text, '\n', expected.left) : NULL;
	size_t rest = end != NULL ? (size_t)(end - expected.text) : expected.left;
	must((error == -E2BIG) == (rest > LINE_MAX_BYTES));
	must(error != 0 || (end == NULL && splitter.length == rest));
	line_splitter_clear(&splitter);
	return 0;
}

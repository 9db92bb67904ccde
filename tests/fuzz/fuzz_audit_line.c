// SPDX-License-Identifier: BSD-3-Clause
// A line of an exported audit log. Oracle: a line that parses is exactly the line that is formatted from what was
// parsed; and two such lines as a file verify only with the hashes that belong to them.

#include "audit/audit_export.h"
#include "audit/audit_line.h"

#include "fuzz_target.h"

#include <stdio.h>
#include <string.h>

static void check_round_trip(const struct audit_line *line, const uint8_t *data, size_t size)
{
	size_t length = 0;
	char *text = line->kind == AUDIT_LINE_END ? audit_line_format_end(&line->end, &length)
						  : audit_line_format_record(&line->entry, &length);
	must(text != NULL && length == size + 1 && text[size] == '\n');
	must(memcmp(text, data, size) == 0);
	free(text);
}

static void check_file(const uint8_t *data, size_t size)
{
	struct audit_verification result = {0};
	struct audit_fault fault;
	uint64_t line = 0;
	char *copy = malloc(size);
	FILE *input = copy == NULL ? NULL : fmemopen(copy, size, "r");
	must(input != NULL);
	memcpy(copy, data, size);
	int error = audit_export_verify(input, NULL, NULL, &result, &line, &fault);
	must(error == 0 || line > 0 || size == 0);
	must(error != 0 || (result.finding == AUDIT_FINDING_INTACT) == (line == 0));
	fclose(input);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct audit_line line = {0};
	int error = audit_line_parse((const char *)data, size, &line);
	must((error == 0) == (line.kind != AUDIT_LINE_NONE));
	if (error == 0) {
		check_round_trip(&line, data, size);
	}
	if (size > 0) {
		check_file(data, size);
	}
	return 0;
}

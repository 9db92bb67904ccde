// SPDX-License-Identifier: BSD-3-Clause
// A line of a sweep's input. Oracle: a question has a whole name and a type that can be looked up, anything else
// a reason, and what is shown of the line lies within it.

#include <parallax/dns/rr_type.h>

#include "sweep/input_line.h"

#include "fuzz_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input_line line;
	struct plx_name name = {0};
	const char *text = (const char *)data;
	input_line_parse(text, size, &line, &name);
	must(line.shown >= text && line.shown_length <= size - (size_t)(line.shown - text));
	switch (line.kind) {
	case INPUT_LINE_BLANK:
	case INPUT_LINE_COMMENT:
		must(name.length == 0);
		break;
	case INPUT_LINE_QUESTION:
		must(plx_name_is_valid_wire(name.wire, name.length));
		must(line.type == 0 || !plx_type_is_meta(line.type));
		break;
	case INPUT_LINE_INVALID:
		must(line.error != NULL && line.shown_length > 0);
		break;
	}
	return 0;
}

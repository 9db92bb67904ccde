// SPDX-License-Identifier: BSD-3-Clause
// A line of a benchmark's data file. Oracle: a query has a whole name and a type that can be looked up, and means the same
// with blanks around it; anything else has a reason and leaves nothing behind.

#include <parallax/dns/rr_type.h>

#include "bench/query_line.h"

#include "fuzz_target.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_name name = {0};
	struct plx_name again = {0};
	uint16_t type = 0;
	uint16_t type_again = 0;
	const char *error = NULL;
	enum query_line_kind kind =
		query_line_parse((const char *)data, size, &name, &type, &error);
	must((kind == QUERY_LINE_INVALID) == (error != NULL));
	if (kind != QUERY_LINE_QUERY) {
		must(name.length == 0 && type == 0);
		return 0;
	}
	must(plx_name_is_valid_wire(name.wire, name.length) && !plx_type_is_meta(type));
	char *padded = malloc(size + 4);
	must(padded != NULL);
	memcpy(padded, " \t", 2);
	memcpy(padded + 2, data, size);
	memcpy(padded + 2 + size, "\r ", 2);
	must(query_line_parse(padded, size + 4, &again, &type_again, &error) == QUERY_LINE_QUERY);
	must(type == type_again && plx_name_equal(&name, &again));
	free(padded);
	return 0;
}

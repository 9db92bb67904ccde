// SPDX-License-Identifier: BSD-3-Clause
// One line of a data file in dnsperf's format: a name and a record type, parted by blanks. Pure; fuzzed by
// tests/fuzz/fuzz_query_line.c.

#pragma once

#include <parallax/dns/name.h>

#include <stddef.h>
#include <stdint.h>

enum query_line_kind {
	QUERY_LINE_INVALID = 0,
	QUERY_LINE_EMPTY, // blank, or a comment: begins with ; or #
	QUERY_LINE_QUERY,
};

// Fills in the name and the type for QUERY_LINE_QUERY, and ret_error (static, one sentence) for QUERY_LINE_INVALID.
enum query_line_kind query_line_parse(const char *text, size_t length, struct plx_name *ret_name,
				      uint16_t *ret_type, const char **ret_error);

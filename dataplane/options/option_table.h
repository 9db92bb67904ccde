// SPDX-License-Identifier: BSD-3-Clause
// The one table of options: everything a reader, a printer or a check needs to know about a key.
// Adding an option is one field in `struct options` and one entry in option_table.c.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_type {
	OPTION_TEXT,
	OPTION_PATH, // absolute
	OPTION_PATH_OR_NONE,
	OPTION_BOOLEAN,    // bool
	OPTION_COUNT,      // uint32_t, `k` and `M` understood
	OPTION_RATE,       // uint32_t, queries per second
	OPTION_CPU,        // int, -1: any
	OPTION_WORKERS,    // struct options_workers
	OPTION_PORT_RANGE, // struct options_port_range
	OPTION_LOG_FORMAT, // enum options_log_format
	// Lists: the array is at `offset`, its unsigned count at `count_offset`.
	OPTION_PREFIX_LIST,   // struct options_prefix
	OPTION_ADDRESS_LIST,  // struct plx_ip
	OPTION_UPSTREAM_LIST, // struct upstream_config
};

struct option_spec {
	const char *key;          // in the file
	const char *flag;         // on the command line, without the dashes
	const char *argument;     // what help shows for the value; NULL for a switch
	const char *default_text; // "" when unset means something that `help` says
	const char *example;
	const char *required_for; // NULL: never required
	const char *help;         // sentences
	enum option_type type;
	uint32_t minimum, maximum; // of OPTION_COUNT and OPTION_RATE
	uint32_t offset;
	uint32_t size; // of the text, or elements of the list
	uint32_t count_offset;
};

extern const struct option_spec option_table[];
extern const size_t option_count;

// NULL when there is none.
PLX_PURE const struct option_spec *option_find_key(const char *key);
PLX_PURE const struct option_spec *option_find_flag(const char *flag, size_t length);

// The candidate that a mistyped word most likely meant, or NULL when none is near.
const char *option_nearest(const char *word, const char *(*candidate)(size_t index), size_t count);
// Candidates for it: keys and flags by index.
const char *option_key_at(size_t index);
const char *option_flag_at(size_t index);
PLX_PURE bool option_is_list(enum option_type type);

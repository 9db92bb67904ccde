// SPDX-License-Identifier: BSD-3-Clause
// How a key of the daemon's configuration is declared: name, type, bounds, help, and where its value goes. One table per
// section; the reader, the example file and the document are all made from it, so they cannot differ.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum config_type {
	CONFIG_TEXT,       // char[size]
	CONFIG_PATH,       // char[size], absolute
	CONFIG_BOOLEAN,    // bool
	CONFIG_COUNT,      // uint32_t, `k` and `M` understood
	CONFIG_DURATION,   // uint32_t milliseconds: 250ms, 10s, 5m, 1h
	CONFIG_COORDINATE, // double, degrees
	CONFIG_CHOICE,     // int, one of `choices`
	CONFIG_TIME,       // int64_t unix seconds: RFC 3339, UTC
	CONFIG_ENDPOINT,   // struct plx_endpoint, with a port
	CONFIG_PREFIX,     // struct address_prefix
	CONFIG_SECTION,    // a nested struct with its own table
};

struct config_choice {
	const char *name;
	int value;
};

struct config_section;

struct config_spec {
	const char *key;
	const char *help;         // sentences
	const char *default_text; // NULL: unset
	const char *example;
	enum config_type type;
	bool is_required;
	bool is_shown;             // not commented out in the example although it may be left out
	uint32_t minimum, maximum; // of counts and durations; of coordinates, +-maximum degrees
	uint32_t offset;           // in the section's struct
	uint32_t size;             // of the field, or of one element of a list
	uint32_t list_max;         // elements; 0: a single value
	uint32_t count_offset;     // of a list's unsigned
	const struct config_choice *choices; // ends at a NULL name
	const struct config_section *section;
};

// A section's struct begins with its struct plx_setting_place.
struct config_section {
	const char *name; // its key
	const char *help;
	const struct config_spec *specs;
	size_t spec_count;
	size_t struct_size;
};

// The part of the file that parallaxd reads.
extern const struct config_section config_control_section;

PLX_PURE const struct config_spec *config_spec_find(const struct config_section *section,
						    const char *key);
const char *config_type_name(const struct config_spec *spec);

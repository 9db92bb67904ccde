// SPDX-License-Identifier: BSD-3-Clause
// What is wrong with a setting of a file or a command line, where, and how to mend it: one line for whoever starts the
// daemon. Pure memory, any thread.

#pragma once

#include <parallax/base/attributes.h>

#include <stdint.h>

#define PLX_SETTING_FAULT_MAX 640

// One line without a newline.
struct plx_setting_fault {
	char text[PLX_SETTING_FAULT_MAX];
	const char
		*key; // set by checks that know no places: whose to name; NULL: none in particular
};

// Where something stands in a file, counted from 1; line 0: not in the file.
struct plx_setting_place {
	uint32_t line;
	uint32_t column;
};

// Replaces the text, control characters as `?`: they come from the input. Returns PLX_ERR_CONFIG.
int plx_setting_fault_set(struct plx_setting_fault *fault, const char *format, ...)
	PLX_PRINTF(2, 3);
// Puts something and ": " in front of the text that is there. Returns PLX_ERR_CONFIG.
int plx_setting_fault_prefix(struct plx_setting_fault *fault, const char *format, ...)
	PLX_PRINTF(2, 3);
// Puts "FILE:LINE:COLUMN" in front, and ": KEY" unless `key` is NULL. Returns PLX_ERR_CONFIG.
int plx_setting_fault_at(struct plx_setting_fault *fault, const char *path,
			 const struct plx_setting_place *place, const char *key);

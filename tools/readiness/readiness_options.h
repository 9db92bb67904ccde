// SPDX-License-Identifier: BSD-3-Clause
// The words after `parallaxctl readiness`.

#pragma once

#include <parallax/base/attributes.h>

#include <stdio.h>

struct readiness_options {
	const char *input_path; // "-": standard input
	const char *html_path;  // NULL: no page
};

// -EINVAL and one line about it. The options borrow the words.
PLX_MUST_CHECK int readiness_options_read(const char *const *words, unsigned count,
					  struct readiness_options *ret_options, char *ret_fault,
					  size_t fault_size);
void readiness_options_print_help(FILE *out);

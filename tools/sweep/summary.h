// SPDX-License-Identifier: BSD-3-Clause
// What a sweep did, at its end: a table for people, JSON for programs (docs/sweep.md lists its keys).

#pragma once

#include <parallax/base/attributes.h>

#include "sweep/sweep.h"

#include <stdio.h>

struct summary {
	const struct tally *tally;
	const struct sweep_config *config; // says how names were looked up
	bool is_complete;
	int exit_status;
};

void summary_print_table(FILE *file, const struct summary *summary);
void summary_print_line(FILE *file, const struct summary *summary);
void summary_print_json(FILE *file, const struct summary *summary);
// Writes the JSON to `path` by way of a rename, so that nobody reads half of it; to a device or a pipe as it is.
// -errno.
PLX_MUST_CHECK int summary_save_json(const char *path, const struct summary *summary);

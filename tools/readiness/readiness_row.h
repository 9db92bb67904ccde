// SPDX-License-Identifier: BSD-3-Clause
// One identifier of an answer: who missed what, as a row of the report and as counts.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;
struct readiness_tally;

// How the primary is called among those that missed; answers do not name it.
#define READINESS_PRIMARY "primary"

// True when it is an object with a value and a decision that can be read.
bool readiness_row_is_readable(const struct json_t *identifier);
bool readiness_row_fails(const struct json_t *identifier);
// Counts reasons, codes and perspectives.
void readiness_row_count(struct readiness_tally *tally, const struct json_t *identifier);
// The row of a failing one, a new reference.
struct json_t *readiness_row_make(uint64_t line, size_t index, const struct json_t *answer,
				  const struct json_t *identifier);

// SPDX-License-Identifier: BSD-3-Clause
// The audit record of evidence that is removed since it is older than it is kept, and its reading.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

// {"action":"purge","before":"2029-01-01T00:00:00.000000Z","keep_days":1130,"actor":"retention"}. NULL: no memory.
struct json_t *evidence_record_make(int64_t before_s, unsigned keep_days);
// False: the body is none.
bool evidence_record_read(const char *body, size_t length, int64_t *ret_before_s);

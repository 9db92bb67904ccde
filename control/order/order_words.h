// SPDX-License-Identifier: BSD-3-Clause
// What a perspective said to a check or a probe, read with suspicion: whatever is not an answer to what was asked becomes
// an error of our own making.

#pragma once

#include "check/check_request.h"
#include "order/order_panel.h"
#include "rules/verdict.h"

#include <stdint.h>

// Owned; zeroed memory holds nothing.
struct order_words {
	struct json_t *result;   // check_result.h as JSON; NULL without memory
	struct json_t *envelope; // the signed line it came in; NULL: unsigned, or not believed
	enum check_outcome outcome;
};

// `now_us` dates errors.
struct order_words order_words_read(const struct order_perspective_answer *answer,
				    enum check_kind kind, int64_t now_us);
// Nothing was said, or nothing is waited for any more.
struct order_words order_words_error(enum check_kind kind, const char *cause, const char *detail,
				     int64_t now_us);
void order_words_fini(struct order_words *words);

// SPDX-License-Identifier: BSD-3-Clause
// What the engine makes of one DNS message by itself, with the engine's own code: for reading captures back. What
// needs the state of a look-up (was it asked, by which name case, with which cookie) is not judged here.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/dns/message_reader.h>
#include <parallax/dns/name.h>
#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plx_reply_verdict {
	const char *text;           // "records", "nodata", "nxdomain", "truncated", "malformed" ...
	int error;                  // why it cannot be read: PLX_ERR_*; 0: it can
	bool has_question;          // message, question and question_type may be used
	bool is_checked;            // plx_message_check passed: the records may be walked
	struct plx_message message; // a view into the caller's bytes
	struct plx_name question;
	uint8_t alias_count;
	struct plx_name aliases[PLX_ALIASES_MAX];
};

void plx_reply_judge(const uint8_t *bytes, size_t length, struct plx_reply_verdict *ret_verdict);

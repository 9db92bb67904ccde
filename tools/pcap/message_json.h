// SPDX-License-Identifier: BSD-3-Clause
// One captured DNS message as a JSON object.

#pragma once

#include <parallax/capture/frame_payload.h>
#include <parallax/capture/reply_verdict.h>

#include <stdint.h>

struct json_t;

// NULL: no memory.
struct json_t *message_json(uint64_t time_ns, const struct plx_frame_payload *payload,
			    const struct plx_reply_verdict *verdict);

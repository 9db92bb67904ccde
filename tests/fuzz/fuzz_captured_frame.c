// SPDX-License-Identifier: BSD-3-Clause
// A frame from a capture of anyone's traffic: the finder of its DNS message, then the judgement of it. Oracle: the
// message lies within the frame, and there is always a verdict.

#include <parallax/capture/frame_payload.h>
#include <parallax/capture/reply_verdict.h>

#include "fuzz_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_frame_payload payload;
	if (!plx_frame_payload_find(data, size, &payload)) {
		return 0;
	}
	must(payload.message >= data && payload.message_length <= size);
	must(payload.message + payload.message_length <= data + size);
	must(payload.source.ip.family == payload.destination.ip.family);
	struct plx_reply_verdict verdict;
	plx_reply_judge(payload.message, payload.message_length, &verdict);
	must(verdict.text != NULL && verdict.text[0] != '\0');
	must(!verdict.is_checked || (verdict.has_question && verdict.error == 0));
	must(verdict.alias_count <= PLX_ALIASES_MAX);
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/iteration_frame.h"

#include "base/table_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct iteration_frames {
	struct iteration_frame *all;
	struct iteration_frame *first_free; // used before
	uint32_t fresh;                     // from here on never used
	uint32_t count;
	uint32_t free_count;
};

int iteration_frames_create(uint32_t count, struct iteration_frames **ret_frames)
{
	if (count == 0) {
		return -EINVAL;
	}
	struct iteration_frames *frames = calloc(1, sizeof(*frames));
	if (frames == NULL) {
		return -ENOMEM;
	}
	frames->all = table_memory_map(count * sizeof(*frames->all));
	if (frames->all == NULL) {
		free(frames);
		return -ENOMEM;
	}
	frames->count = count;
	frames->free_count = count;
	*ret_frames = frames;
	return 0;
}

void iteration_frames_destroy(struct iteration_frames *frames)
{
	if (frames != NULL) {
		table_memory_unmap(frames->all, frames->count * sizeof(*frames->all));
		free(frames);
	}
}

uint32_t iteration_frames_free_count(const struct iteration_frames *frames)
{
	return frames->free_count;
}

struct iteration_frame *iteration_frame_acquire(struct iteration_frames *frames,
						struct iteration_frame *parent,
						const struct plx_name *name, uint16_t type)
{
	struct iteration_frame *frame = frames->first_free;
	if (frame != NULL) {
		frames->first_free = frame->parent;
	} else if (frames->fresh < frames->count) {
		frame = &frames->all[frames->fresh++];
	} else {
		return NULL;
	}
	frames->free_count--;
	frame->parent = parent;
	frame->name = *name;
	frame->type = type;
	frame->depth = parent == NULL ? 0 : (uint8_t)(parent->depth + 1);
	frame->cause = ITERATION_CAUSE_NONE;
	frame->limit = WORK_WITHIN_LIMITS;
	frame->rcode = 0;
	iteration_frame_reset_zone(frame);
	return frame;
}

void iteration_frame_release(struct iteration_frames *frames, struct iteration_frame *frame)
{
	frame->parent = frames->first_free;
	frames->first_free = frame;
	frames->free_count++;
}

void iteration_frame_reset_zone(struct iteration_frame *frame)
{
	memset(frame->tries, 0, sizeof(frame->tries));
	frame->fetched_ipv4 = 0;
	frame->fetched_ipv6 = 0;
	frame->ns_fetches = 0;
	frame->is_resend = false;
}

void iteration_frame_reset_tries(struct iteration_frame *frame)
{
	for (unsigned i = 0; i < DELEGATION_ADDRESSES_MAX; i++) {
		if (frame->tries[i] != UINT8_MAX) {
			frame->tries[i] = 0;
		}
	}
}

const char *iteration_cause_name(enum iteration_cause cause)
{
	switch (cause) {
	case ITERATION_CAUSE_NONE:
		return "none";
	case ITERATION_CAUSE_TIMEOUT:
		return "timeout";
	case ITERATION_CAUSE_UNREACHABLE:
		return "unreachable";
	case ITERATION_CAUSE_TCP:
		return "tcp";
	case ITERATION_CAUSE_LAME:
		return "lame";
	case ITERATION_CAUSE_RCODE:
		return "rcode";
	case ITERATION_CAUSE_BROKEN:
		return "broken";
	case ITERATION_CAUSE_NO_ADDRESS:
		return "no-address";
	case ITERATION_CAUSE_NS_LOOP:
		return "ns-loop";
	case ITERATION_CAUSE_ALIAS_LOOP:
		return "alias-loop";
	case ITERATION_CAUSE_ALIAS_TOO_LONG:
		return "alias-too-long";
	case ITERATION_CAUSE_LIMIT:
		return "limit";
	case ITERATION_CAUSE_NO_FRAME:
		return "no-frame";
	case ITERATION_CAUSE_NO_ROOT:
		return "no-root";
	}
	return "unknown";
}

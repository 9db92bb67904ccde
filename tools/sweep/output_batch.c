// SPDX-License-Identifier: BSD-3-Clause
// An item is a head, then the octets of its name or raw line, then the body.

#include "sweep/output_batch.h"

#include <errno.h>
#include <string.h>

struct item_head {
	struct plx_result result;
	uint64_t line;
	const char *error;
	size_t octets; // of the name or the raw line
	uint16_t type;
	bool relevant_caa;
	bool is_raw;
};

int output_batch_append(struct output_batch *batch, const struct plx_asked *asked,
			const struct plx_result *result, const uint8_t *body)
{
	bool is_raw = asked->name == NULL;
	const struct item_head head = {
		.result = *result,
		.line = asked->line,
		.error = asked->error,
		.octets = is_raw ? asked->raw_length : asked->name->length,
		.type = asked->type,
		.relevant_caa = asked->relevant_caa,
		.is_raw = is_raw,
	};
	size_t before = batch->packed.length;
	plx_text_append(&batch->packed, &head, sizeof(head));
	plx_text_append(&batch->packed, is_raw ? asked->raw : (const char *)asked->name->wire,
			head.octets);
	plx_text_append(&batch->packed, body, result->body_length);
	if (batch->packed.failed) {
		plx_text_rewind(&batch->packed, before);
		return -ENOMEM;
	}
	batch->count++;
	return 0;
}

bool output_batch_next(const struct output_batch *batch, size_t *position,
		       struct output_item *ret_item)
{
	struct item_head head;
	if (*position == batch->packed.length) {
		return false;
	}
	const char *from = batch->packed.bytes + *position;
	memcpy(&head, from, sizeof(head));
	const char *octets = from + sizeof(head);
	ret_item->result = head.result;
	ret_item->body = (const uint8_t *)octets + head.octets;
	ret_item->asked = (struct plx_asked) {
		.line = head.line,
		.type = head.type,
		.relevant_caa = head.relevant_caa,
		.error = head.error,
	};
	if (head.is_raw) {
		ret_item->asked.raw = octets;
		ret_item->asked.raw_length = head.octets;
	} else {
		ret_item->name.length = (uint8_t)head.octets;
		memcpy(ret_item->name.wire, octets, head.octets);
		ret_item->asked.name = &ret_item->name;
	}
	*position += sizeof(head) + head.octets + head.result.body_length;
	return true;
}

void output_batch_empty(struct output_batch *batch)
{
	plx_text_rewind(&batch->packed, 0);
	batch->count = 0;
}

void output_batch_free(struct output_batch *batch)
{
	plx_text_free(&batch->packed);
	batch->count = 0;
}

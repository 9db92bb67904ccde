// SPDX-License-Identifier: BSD-3-Clause
// A result of a hostile dataplane: has_found_at, alias_count, record_count (2 octets), then the body. Oracle: what
// opens has exactly its records, and written anew is the same octets.

#include <parallax/exchange/result.h>

#include "fuzz_target.h"

#include <string.h>

static void write_again(struct plx_result_view *view, struct plx_writer *writer)
{
	const struct plx_result *result = view->result;
	struct plx_result_record record;
	unsigned count = 0;
	if (result->has_found_at) {
		plx_result_body_name(writer, &view->found_at);
	}
	if (result->record_count > 0) {
		plx_result_body_name(writer, &view->owner);
	}
	for (unsigned i = 0; i < result->alias_count; i++) {
		plx_result_body_name(writer, &view->aliases[i]);
	}
	for (; plx_result_next(view, &record); count++) {
		size_t start = plx_result_body_record_begin(writer, record.ttl);
		plx_write_bytes(writer, record.rdata, record.rdata_length);
		plx_result_body_record_end(writer, start);
	}
	must(count == result->record_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t rewritten[PLX_RESULT_BODY_MAX];
	struct plx_reader reader = plx_reader_init(data, size);
	struct plx_result result = {.status = PLX_STATUS_ANSWERED};
	struct plx_result_view view;
	result.has_found_at = plx_read_u8(&reader);
	result.alias_count = plx_read_u8(&reader);
	result.record_count = plx_read_u16(&reader);
	result.body_length = (uint32_t)plx_reader_left(&reader);
	const uint8_t *body = plx_read_bytes(&reader, result.body_length);
	if (body == NULL || plx_result_open(&result, body, &view) < 0) {
		return 0;
	}
	struct plx_writer writer = plx_writer_init(rewritten, sizeof(rewritten));
	write_again(&view, &writer);
	must(!writer.failed && writer.position == result.body_length);
	must(memcmp(rewritten, body, writer.position) == 0);
	return 0;
}

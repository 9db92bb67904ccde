// SPDX-License-Identifier: BSD-3-Clause
// The trace of a hostile dataplane or file. Oracle: reading ends; every step that was read is of a known kind, and
// written anew is the same octets, so that nothing in a trace escapes a digest of its steps.

#include <parallax/exchange/trace.h>

#include "fuzz_target.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t rewritten[PLX_TRACE_BYTES_MAX];
	if (size > PLX_TRACE_BYTES_MAX) {
		return 0;
	}
	struct plx_reader reader = plx_reader_init(data, size);
	struct plx_writer writer = plx_writer_init(rewritten, sizeof(rewritten));
	struct plx_trace_step step;
	size_t before = 0;
	int found;
	while ((found = plx_trace_read(&reader, &step)) == 1) {
		must(reader.position > before);
		must(step.kind > PLX_TRACE_NOT_EVALUATED && step.kind < PLX_TRACE_KIND_COUNT);
		must((step.response == NULL) == (step.response_length == 0));
		must(step.kind == PLX_TRACE_QUERY || step.response == NULL);
		plx_trace_write(&writer, &step);
		must(!writer.failed && writer.position == reader.position);
		before = reader.position;
	}
	must(memcmp(rewritten, data, writer.position) == 0);
	must(found < 0 || before == size);
	return 0;
}

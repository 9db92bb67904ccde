// SPDX-License-Identifier: BSD-3-Clause
// A job record that a hostile client put into its ring. Oracle: what is accepted keeps every limit of job.h and is
// written back as the same octets (a relevant-CAA job without a type gets its type).

#include <parallax/dns/rr_type.h>
#include <parallax/exchange/job.h>

#include "fuzz_target.h"

#include <string.h>

#define QTYPE_OFFSET 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_job job;
	uint8_t record[PLX_JOB_RECORD_MAX];
	if (plx_job_read(data, size, &job) < 0) {
		return 0;
	}
	must(job.kind == PLX_JOB_LOOKUP || job.kind == PLX_JOB_RELEVANT_CAA);
	must(job.attempts <= PLX_JOB_ATTEMPTS_MAX && job.timeout_ms <= PLX_JOB_TIMEOUT_MS_MAX);
	must(!plx_type_is_meta(job.qtype));
	must(plx_name_is_valid_wire(job.name.wire, job.name.length));
	must(plx_job_write(&job, record) == size);
	must(memcmp(record, data, QTYPE_OFFSET) == 0);
	must(memcmp(record + QTYPE_OFFSET + 2, data + QTYPE_OFFSET + 2, size - QTYPE_OFFSET - 2) ==
	     0);
	return 0;
}

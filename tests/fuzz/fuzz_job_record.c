// SPDX-License-Identifier: BSD-3-Clause
// A job record that a hostile client put into its ring. Oracle: what is accepted keeps every limit of job.h and is
// written back as the same octets (a relevant-CAA job without a type gets its type).

#include <parallax/dns/rr_type.h>
#include <parallax/exchange/job.h>

#include "fuzz_target.h"

#include <string.h>

#define QTYPE_OFFSET 8

static bool is_same(const struct plx_job *a, const struct plx_job *b)
{
	return a->tag == b->tag && a->qtype == b->qtype && a->kind == b->kind &&
	       a->flags == b->flags && a->resolution == b->resolution &&
	       a->attempts == b->attempts && a->timeout_ms == b->timeout_ms &&
	       plx_name_equal(&a->name, &b->name);
}

// plx_job_take says the same, whether octets behind the record can be read or not.
static void compare_taken(const uint8_t *data, size_t size, int error, const struct plx_job *job)
{
	uint8_t roomy[PLX_JOB_RECORD_MAX + PLX_NAME_BLOCK];
	struct plx_job taken;
	must(plx_job_take(data, size, size, &taken) == error);
	must(error < 0 || is_same(&taken, job));
	if (size <= PLX_JOB_RECORD_MAX) {
		memset(roomy, 0x41, sizeof(roomy));
		memcpy(roomy, data, size);
		must(plx_job_take(roomy, size, sizeof(roomy), &taken) == error);
		must(error < 0 || is_same(&taken, job));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_job job;
	uint8_t record[PLX_JOB_RECORD_MAX];
	int error = plx_job_read(data, size, &job);
	compare_taken(data, size, error, &job);
	if (error < 0) {
		return 0;
	}
	must(job.kind == PLX_JOB_LOOKUP || job.kind == PLX_JOB_RELEVANT_CAA);
	must(job.attempts <= PLX_JOB_ATTEMPTS_MAX && job.timeout_ms <= PLX_JOB_TIMEOUT_MS_MAX);
	must(!plx_type_is_meta(job.qtype));
	must(plx_name_is_valid_wire(job.name.wire, job.name.length));
	must(plx_job_check(&job) == 0 && plx_job_record_bytes(&job) == size);
	must(plx_job_write(&job, record) == size);
	must(memcmp(record, data, QTYPE_OFFSET) == 0);
	must(memcmp(record + QTYPE_OFFSET + 2, data + QTYPE_OFFSET + 2, size - QTYPE_OFFSET - 2) ==
	     0);
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
// Job records of the exchange rings. The reader trusts nothing: the client's process may be anyone's.

#include <parallax/dns/rr_type.h>
#include <parallax/exchange/job.h>

#include <errno.h>

size_t plx_job_write(const struct plx_job *job, uint8_t ret_record[static PLX_JOB_RECORD_MAX])
{
	struct plx_writer writer = plx_writer_init(ret_record, PLX_JOB_RECORD_MAX);
	plx_write_u64(&writer, job->tag);
	plx_write_u16(&writer, job->qtype);
	plx_write_u8(&writer, job->kind);
	plx_write_u8(&writer, job->flags);
	plx_write_u8(&writer, job->resolution);
	plx_write_u8(&writer, job->attempts);
	plx_write_u32(&writer, job->timeout_ms);
	plx_write_u8(&writer, job->name.length);
	plx_write_bytes(&writer, job->name.wire, job->name.length);
	return writer.position;
}

static bool question_is_allowed(const struct plx_job *job)
{
	switch (job->kind) {
	case PLX_JOB_LOOKUP:
		return !plx_type_is_meta(job->qtype);
	case PLX_JOB_RELEVANT_CAA:
		return job->qtype == PLX_TYPE_CAA;
	default:
		return false;
	}
}

// A climb needs answers that are judged.
static bool flags_are_allowed(const struct plx_job *job)
{
	return (job->flags & ~(PLX_JOB_TCP_ONLY | PLX_JOB_BENCHMARK)) == 0 &&
	       (job->kind == PLX_JOB_LOOKUP || (job->flags & PLX_JOB_FIRST_ANSWER) == 0);
}

int plx_job_read(const uint8_t *record, size_t length, struct plx_job *ret_job)
{
	struct plx_reader reader = plx_reader_init(record, length);
	struct plx_job job = {.tag = plx_read_u64(&reader)};
	job.qtype = plx_read_u16(&reader);
	job.kind = plx_read_u8(&reader);
	job.flags = plx_read_u8(&reader);
	job.resolution = plx_read_u8(&reader);
	job.attempts = plx_read_u8(&reader);
	job.timeout_ms = plx_read_u32(&reader);
	job.name.length = plx_read_u8(&reader);
	plx_read_copy(&reader, job.name.wire, job.name.length);
	if (job.kind == PLX_JOB_RELEVANT_CAA && job.qtype == 0) {
		job.qtype = PLX_TYPE_CAA;
	}
	if (reader.failed || plx_reader_left(&reader) > 0 || !question_is_allowed(&job) ||
	    !flags_are_allowed(&job) || job.resolution != PLX_RESOLUTION_STUB ||
	    job.attempts > PLX_JOB_ATTEMPTS_MAX || job.timeout_ms > PLX_JOB_TIMEOUT_MS_MAX ||
	    !plx_name_is_valid_wire(job.name.wire, job.name.length)) {
		return -EINVAL;
	}
	*ret_job = job;
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
// Job records of the exchange rings. The reader trusts nothing: the client's process may be anyone's.

#include <parallax/dns/rr_type.h>
#include <parallax/exchange/job.h>

#include <errno.h>
#include <string.h>

#define JOB_NAME_AT (PLX_JOB_RECORD_MAX - PLX_NAME_MAX) // behind the octet that is its length

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

// struct plx_job without its name, which is not copied before it is known to be one.
struct job_fields {
	uint64_t tag;
	uint16_t qtype;
	uint8_t kind;
	uint8_t flags;
	uint8_t resolution;
	uint8_t attempts;
	uint32_t timeout_ms;
};

static bool question_is_allowed(const struct job_fields *job)
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
static bool flags_are_allowed(const struct job_fields *job)
{
	return (job->flags & ~(PLX_JOB_TCP_ONLY | PLX_JOB_BENCHMARK)) == 0 &&
	       (job->kind == PLX_JOB_LOOKUP || (job->flags & PLX_JOB_FIRST_ANSWER) == 0);
}

static bool fields_are_allowed(const struct job_fields *job)
{
	return question_is_allowed(job) && flags_are_allowed(job) &&
	       job->resolution == PLX_RESOLUTION_STUB && job->attempts <= PLX_JOB_ATTEMPTS_MAX &&
	       job->timeout_ms <= PLX_JOB_TIMEOUT_MS_MAX;
}

int plx_job_read(const uint8_t *record, size_t length, struct plx_job *ret_job)
{
	if (length < JOB_NAME_AT) {
		return -EINVAL;
	}
	// Of constant length: the compiler then drops the bounds checks.
	struct plx_reader reader = plx_reader_init(record, JOB_NAME_AT);
	struct job_fields fields = {.tag = plx_read_u64(&reader)};
	fields.qtype = plx_read_u16(&reader);
	fields.kind = plx_read_u8(&reader);
	fields.flags = plx_read_u8(&reader);
	fields.resolution = plx_read_u8(&reader);
	fields.attempts = plx_read_u8(&reader);
	fields.timeout_ms = plx_read_u32(&reader);
	uint8_t name_length = plx_read_u8(&reader);
	const uint8_t *name = record + JOB_NAME_AT;
	if (fields.kind == PLX_JOB_RELEVANT_CAA && fields.qtype == 0) {
		fields.qtype = PLX_TYPE_CAA;
	}
	if (length != JOB_NAME_AT + (size_t)name_length || !fields_are_allowed(&fields) ||
	    !plx_name_is_valid_wire(name, name_length)) {
		return -EINVAL;
	}
	ret_job->tag = fields.tag;
	ret_job->qtype = fields.qtype;
	ret_job->kind = fields.kind;
	ret_job->flags = fields.flags;
	ret_job->resolution = fields.resolution;
	ret_job->attempts = fields.attempts;
	ret_job->timeout_ms = fields.timeout_ms;
	ret_job->name.length = name_length;
	memcpy(ret_job->name.wire, name, name_length);
	return 0;
}

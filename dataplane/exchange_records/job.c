// SPDX-License-Identifier: BSD-3-Clause
// Job records of the exchange rings. The reader trusts nothing: the client's process may be anyone's.

#include <parallax/base/octets_copy.h>
#include <parallax/dns/rr_type.h>
#include <parallax/exchange/job.h>

#include <errno.h>

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

static bool question_is_allowed(uint8_t kind, uint16_t qtype)
{
	switch (kind) {
	case PLX_JOB_LOOKUP:
		return !plx_type_is_meta(qtype);
	case PLX_JOB_RELEVANT_CAA:
		return qtype == PLX_TYPE_CAA;
	default:
		return false;
	}
}

// A climb needs answers that are judged.
static bool flags_are_allowed(uint8_t kind, uint8_t flags)
{
	return (flags & ~(PLX_JOB_TCP_ONLY | PLX_JOB_BENCHMARK)) == 0 &&
	       (kind == PLX_JOB_LOOKUP || (flags & PLX_JOB_FIRST_ANSWER) == 0);
}

int plx_job_read(const uint8_t *record, size_t length, struct plx_job *ret_job)
{
	if (length < JOB_NAME_AT) {
		return -EINVAL;
	}
	// Of constant length: the compiler then drops the bounds checks.
	struct plx_reader reader = plx_reader_init(record, JOB_NAME_AT);
	uint64_t tag = plx_read_u64(&reader);
	uint16_t qtype = plx_read_u16(&reader);
	uint8_t kind = plx_read_u8(&reader);
	uint8_t flags = plx_read_u8(&reader);
	uint8_t resolution = plx_read_u8(&reader);
	uint8_t attempts = plx_read_u8(&reader);
	uint32_t timeout_ms = plx_read_u32(&reader);
	uint8_t name_length = plx_read_u8(&reader);
	const uint8_t *name = record + JOB_NAME_AT;
	if (kind == PLX_JOB_RELEVANT_CAA && qtype == 0) {
		qtype = PLX_TYPE_CAA;
	}
	if (length != JOB_NAME_AT + (size_t)name_length || !question_is_allowed(kind, qtype) ||
	    !flags_are_allowed(kind, flags) || resolution != PLX_RESOLUTION_STUB ||
	    attempts > PLX_JOB_ATTEMPTS_MAX || timeout_ms > PLX_JOB_TIMEOUT_MS_MAX ||
	    !plx_name_is_valid_wire(name, name_length)) {
		return -EINVAL;
	}
	ret_job->tag = tag;
	ret_job->qtype = qtype;
	ret_job->kind = kind;
	ret_job->flags = flags;
	ret_job->resolution = resolution;
	ret_job->attempts = attempts;
	ret_job->timeout_ms = timeout_ms;
	ret_job->name.length = name_length;
	plx_octets_copy(ret_job->name.wire, name, name_length);
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
// Job records of the exchange rings. The reader trusts nothing: the client's process may be anyone's.

#include <parallax/base/octets_copy.h>
#include <parallax/dns/rr_type.h>
#include <parallax/exchange/job.h>

#include <errno.h>
#include <string.h>

#define JOB_NAME_AT (PLX_JOB_RECORD_MAX - PLX_NAME_MAX) // behind the octet that is its length

static const char *const resolution_names[PLX_RESOLUTION_COUNT] = {
	[PLX_RESOLUTION_STUB] = "stub",
	[PLX_RESOLUTION_ITERATIVE] = "iterative",
};

const char *plx_resolution_name(enum plx_resolution resolution)
{
	return (unsigned)resolution < PLX_RESOLUTION_COUNT ? resolution_names[resolution]
							   : "unknown";
}

int plx_resolution_parse(const char *text, enum plx_resolution *ret_resolution)
{
	for (unsigned i = 0; i < PLX_RESOLUTION_COUNT; i++) {
		if (strcmp(text, resolution_names[i]) == 0) {
			*ret_resolution = (enum plx_resolution)i;
			return 0;
		}
	}
	return -EINVAL;
}

size_t plx_job_write_tagged(const struct plx_job *job, uint64_t tag, uint8_t *ret_record)
{
	// Of constant length, like the reader below.
	struct plx_writer writer = plx_writer_init(ret_record, JOB_NAME_AT);
	plx_write_u64(&writer, tag);
	plx_write_u16(&writer, job->qtype);
	plx_write_u8(&writer, job->kind);
	plx_write_u8(&writer, job->flags);
	plx_write_u8(&writer, job->resolution);
	plx_write_u8(&writer, job->attempts);
	plx_write_u32(&writer, job->timeout_ms);
	plx_write_u8(&writer, job->name.length);
	plx_octets_copy(ret_record + JOB_NAME_AT, job->name.wire, job->name.length);
	return JOB_NAME_AT + (size_t)job->name.length;
}

size_t plx_job_write(const struct plx_job *job, uint8_t ret_record[static PLX_JOB_RECORD_MAX])
{
	return plx_job_write_tagged(job, job->tag, ret_record);
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

// A climb needs answers that are judged. What a benchmark leaves out is about upstreams.
static bool flags_are_allowed(uint8_t kind, uint8_t flags, uint8_t resolution)
{
	switch (resolution) {
	case PLX_RESOLUTION_STUB:
		return (flags & ~(PLX_JOB_TCP_ONLY | PLX_JOB_BENCHMARK)) == 0 &&
		       (kind == PLX_JOB_LOOKUP || (flags & PLX_JOB_FIRST_ANSWER) == 0);
	case PLX_RESOLUTION_ITERATIVE:
		return (flags & ~(PLX_JOB_NO_CACHE | PLX_JOB_TRACE)) == 0;
	default:
		return false;
	}
}

int plx_job_check(const struct plx_job *job)
{
	bool is_good = question_is_allowed(job->kind, plx_job_qtype(job)) &&
		       flags_are_allowed(job->kind, job->flags, job->resolution) &&
		       job->attempts <= PLX_JOB_ATTEMPTS_MAX &&
		       job->timeout_ms <= PLX_JOB_TIMEOUT_MS_MAX &&
		       plx_name_is_valid_wire(job->name.wire, job->name.length);
	return is_good ? 0 : -EINVAL;
}

// All but the name, whose length is known. The job is untouched when something is wrong.
static int fields_read(const uint8_t *fixed, size_t name_length, struct plx_job *job)
{
	// Of constant length: the compiler then drops the bounds checks.
	struct plx_reader reader = plx_reader_init(fixed, JOB_NAME_AT);
	uint64_t tag = plx_read_u64(&reader);
	uint16_t qtype = plx_read_u16(&reader);
	uint8_t kind = plx_read_u8(&reader);
	uint8_t flags = plx_read_u8(&reader);
	uint8_t resolution = plx_read_u8(&reader);
	uint8_t attempts = plx_read_u8(&reader);
	uint32_t timeout_ms = plx_read_u32(&reader);
	uint8_t given_length = plx_read_u8(&reader);
	if (kind == PLX_JOB_RELEVANT_CAA && qtype == 0) {
		qtype = PLX_TYPE_CAA;
	}
	if (given_length != name_length || !question_is_allowed(kind, qtype) ||
	    !flags_are_allowed(kind, flags, resolution) || attempts > PLX_JOB_ATTEMPTS_MAX ||
	    timeout_ms > PLX_JOB_TIMEOUT_MS_MAX) {
		return -EINVAL;
	}
	job->tag = tag;
	job->qtype = qtype;
	job->kind = kind;
	job->flags = flags;
	job->resolution = resolution;
	job->attempts = attempts;
	job->timeout_ms = timeout_ms;
	return 0;
}

int plx_job_read(const uint8_t *record, size_t length, struct plx_job *ret_job)
{
	if (length < JOB_NAME_AT) {
		return -EINVAL;
	}
	size_t name_length = length - JOB_NAME_AT;
	const uint8_t *name = record + JOB_NAME_AT;
	if (!plx_name_is_valid_wire(name, name_length) ||
	    fields_read(record, name_length, ret_job) != 0) {
		return -EINVAL;
	}
	ret_job->name.length = (uint8_t)name_length;
	plx_octets_copy(ret_job->name.wire, name, name_length);
	return 0;
}

int plx_job_take(const uint8_t *shared, size_t length, size_t readable, struct plx_job *ret_job)
{
	if (length <= JOB_NAME_AT || length > PLX_JOB_RECORD_MAX) {
		return -EINVAL;
	}
	uint8_t fixed[JOB_NAME_AT];
	memcpy(fixed, shared, sizeof(fixed));
	size_t name_length = length - JOB_NAME_AT;
	const uint8_t *name = shared + JOB_NAME_AT;
	size_t whole = (name_length + PLX_NAME_BLOCK - 1) / PLX_NAME_BLOCK * PLX_NAME_BLOCK;
	if (PLX_LIKELY(whole <= PLX_NAME_LAST_BLOCK && whole <= readable - JOB_NAME_AT)) {
		// In the blocks in which it is copied on: a copy across them would stall.
		for (size_t at = 0; at < name_length; at += PLX_NAME_BLOCK) {
			memcpy(ret_job->name.wire + at, name + at, PLX_NAME_BLOCK);
		}
	} else {
		plx_octets_copy(ret_job->name.wire, name, name_length);
	}
	ret_job->name.length = (uint8_t)name_length;
	// Nothing of it is read again from where the other process can change it.
	__asm__ volatile("" ::: "memory");
	return plx_name_is_valid_wire(ret_job->name.wire, name_length)
		       ? fields_read(fixed, name_length, ret_job)
		       : -EINVAL;
}

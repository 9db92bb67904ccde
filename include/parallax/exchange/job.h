// SPDX-License-Identifier: BSD-3-Clause
// What a client asks of the dataplane: one look-up. Travels through the job ring of one worker.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/byte_reader.h>
#include <parallax/base/byte_writer.h>
#include <parallax/dns/name.h>
#include <parallax/dns/rr_type.h>

#include <stddef.h>
#include <stdint.h>

enum plx_job_kind {
	PLX_JOB_LOOKUP = 1, // (name, type) as it is
	PLX_JOB_RELEVANT_CAA =
		2, // the relevant CAA RRset of the name, without its "*.": the climb of RFC 8659 section 3
};

enum plx_priority {
	PLX_PRIORITY_INTERACTIVE = 0,
	PLX_PRIORITY_BULK = 1, // waits whenever interactive work is there
};

enum plx_resolution {
	PLX_RESOLUTION_STUB = 0, // through the upstream resolvers
	PLX_RESOLUTION_ITERATIVE =
		1, // from the root servers down, validated here (docs/iteration.md)
	PLX_RESOLUTION_COUNT
};

// The words that options, settings and outputs use. Static storage; "unknown" for another value.
const char *plx_resolution_name(enum plx_resolution resolution);
// -EINVAL for a word that is none of them.
PLX_MUST_CHECK int plx_resolution_parse(const char *text, enum plx_resolution *ret_resolution);

#define PLX_JOB_TCP_ONLY 0x01 // ask by TCP from the start
// What a benchmark leaves out of it (docs/bench.md): it measures a server, so each job must be one query. Jobs with
// such flags share no question with others, which therefore lose nothing of their safety. Nobody else sets them.
#define PLX_JOB_UNMERGED 0x02 // a query of its own, even while the same question is open
// The first acceptable answer ends it, whatever it says: no TCP after a truncated or suspect one, no EDNS downgrade, no
// other server, no alias followed. The result has status ANSWERED or TRUNCATED, PLX_CAUSE_UNJUDGED and no records.
#define PLX_JOB_FIRST_ANSWER 0x04
#define PLX_JOB_PATIENT                                                                            \
	0x08 // a query waits until the deadline, not as long as its server usually takes
#define PLX_JOB_BENCHMARK (PLX_JOB_UNMERGED | PLX_JOB_FIRST_ANSWER | PLX_JOB_PATIENT)

// Of iterative look-ups only.
#define PLX_JOB_NO_CACHE 0x10 // evidence: nothing remembered but the root and the TLD of the name
#define PLX_JOB_TRACE 0x20    // the result carries every query and response (exchange/trace.h)

#define PLX_JOB_ATTEMPTS_DEFAULT 6
#define PLX_JOB_ATTEMPTS_MAX 64
#define PLX_JOB_TIMEOUT_MS_DEFAULT 8000
#define PLX_JOB_TIMEOUT_MS_MAX 120000

struct plx_job {
	uint64_t tag; // the client's own; comes back in the result
	uint16_t qtype;
	uint8_t kind;        // enum plx_job_kind
	uint8_t flags;       // PLX_JOB_*
	uint8_t resolution;  // enum plx_resolution
	uint8_t attempts;    // queries per question at most; 0 means the default
	uint32_t timeout_ms; // for the whole look-up; 0 means the default
	struct plx_name name;
};

#define PLX_JOB_RECORD_MAX (8 + 2 + 1 + 1 + 1 + 1 + 4 + 1 + PLX_NAME_MAX)

// The type that is asked for: CAA, where the kind leaves no other.
static inline uint16_t plx_job_qtype(const struct plx_job *job)
{
	return job->kind == PLX_JOB_RELEVANT_CAA && job->qtype == 0 ? PLX_TYPE_CAA : job->qtype;
}

static inline uint32_t plx_job_record_bytes(const struct plx_job *job)
{
	return PLX_JOB_RECORD_MAX - PLX_NAME_MAX + job->name.length;
}

// One job as ring bytes and back. Reading checks everything (kind, limits, a well-formed name, exact length),
// since the other process may be hostile: -EINVAL. The writer returns the record's length. The qtype of
// PLX_JOB_RELEVANT_CAA may be CAA or 0 and reads as CAA; that of PLX_JOB_LOOKUP may be anything but a meta-type.
size_t plx_job_write(const struct plx_job *job, uint8_t ret_record[static PLX_JOB_RECORD_MAX]);
// The same with another tag, into room for plx_job_record_bytes().
size_t plx_job_write_tagged(const struct plx_job *job, uint64_t tag, uint8_t *ret_record);
// -EINVAL when the reader would refuse it.
PLX_MUST_CHECK int plx_job_check(const struct plx_job *job);
PLX_MUST_CHECK int plx_job_read(const uint8_t *record, size_t length, struct plx_job *ret_job);
// The same for a record in memory that the other process may change meanwhile: it is copied before it is looked at, and
// what was copied is checked. `readable` octets may be read from its beginning on, which are at least `length`. On -EINVAL
// ret_job holds anything.
PLX_MUST_CHECK int plx_job_take(const uint8_t *shared, size_t length, size_t readable,
				struct plx_job *ret_job);

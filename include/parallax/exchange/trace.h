// SPDX-License-Identifier: BSD-3-Clause
// How an iterative look-up came to its result (PLX_JOB_TRACE): every query, every response octet by octet, and how each
// was judged. The last `trace_length` octets of a result's body: steps one after the other, integers big-endian.
// From it, evidence is stored, explained and judged again.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/byte_reader.h>
#include <parallax/base/byte_writer.h>
#include <parallax/base/ip_address.h>
#include <parallax/dns/name.h>
#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stdint.h>

// Room for traces in a result's body. A step that has no room loses its octets first, then itself, and the trace says
// so: its last step is then PLX_TRACE_CUT.
#define PLX_TRACE_BYTES_MAX (128 * 1024)
#define PLX_TRACE_STEPS_MAX 256
#define PLX_TRACE_CUT_BYTES 33 // of such a last step

enum plx_trace_kind {
	PLX_TRACE_NOT_EVALUATED = 0,
	PLX_TRACE_QUERY,      // asked `server`, of `zone`, for (name, type)
	PLX_TRACE_REMEMBERED, // a denial of (name, type) from the cache
	PLX_TRACE_PROOF, // (name, type) was judged: what was found (verdict), and dnssec with its cause
	PLX_TRACE_CUT, // there was more
	PLX_TRACE_KIND_COUNT
};

// What was made of a response: zone_reply.h. Of a PROOF: RECORDS, NODATA or NXDOMAIN at the end of the aliases, or FAILED
// when there is no answer and only the state of `zone` was judged.
enum plx_trace_verdict {
	PLX_TRACE_VERDICT_NONE = 0, // of REMEMBERED and CUT
	PLX_TRACE_RECORDS,
	PLX_TRACE_ALIAS,
	PLX_TRACE_NODATA,
	PLX_TRACE_NXDOMAIN,
	PLX_TRACE_REFERRAL,
	PLX_TRACE_TRUNCATED,
	PLX_TRACE_LAME,
	PLX_TRACE_FAILED, // an RCODE that answers nothing
	PLX_TRACE_BROKEN,
	PLX_TRACE_ALIAS_LOOP,
	PLX_TRACE_ALIAS_LIMIT,
	PLX_TRACE_ALIAS_TOO_LONG,
	PLX_TRACE_TIMEOUT,
	PLX_TRACE_UNREACHABLE,
	PLX_TRACE_VERDICT_COUNT
};

struct plx_trace_step {
	uint8_t kind;    // enum plx_trace_kind
	uint8_t verdict; // enum plx_trace_verdict
	uint8_t depth; // 0: the question; above it: addresses of name servers; DS and DNSKEY count as depth 0
	uint8_t transport; // enum plx_transport, of QUERY
	uint8_t dnssec;    // enum plx_dnssec, of PROOF
	uint8_t cause;     // enum dnssec_cause, of PROOF
	uint16_t ede_code; // RFC 8914 info-code + 1, of PROOF; 0: none
	uint16_t type;
	uint32_t at_us;      // when it was sent or judged, since the look-up began
	uint32_t rtt_us;     // of a response
	int64_t judged_at_s; // of PROOF: the Unix time by which signatures were judged, else 0
	// IP family 0: none, as of all but QUERY.
	struct plx_endpoint server;
	// Length 0: none. Of QUERY: whose server was asked. Of PROOF: where the state was decided; if it FAILED, whose state
	// was asked for.
	struct plx_name zone;
	struct plx_name
		name; // asked for or judged; of QUERY as it was sent, which may be a shortened one
	// Views into the trace; NULL when there are none. At most 65535 octets each.
	uint32_t query_length;
	uint32_t response_length;
	const uint8_t *query;
	const uint8_t *response;
};

// A failed writer means that there is no room: nothing of the step counts then, and the position is as before.
void plx_trace_write(struct plx_writer *writer, const struct plx_trace_step *step);
// The same, into a writer that has PLX_TRACE_CUT_BYTES left: without the octets when they have no room. False: the step has
// none, a CUT is written in its place and nothing may follow it. Never fails the writer.
PLX_MUST_CHECK bool plx_trace_add(struct plx_writer *writer, const struct plx_trace_step *step);
// The next step. 1; 0 at the end; -EINVAL for octets that are no step, ret_step is untouched then.
PLX_MUST_CHECK int plx_trace_read(struct plx_reader *reader, struct plx_trace_step *ret_step);
// False: something of it had no room (a CUT, or a response without its octets), or it cannot be read. Whoever judges it again
// can never agree with it then.
PLX_MUST_CHECK bool plx_trace_is_whole(struct plx_reader trace);
// The trace of a result, empty when it has none. The view was opened by plx_result_open, which checks that it fits.
struct plx_reader plx_result_trace(const struct plx_result *result, const uint8_t *body);
const char *plx_trace_kind_name(enum plx_trace_kind kind);
const char *plx_trace_verdict_name(enum plx_trace_verdict verdict);

// SPDX-License-Identifier: BSD-3-Clause
// What the dataplane answers: one compact binary record per job. Text (JSON and others) is made by clients.
// Zeroed memory reads as NOT_EVALUATED, which is never an answer.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/byte_reader.h>
#include <parallax/base/byte_writer.h>
#include <parallax/base/ip_address.h>
#include <parallax/dns/name.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum plx_status {
	PLX_STATUS_NOT_EVALUATED = 0,
	PLX_STATUS_ANSWERED, // a server's RCODE decides: NOERROR and NXDOMAIN are definitive, all others failures
	PLX_STATUS_TIMEOUT,   // no acceptable answer before the deadline or within the attempts
	PLX_STATUS_TRUNCATED, // TC=1 and no whole answer by TCP
	PLX_STATUS_MALFORMED, // the answer cannot be read
	PLX_STATUS_BOGUS,     // DNSSEC validation failed
	PLX_STATUS_LAME,      // the server is not one for this name (referral, neither AA nor RA)
	PLX_STATUS_LOOP,      // the aliases run in a circle
	PLX_STATUS_LIMIT,     // a named work limit was reached
	PLX_STATUS_INVALID_NAME, // the name never became a query
	PLX_STATUS_LOST, // the dataplane ended or hung before it answered (made by the client library)
	PLX_STATUS_CANCELLED, // drained: refused before it was started
	PLX_STATUS_COUNT
};

enum plx_dnssec {
	// Stub: what an upstream says that is marked trusted. Iterative: what was proved here.
	PLX_DNSSEC_UNCHECKED = 0, // nobody trusted validated it
	PLX_DNSSEC_SECURE,        // AD from an upstream marked trusted
	// A definitive answer without AD from such an upstream, never a failure; proved here also of the zone that failed.
	PLX_DNSSEC_INSECURE,
	PLX_DNSSEC_BOGUS,
	PLX_DNSSEC_INDETERMINATE, // such an upstream failed, or DO did not reach it
	PLX_DNSSEC_COUNT
};

enum plx_transport {
	PLX_TRANSPORT_NONE = 0,
	PLX_TRANSPORT_UDP,
	PLX_TRANSPORT_TCP,
	PLX_TRANSPORT_COUNT
};

// Why a status is what it is: one sentence each (plx_cause_text), in the `error` field of output lines.
enum plx_cause {
	PLX_CAUSE_NONE = 0,
	PLX_CAUSE_RCODE,         // every server asked gave this RCODE
	PLX_CAUSE_NO_ANSWER,     // attempts or deadline used up without an answer
	PLX_CAUSE_NO_SERVER,     // no upstream is configured, reachable or healthy
	PLX_CAUSE_TCP_REFUSED,   // truncated by UDP, refused by TCP
	PLX_CAUSE_TCP_FAILED,    // truncated or suspected by UDP, no answer by TCP
	PLX_CAUSE_TCP_TRUNCATED, // TC=1 over TCP
	PLX_CAUSE_BAD_MESSAGE,
	PLX_CAUSE_SPOOF_SUSPECTED, // forged answers arrived and TCP could not settle it
	PLX_CAUSE_NOT_AUTHORITATIVE,
	PLX_CAUSE_ALIAS_LOOP,
	PLX_CAUSE_ALIAS_LIMIT,
	PLX_CAUSE_QUERY_LIMIT,
	PLX_CAUSE_RESULT_TOO_LARGE,
	PLX_CAUSE_VALIDATION_FAILED, // here, or a trusted validating upstream says bogus (RFC 8914)
	PLX_CAUSE_UNREAD, // the client left so many results unread that this one could not be kept
	PLX_CAUSE_DATAPLANE_LOST,
	PLX_CAUSE_DRAINED,
	PLX_CAUSE_DATAPLANE_SILENT, // it is there, but hangs
	// Of iterative look-ups.
	PLX_CAUSE_UNREACHABLE,    // no way leads to the zone's servers
	PLX_CAUSE_NO_ADDRESS,     // none of the zone's servers has an address that we can ask
	PLX_CAUSE_SERVER_LOOP,    // the zone's servers can be found by asking that zone only
	PLX_CAUSE_ALIAS_TOO_LONG, // a DNAME yields a name of more than 255 octets
	PLX_CAUSE_WORK_LIMIT,     // of referrals or look-ups of servers, docs/iteration.md
	PLX_CAUSE_NO_PROOF,       // the DS or DNSKEY records of its proof could not be had
	PLX_CAUSE_OVERLOAD,       // ours: no memory for one look-up more
	PLX_CAUSE_NO_ROOT,        // ours: no root server is known
	PLX_CAUSE_UNJUDGED, // PLX_JOB_FIRST_ANSWER: an answer came, and what it says is not known
	PLX_CAUSE_NO_ITERATION, // an iterative look-up, and the dataplane was started without them
	PLX_CAUSE_COUNT
};

#define PLX_ALIASES_MAX 8 // hops followed for CAA and DCV (BIND and Unbound: 11, Knot Resolver: 13)
// Room for a whole 64 KiB message with its names decompressed; beyond it the status is LIMIT.
#define PLX_RESULT_BODY_MAX (256 * 1024)

// Fixed part, host byte order, same layout in both processes (asserted in result.c).
struct plx_result {
	uint64_t tag;
	uint64_t time_ns; // CLOCK_REALTIME when it was decided
	uint32_t rtt_us;  // of the accepted answer; 0 when there is none
	uint32_t body_length;
	uint16_t rcode;
	uint16_t qtype;
	uint16_t queries; // sent for this job, parents and aliases included
	uint16_t record_count;
	uint16_t ede_code; // RFC 8914 info-code + 1; 0 when absent
	uint8_t alias_count;
	uint8_t attempts;     // for the question that decided
	uint8_t status;       // enum plx_status
	uint8_t dnssec;       // enum plx_dnssec
	uint8_t transport;    // enum plx_transport
	uint8_t cause;        // enum plx_cause
	uint8_t has_found_at; // relevant CAA: an ancestor (or the name itself) has CAA
	uint8_t reserved;
	uint16_t answer_bytes; // of the DNS message that answered; 0 when none did
	uint8_t reserved_2[2];
	struct plx_endpoint server; // zero when none answered
	uint8_t padding[2];
	uint32_t
		trace_length; // octets at the end of the body, exchange/trace.h; part of body_length
};

// The body: [found_at name if has_found_at] [owner of the records if record_count] [alias_count targets in order]
// [record_count times: u32 ttl, u16 rdata_length, rdata with names decompressed], integers big-endian, names as
// u8 length + wire. [trace_length octets: exchange/trace.h]

// The dataplane writes it in that order; a failed writer means that the result is too large. RDATA is written by the
// caller (plx_rdata_expand) between begin, which returns where it starts, and end, which fills in its length.
void plx_result_body_name(struct plx_writer *writer, const struct plx_name *name);
size_t plx_result_body_record_begin(struct plx_writer *writer, uint32_t ttl);
void plx_result_body_record_end(struct plx_writer *writer, size_t rdata_start);

// Clients read it.
struct plx_result_view {
	const struct plx_result *result;
	struct plx_name found_at;
	struct plx_name owner;
	struct plx_name aliases[PLX_ALIASES_MAX];
	struct plx_reader records;
};

struct plx_result_record {
	uint32_t ttl;
	uint16_t rdata_length;
	const uint8_t *rdata;
};

// Opens `body` (result->body_length bytes) for reading. -EINVAL when it is inconsistent.
PLX_MUST_CHECK int plx_result_open(const struct plx_result *result, const uint8_t *body,
				   struct plx_result_view *ret_view);
// The next record; false after the last.
bool plx_result_next(struct plx_result_view *view, struct plx_result_record *ret_record);

// "NOERROR", "NXDOMAIN", "TIMEOUT" ...: the status field of every output format. Static storage except for
// unnumbered RCODEs, which are written to `text`.
const char *plx_status_format(const struct plx_result *result, char text[static 12]);
const char *plx_status_name(enum plx_status status);
const char *plx_dnssec_name(enum plx_dnssec dnssec);
const char *plx_transport_name(enum plx_transport transport); // "udp", "tcp", "none"
const char *plx_cause_text(enum plx_cause cause);
// What the registry calls an extended DNS error (RFC 8914 5.2): "Signature Expired"; "unassigned".
const char *plx_ede_name(uint16_t info_code);
// ANSWERED with NOERROR or NXDOMAIN, judged, and without a cause against it: anything else is a failure.
PLX_PURE bool plx_result_is_definitive(const struct plx_result *result);

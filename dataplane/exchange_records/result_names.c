// SPDX-License-Identifier: BSD-3-Clause
// The words that outputs use for the enums of a result. A value without a word does not compile away: every table
// is as long as its enum, and a test looks for gaps.

#include <parallax/dns/rr_type.h>
#include <parallax/exchange/result.h>

_Static_assert(PLX_RCODE_TEXT_MAX <= 12,
	       "plx_status_format lends its 12 octets to plx_rcode_format");

static const char *const status_names[PLX_STATUS_COUNT] = {
	[PLX_STATUS_NOT_EVALUATED] = "NOT_EVALUATED",
	[PLX_STATUS_ANSWERED] = "ANSWERED",
	[PLX_STATUS_TIMEOUT] = "TIMEOUT",
	[PLX_STATUS_TRUNCATED] = "TRUNCATED",
	[PLX_STATUS_MALFORMED] = "MALFORMED",
	[PLX_STATUS_BOGUS] = "BOGUS",
	[PLX_STATUS_LAME] = "LAME",
	[PLX_STATUS_LOOP] = "LOOP",
	[PLX_STATUS_LIMIT] = "LIMIT",
	[PLX_STATUS_INVALID_NAME] = "INVALID_NAME",
	[PLX_STATUS_LOST] = "LOST",
	[PLX_STATUS_CANCELLED] = "CANCELLED",
};

static const char *const dnssec_names[PLX_DNSSEC_COUNT] = {
	[PLX_DNSSEC_UNCHECKED] = "unchecked",         [PLX_DNSSEC_SECURE] = "secure",
	[PLX_DNSSEC_INSECURE] = "insecure",           [PLX_DNSSEC_BOGUS] = "bogus",
	[PLX_DNSSEC_INDETERMINATE] = "indeterminate",
};

static const char *const transport_names[PLX_TRANSPORT_COUNT] = {
	[PLX_TRANSPORT_NONE] = "none",
	[PLX_TRANSPORT_UDP] = "udp",
	[PLX_TRANSPORT_TCP] = "tcp",
};

static const char *const cause_texts[PLX_CAUSE_COUNT] = {
	[PLX_CAUSE_NONE] = "",
	[PLX_CAUSE_RCODE] = "every server asked gave this RCODE",
	[PLX_CAUSE_NO_ANSWER] = "no acceptable answer arrived within the attempts and the deadline",
	[PLX_CAUSE_NO_SERVER] = "no upstream server is configured, reachable or healthy",
	[PLX_CAUSE_TCP_REFUSED] =
		"the answer was truncated by UDP and the server refused the TCP connection",
	[PLX_CAUSE_TCP_FAILED] = "UDP did not give a whole answer and TCP gave none",
	[PLX_CAUSE_TCP_TRUNCATED] = "the answer was marked as truncated over TCP",
	[PLX_CAUSE_BAD_MESSAGE] = "the answer cannot be read",
	[PLX_CAUSE_SPOOF_SUSPECTED] =
		"forged answers arrived and TCP could not settle the question",
	[PLX_CAUSE_NOT_AUTHORITATIVE] =
		"the server is neither authoritative nor recursive for this name",
	[PLX_CAUSE_ALIAS_LOOP] = "the aliases run in a circle",
	[PLX_CAUSE_ALIAS_LIMIT] = "the chain of aliases is too long",
	[PLX_CAUSE_QUERY_LIMIT] = "the look-up needs more queries than one may send",
	[PLX_CAUSE_RESULT_TOO_LARGE] = "the records do not fit into a result",
	[PLX_CAUSE_VALIDATION_FAILED] = "DNSSEC validation says that the answer is bogus",
	[PLX_CAUSE_UNREAD] = "the client left too many results unread for this one to be kept",
	[PLX_CAUSE_DATAPLANE_LOST] = "the dataplane ended before it answered",
	[PLX_CAUSE_DATAPLANE_SILENT] = "the dataplane does not respond",
	[PLX_CAUSE_UNREACHABLE] = "no way leads to the servers of the zone",
	[PLX_CAUSE_NO_ADDRESS] = "no server of the zone has an address that can be asked",
	[PLX_CAUSE_SERVER_LOOP] = "the servers of the zone can be found by asking that zone only",
	[PLX_CAUSE_ALIAS_TOO_LONG] = "an alias leads to a name that is too long",
	[PLX_CAUSE_WORK_LIMIT] = "the look-up needs more work than one may cause",
	[PLX_CAUSE_NO_PROOF] =
		"the records that would prove or disprove the answer could not be had",
	[PLX_CAUSE_OVERLOAD] = "the dataplane has no room for one more look-up",
	[PLX_CAUSE_NO_ROOT] = "no root server is known",
	[PLX_CAUSE_UNJUDGED] = "the first answer was taken and not judged, as asked for",
	[PLX_CAUSE_NO_ITERATION] = "the dataplane was started without iterative look-ups",
	[PLX_CAUSE_DRAINED] = "the dataplane was draining and did not start the look-up",
};

// The registry of RFC 8914 5.2, in its order, as far as it went in 2025.
static const char *const ede_names[] = {
	"Other Error",
	"Unsupported DNSKEY Algorithm",
	"Unsupported DS Digest Type",
	"Stale Answer",
	"Forged Answer",
	"DNSSEC Indeterminate",
	"DNSSEC Bogus",
	"Signature Expired",
	"Signature Not Yet Valid",
	"DNSKEY Missing",
	"RRSIGs Missing",
	"No Zone Key Bit Set",
	"NSEC Missing",
	"Cached Error",
	"Not Ready",
	"Blocked",
	"Censored",
	"Filtered",
	"Prohibited",
	"Stale NXDomain Answer",
	"Not Authoritative",
	"Not Supported",
	"No Reachable Authority",
	"Network Error",
	"Invalid Data",
	"Signature Expired before Valid",
	"Too Early",
	"Unsupported NSEC3 Iterations Value",
	"Unable to conform to policy",
	"Synthesized",
};

static const char *name_at(const char *const *names, size_t count, unsigned index)
{
	return index < count && names[index] != NULL ? names[index] : "unknown";
}

const char *plx_status_name(enum plx_status status)
{
	return name_at(status_names, PLX_STATUS_COUNT, status);
}

const char *plx_dnssec_name(enum plx_dnssec dnssec)
{
	return name_at(dnssec_names, PLX_DNSSEC_COUNT, dnssec);
}

const char *plx_transport_name(enum plx_transport transport)
{
	return name_at(transport_names, PLX_TRANSPORT_COUNT, transport);
}

const char *plx_cause_text(enum plx_cause cause)
{
	return name_at(cause_texts, PLX_CAUSE_COUNT, cause);
}

const char *plx_ede_name(uint16_t info_code)
{
	return info_code < sizeof(ede_names) / sizeof(ede_names[0]) ? ede_names[info_code]
								    : "unassigned";
}

const char *plx_status_format(const struct plx_result *result, char text[static 12])
{
	if (result->status == PLX_STATUS_ANSWERED) {
		return plx_rcode_format(result->rcode, text);
	}
	return plx_status_name((enum plx_status)result->status);
}

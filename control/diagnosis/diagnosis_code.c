// SPDX-License-Identifier: BSD-3-Clause
// The table of codes and advice.

#include "diagnosis/diagnosis_code.h"

static const struct {
	const char *name;
	const char *advice;
} codes[DIAGNOSIS_CODE_COUNT] = {
	[DIAGNOSIS_NONE] = {"none", ""},
	[DIAGNOSIS_HTTP_GEO_BLOCKED] =
		{"http-geo-blocked",
		 "The web server or its CDN turns away requests from some parts of the world. "
		 "Exempt "
		 "the challenge's path below /.well-known/ from geographic rules."},
	[DIAGNOSIS_HTTP_FIREWALLED] =
		{"http-firewalled",
		 "Connections to the web server are dropped or refused from these places. Open "
		 "port "
		 "80 (443 for tls-alpn-01), for IPv4 and IPv6, to the whole Internet in firewalls "
		 "and DDoS protection."},
	[DIAGNOSIS_HTTP_ALLOW_LIST] =
		{"http-allow-list",
		 "The web server admits only addresses that it knows. The addresses of "
		 "perspectives "
		 "change and are not published: open the challenge's path to everybody, or "
		 "validate by DNS."},
	[DIAGNOSIS_HTTP_USER_AGENT_FILTERED] =
		{"http-user-agent-filtered",
		 "The web server answers other User-Agents than ours. Exempt the challenge's path "
		 "below /.well-known/ from bot filters."},
	[DIAGNOSIS_HTTP_REDIRECT_DIFFERS] =
		{"http-redirect-differs",
		 "Visitors are redirected to another place depending on where they come from. "
		 "Serve "
		 "the challenge's path without a redirect, or with the same one for everybody."},
	[DIAGNOSIS_HTTP_CONTENT_DIFFERS] =
		{"http-content-differs",
		 "The challenge is served to some visitors and not to others. Publish it on every "
		 "web server, CDN node and address (IPv4 and IPv6) of the name, and exclude it "
		 "from caches and rate limits."},
	[DIAGNOSIS_DNS_DIFFERS_BY_LOCATION] =
		{"dns-differs-by-location",
		 "The name servers answer differently depending on who asks. Publish the same "
		 "records in every view and on every name server, and wait until all serve them."},
	[DIAGNOSIS_DNS_SERVER_UNREACHABLE] =
		{"dns-server-unreachable",
		 "The name servers give these places no usable answer. Let all of the Internet ask "
		 "them on port 53 by UDP and TCP, and check that each server of the delegation "
		 "answers for the zone."},
	[DIAGNOSIS_DNS_TYPE_REFUSED] =
		{"dns-type-refused",
		 "The name servers answer other questions but not those for this record type. "
		 "Update or reconfigure name server, load balancer or firewall so that TXT and CAA "
		 "are answered, if only with an empty answer."},
	[DIAGNOSIS_DNSSEC_BOGUS] = {"dnssec-bogus",
				    "DNSSEC validation fails. Renew expired signatures, and make "
				    "the DS records at the "
				    "parent match the keys of the zone, or remove them."},
	[DIAGNOSIS_CHALLENGE_MISSING_EVERYWHERE] =
		{"challenge-missing-everywhere",
		 "No perspective finds the challenge. Publish exactly the value that was issued, "
		 "under the name or path that was given, and order again once it can be seen."},
	[DIAGNOSIS_CHALLENGE_REMOVED_EARLY] =
		{"challenge-removed-early",
		 "The challenge was there and was removed before every perspective had looked. "
		 "Keep "
		 "it until the order is decided, not only until the first request."},
	[DIAGNOSIS_CAA_DIFFERS_BY_LOCATION] =
		{"caa-differs-by-location",
		 "CAA allows the certificate in some places and forbids it in others. Publish the "
		 "same CAA records in every view and on every name server of the zone."},
	[DIAGNOSIS_CAA_PROHIBITS_EVERYWHERE] =
		{"caa-prohibits-everywhere",
		 "The CAA records do not allow us to issue. Add a record that names this CA (for "
		 "wildcards: issuewild), or correct its parameters."},
	[DIAGNOSIS_PERSPECTIVE_DOWN] =
		{"perspective-down",
		 "Our own perspective could not be asked or could not work. Nothing needs to be "
		 "done at your side: order again later."},
};

const char *diagnosis_code_name(enum diagnosis_code code)
{
	return (unsigned)code < DIAGNOSIS_CODE_COUNT ? codes[code].name : codes[0].name;
}

const char *diagnosis_code_advice(enum diagnosis_code code)
{
	return (unsigned)code < DIAGNOSIS_CODE_COUNT ? codes[code].advice : codes[0].advice;
}

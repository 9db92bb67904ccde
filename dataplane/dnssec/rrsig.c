// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/rrsig.h"

#include "dnssec/name_order.h"
#include "dnssec/wire_name.h"

#include <parallax/base/byte_reader.h>
#include <parallax/base/error.h>

int rrsig_parse(const uint8_t *rdata, size_t length, struct rrsig *ret_rrsig)
{
	struct plx_reader reader = plx_reader_init(rdata, length);
	struct rrsig rrsig = {.rdata = rdata};
	rrsig.type_covered = plx_read_u16(&reader);
	rrsig.algorithm = plx_read_u8(&reader);
	rrsig.labels = plx_read_u8(&reader);
	rrsig.original_ttl_s = plx_read_u32(&reader);
	rrsig.expiration = plx_read_u32(&reader);
	rrsig.inception = plx_read_u32(&reader);
	rrsig.tag = plx_read_u16(&reader);
	wire_name_read(&reader, &rrsig.signer);
	size_t signature_length = plx_reader_left(&reader);
	if (reader.failed || signature_length == 0 || length > UINT16_MAX) {
		return PLX_ERR_DNS_RDATA;
	}
	rrsig.signature = rdata + reader.position;
	rrsig.signature_length = (uint16_t)signature_length;
	*ret_rrsig = rrsig;
	return 0;
}

// RFC 1982 3.2: is `a` before `b`? Exactly half the circle apart is undefined there, and not before here.
static bool serial_is_before(uint32_t a, uint32_t b)
{
	uint32_t distance = b - a;
	return distance != 0 && distance < UINT32_C(0x80000000);
}

enum dnssec_cause rrsig_check(const struct rrsig *rrsig, const struct plx_name *owner,
			      const struct plx_name *zone, int64_t now_s)
{
	uint32_t now = (uint32_t)now_s;
	if (!plx_name_equal(&rrsig->signer, zone) || !plx_name_is_below(owner, zone)) {
		return DNSSEC_CAUSE_SIGNER;
	}
	// Fewer labels than the signer would be a wildcard above the zone (BIND CVE-2026-11721).
	if (rrsig->labels > name_signed_labels(owner) ||
	    rrsig->labels < plx_name_label_count(zone)) {
		return DNSSEC_CAUSE_LABELS;
	}
	// Both ends belong to the validity. An expiration that does not follow its inception never held.
	if (now != rrsig->inception && !serial_is_before(rrsig->inception, now)) {
		return DNSSEC_CAUSE_NOT_YET_VALID;
	}
	if ((now != rrsig->expiration && !serial_is_before(now, rrsig->expiration)) ||
	    (rrsig->inception != rrsig->expiration &&
	     !serial_is_before(rrsig->inception, rrsig->expiration))) {
		return DNSSEC_CAUSE_EXPIRED;
	}
	return DNSSEC_CAUSE_NONE;
}

uint32_t rrsig_limit_ttl(const struct rrsig *rrsig, uint32_t ttl_s, int64_t now_s)
{
	uint32_t valid_for_s = rrsig->expiration - (uint32_t)now_s;
	ttl_s = rrsig->original_ttl_s < ttl_s ? rrsig->original_ttl_s : ttl_s;
	return valid_for_s < ttl_s ? valid_for_s : ttl_s;
}

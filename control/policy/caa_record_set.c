// SPDX-License-Identifier: BSD-3-Clause
// One pass over all records before any of them is judged.

#include "policy/caa_record_set.h"

#include <parallax/dns/record.h>
#include <parallax/dns/rr_type.h>

// RFC 2181 8: a TTL with its highest bit set is 0.
#define TTL_SIGN_BIT 0x80000000u

static enum caa_set_state records_check(struct plx_result_view *view, uint32_t *ret_ttl)
{
	struct plx_result_record record;
	struct plx_caa caa;
	uint32_t least = UINT32_MAX;
	while (plx_result_next(view, &record)) {
		if (plx_caa_parse(record.rdata, record.rdata_length, &caa) != 0) {
			return CAA_SET_MALFORMED;
		}
		uint32_t ttl = record.ttl & TTL_SIGN_BIT ? 0 : record.ttl;
		least = ttl < least ? ttl : least;
	}
	*ret_ttl = least;
	return CAA_SET_RECORDS;
}

void caa_record_set_read(const struct plx_result *result, const uint8_t *body,
			 struct caa_record_set *ret_set)
{
	struct caa_record_set set = {.state = CAA_SET_INCONSISTENT, .result = *result};
	struct plx_result_view view PLX_UNINITIALIZED;
	if (plx_result_open(result, body, &view) != 0) {
		*ret_set = set;
		return;
	}
	if (result->status == PLX_STATUS_NOT_EVALUATED) {
		set.state = CAA_SET_NOT_READ;
	} else if (result->status == PLX_STATUS_BOGUS || result->dnssec == PLX_DNSSEC_BOGUS) {
		set.state = CAA_SET_BOGUS;
	} else if (!plx_result_is_definitive(result)) {
		set.state = CAA_SET_FAILED;
	} else if (result->qtype != PLX_TYPE_CAA) {
		set.state = CAA_SET_INCONSISTENT;
	} else if (result->record_count == 0) {
		// A place where records were found, but no records: one of the two is wrong.
		set.state = result->has_found_at ? CAA_SET_INCONSISTENT : CAA_SET_EMPTY;
	} else if (result->rcode == PLX_RCODE_NOERROR && result->has_found_at) {
		set.records = view.records;
		set.state = records_check(&view, &set.ttl);
	}
	*ret_set = set;
}

bool caa_record_next(struct plx_reader *records, struct caa_record *ret_record)
{
	struct plx_caa caa;
	if (plx_reader_left(records) == 0) {
		return false;
	}
	(void)plx_read_u32(records); // TTL
	uint16_t length = plx_read_u16(records);
	const uint8_t *rdata = plx_read_bytes(records, length);
	// Cannot happen after caa_record_set_read.
	if (rdata == NULL || plx_caa_parse(rdata, length, &caa) != 0) {
		return false;
	}
	*ret_record = (struct caa_record) {
		.flags = caa.flags,
		.tag_length = caa.tag_length,
		.value_length = caa.value_length,
		.tag = caa.tag,
		.value = (const char *)caa.value,
	};
	return true;
}

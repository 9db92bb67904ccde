// SPDX-License-Identifier: BSD-3-Clause
// Counting results by status and by DNSSEC state.

#include "sweep/tally.h"

#include <parallax/dns/rr_type.h>

void tally_result(struct tally *tally, const struct plx_result *result)
{
	tally->results++;
	tally->queries += result->queries;
	tally->retries += result->attempts > 1 ? result->attempts - 1u : 0;
	tally->records += result->record_count;
	tally->tcp += result->transport == PLX_TRANSPORT_TCP;
	tally->failures += !plx_result_is_definitive(result);
	if (result->status == PLX_STATUS_ANSWERED) {
		unsigned rcode = result->rcode < TALLY_RCODES ? result->rcode : TALLY_RCODES;
		tally->rcodes[rcode]++;
	} else if (result->status < PLX_STATUS_COUNT) {
		tally->statuses[result->status]++;
	}
	if (result->dnssec < PLX_DNSSEC_COUNT) {
		tally->dnssec[result->dnssec]++;
	}
}

void tally_add(struct tally *tally, const struct tally *other)
{
#define TALLY_ADD(name) tally->name += other->name;
	TALLY_COUNTERS(TALLY_ADD)
#undef TALLY_ADD
	for (unsigned i = 0; i <= TALLY_RCODES; i++) {
		tally->rcodes[i] += other->rcodes[i];
	}
	for (unsigned i = 0; i < PLX_STATUS_COUNT; i++) {
		tally->statuses[i] += other->statuses[i];
	}
	for (unsigned i = 0; i < PLX_DNSSEC_COUNT; i++) {
		tally->dnssec[i] += other->dnssec[i];
	}
}

bool tally_status(const struct tally *tally, unsigned *cursor, const char **ret_name,
		  uint64_t *ret_count, char text[static 12])
{
	while (*cursor <= TALLY_RCODES + PLX_STATUS_COUNT) {
		unsigned slot = (*cursor)++;
		if (slot <= TALLY_RCODES) {
			if (tally->rcodes[slot] > 0) {
				*ret_count = tally->rcodes[slot];
				*ret_name = slot == TALLY_RCODES
						    ? "other RCODE"
						    : plx_rcode_format((uint16_t)slot, text);
				return true;
			}
		} else if (tally->statuses[slot - TALLY_RCODES - 1] > 0) {
			*ret_count = tally->statuses[slot - TALLY_RCODES - 1];
			*ret_name = plx_status_name((enum plx_status)(slot - TALLY_RCODES - 1));
			return true;
		}
	}
	return false;
}

bool tally_dnssec(const struct tally *tally, unsigned *cursor, const char **ret_name,
		  uint64_t *ret_count)
{
	static const enum plx_dnssec order[PLX_DNSSEC_COUNT] = {
		PLX_DNSSEC_SECURE,        PLX_DNSSEC_INSECURE,  PLX_DNSSEC_BOGUS,
		PLX_DNSSEC_INDETERMINATE, PLX_DNSSEC_UNCHECKED,
	};
	while (*cursor < PLX_DNSSEC_COUNT) {
		enum plx_dnssec dnssec = order[(*cursor)++];
		if (tally->dnssec[dnssec] > 0) {
			*ret_count = tally->dnssec[dnssec];
			*ret_name = plx_dnssec_name(dnssec);
			return true;
		}
	}
	return false;
}

// SPDX-License-Identifier: BSD-3-Clause
// The canonical form of RRsets in hostile messages (Unbound CVE-2026-56416 wrote past its end). First octet: labels of
// the signature. Oracle: records ascend strictly, none is longer than decompression can make it, the octets to sign have
// the length that the parts add up to, names already in canonical form stay as they are.

#include "dnssec/canonical_rrset.h"
#include "dnssec/name_order.h"

#include "fuzz_target.h"

#include <parallax/dns/record.h>
#include <parallax/dns/rr_type.h>

#include <string.h>

static struct canonical_workspace workspace;

static void check_order(void)
{
	for (unsigned i = 0; i < workspace.record_count; i++) {
		const struct canonical_record *record = &workspace.records[i];
		must(record->rdata >= workspace.rdata);
		must((size_t)(record->rdata - workspace.rdata) + record->length <=
		     sizeof(workspace.rdata));
		if (i == 0) {
			continue;
		}
		const struct canonical_record *before = &workspace.records[i - 1];
		size_t shorter = before->length < record->length ? before->length : record->length;
		int order = memcmp(before->rdata, record->rdata, shorter);
		must(order < 0 || (order == 0 && before->length < record->length));
	}
}

static void check_write(const struct rrset *rrset, uint8_t labels)
{
	static const uint8_t fixed[RRSIG_FIXED_BYTES];
	struct rrsig rrsig = {.rdata = fixed, .signer = {.length = 1}};
	unsigned own_labels = name_signed_labels(&rrset->owner);
	size_t length = 0;
	rrsig.labels = (uint8_t)(labels % (own_labels + 1));
	if (canonical_rrset_write(&workspace, rrset, &rrsig, &length) < 0) {
		return;
	}
	size_t owner_length = rrset->owner.length;
	if (rrsig.labels < own_labels) {
		struct plx_name encloser;
		name_suffix(&rrset->owner, rrsig.labels, &encloser);
		owner_length = encloser.length + 2U;
	}
	size_t expected = RRSIG_FIXED_BYTES + 1;
	for (unsigned i = 0; i < workspace.record_count; i++) {
		expected += owner_length + 10 + workspace.records[i].length;
	}
	must(length == expected && length <= sizeof(workspace.signed_octets));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_message message;
	if (size < 1 || plx_message_open(data + 1, size - 1, &message) < 0 ||
	    plx_message_check(&message) < 0) {
		return 0;
	}
	struct plx_record_cursor cursor = plx_message_records(&message);
	struct plx_record record;
	// Enough of them to see each kind of set; a message of thousands of sets would only be slow.
	for (unsigned i = 0; i < 32 && plx_message_next(&message, &cursor, &record); i++) {
		struct plx_name owner;
		struct rrset rrset;
		must(plx_message_name(&message, record.owner_offset, &owner, NULL) == 0);
		if (record.class != PLX_CLASS_IN) {
			continue;
		}
		must(rrset_find(&message, record.section, &owner, record.type, &rrset));
		must(rrset.record_count >= 1 && rrset.ttl_s <= record.ttl);
		if (canonical_rrset_read(&workspace, &rrset) < 0) {
			continue;
		}
		must(workspace.record_count >= 1 && workspace.record_count <= rrset.record_count);
		check_order();
		check_write(&rrset, data[0]);
	}
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/canonical_rrset.h"

#include "dns/rdata_layout.h"
#include "dnssec/name_order.h"

#include <parallax/base/byte_writer.h>
#include <parallax/base/error.h>
#include <parallax/dns/record.h>
#include <parallax/dns/rr_type.h>

#include <errno.h>
#include <stdlib.h>

// All types whose RDATA has a layout with names are in the list of RFC 4034 6.2 (A6 alone has none: such a record in
// mixed case fails its check). NSEC is not, by RFC 6840 5.1, and has no layout.
static void lower_names(uint16_t type, uint8_t *rdata, size_t length)
{
	const struct rdata_layout *layout = rdata_layout_find(type, PLX_CLASS_IN);
	if (layout == NULL || layout->names == 0) {
		return;
	}
	size_t at = layout->head_bytes;
	for (unsigned i = 0; i < layout->strings && at < length; i++) {
		at += 1U + rdata[at];
	}
	for (unsigned i = 0; i < layout->names; i++) {
		while (at < length && rdata[at] != 0) {
			size_t end = at + 1U + rdata[at];
			for (at++; at < end && at < length; at++) {
				rdata[at] = plx_ascii_lower(rdata[at]);
			}
		}
		at++;
	}
}

// RFC 4034 6.3: as octet strings aligned left, the absence of an octet before a zero octet.
static int record_compare(const void *a, const void *b)
{
	const struct canonical_record *first = a;
	const struct canonical_record *second = b;
	uint32_t shorter = first->length < second->length ? first->length : second->length;
	int order = shorter > 0 ? memcmp(first->rdata, second->rdata, shorter) : 0;
	if (order != 0) {
		return order;
	}
	return first->length < second->length ? -1 : first->length > second->length;
}

static void remove_duplicates(struct canonical_workspace *workspace)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < workspace->record_count; i++) {
		if (kept == 0 ||
		    record_compare(&workspace->records[kept - 1], &workspace->records[i]) != 0) {
			workspace->records[kept++] = workspace->records[i];
		}
	}
	workspace->record_count = kept;
}

int canonical_rrset_read(struct canonical_workspace *workspace, const struct rrset *rrset)
{
	struct plx_writer writer = plx_writer_init(workspace->rdata, sizeof(workspace->rdata));
	struct plx_record_cursor cursor = plx_message_records(rrset->message);
	struct plx_record record;
	workspace->record_count = 0;
	while (rrset_next(rrset, &cursor, &record)) {
		size_t start = writer.position;
		if (workspace->record_count == CANONICAL_RECORDS_MAX) {
			return PLX_ERR_DNS_LIMIT;
		}
		int error = plx_rdata_expand(rrset->message, &record, &writer);
		if (error < 0) {
			return error == -ENOSPC ? PLX_ERR_DNS_LIMIT : error;
		}
		size_t length = writer.position - start;
		lower_names(record.type, workspace->rdata + start, length);
		workspace->records[workspace->record_count++] = (struct canonical_record) {
			.rdata = workspace->rdata + start, .length = (uint32_t)length};
	}
	qsort(workspace->records, workspace->record_count, sizeof(workspace->records[0]),
	      record_compare);
	remove_duplicates(workspace);
	return 0;
}

// RFC 4035 5.3.2: the owner, or the wildcard that it was made from.
static bool signed_owner(const struct rrset *rrset, const struct rrsig *rrsig,
			 struct plx_name *ret_owner)
{
	if (rrsig->labels >= name_signed_labels(&rrset->owner)) {
		*ret_owner = rrset->owner;
		return true;
	}
	struct plx_name encloser;
	name_suffix(&rrset->owner, rrsig->labels, &encloser);
	return name_wildcard(&encloser, ret_owner);
}

int canonical_rrset_write(struct canonical_workspace *workspace, const struct rrset *rrset,
			  const struct rrsig *rrsig, size_t *ret_length)
{
	struct plx_writer writer =
		plx_writer_init(workspace->signed_octets, sizeof(workspace->signed_octets));
	struct plx_name owner;
	if (!signed_owner(rrset, rrsig, &owner)) {
		return PLX_ERR_DNS_LIMIT;
	}
	plx_write_bytes(&writer, rrsig->rdata, RRSIG_FIXED_BYTES);
	plx_write_bytes(&writer, rrsig->signer.wire, rrsig->signer.length);
	for (unsigned i = 0; i < workspace->record_count; i++) {
		const struct canonical_record *record = &workspace->records[i];
		if (record->length > UINT16_MAX) {
			return PLX_ERR_DNS_LIMIT;
		}
		plx_write_bytes(&writer, owner.wire, owner.length);
		plx_write_u16(&writer, rrset->type);
		plx_write_u16(&writer, PLX_CLASS_IN);
		plx_write_u32(&writer, rrsig->original_ttl_s);
		plx_write_u16(&writer, (uint16_t)record->length);
		plx_write_bytes(&writer, record->rdata, record->length);
	}
	if (writer.failed) {
		return PLX_ERR_DNS_LIMIT;
	}
	*ret_length = writer.position;
	return 0;
}

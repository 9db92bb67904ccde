// SPDX-License-Identifier: BSD-3-Clause
// The octets that a signature is made over (RFC 4034 3.1.8.1, 6.2, 6.3; RFC 6840 5.1): owner in lower case or its
// wildcard, the TTL as signed, names in the RDATA in lower case and decompressed, records sorted, duplicates once.

#pragma once

#include "dnssec/rrset.h"
#include "dnssec/rrsig.h"

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>

// A message of 64 KiB cannot hold more records (owner pointer 2, fixed fields 10, no RDATA).
#define CANONICAL_RECORDS_MAX (PLX_MESSAGE_MAX / 12)
// Decompressed, names grow. 64 KiB of any type without names in it fits, and 512 records with two names of 255 octets.
#define CANONICAL_RDATA_MAX (256 * 1024)
// Each record again with an owner of up to 255 octets: the whole of a 64 KiB message of TXT or CAA records, under any
// owner, fits. What does not is refused before any work is done on it.
#define CANONICAL_SIGNED_MAX (1280 * 1024)

struct canonical_record {
	const uint8_t *rdata;
	uint32_t length;
};

// Scratch memory for one RRset at a time; one for each thread, on the heap. Nothing in it outlives the next read.
struct canonical_workspace {
	unsigned record_count;
	struct canonical_record records[CANONICAL_RECORDS_MAX];
	uint8_t rdata[CANONICAL_RDATA_MAX];
	uint8_t signed_octets[CANONICAL_SIGNED_MAX];
};

// Reads the RRset's records, canonical, sorted, each once. Errors: PLX_ERR_DNS_LIMIT, PLX_ERR_DNS_RDATA.
PLX_MUST_CHECK int canonical_rrset_read(struct canonical_workspace *workspace,
					const struct rrset *rrset);
// After it: writes the octets that `rrsig` signs to workspace->signed_octets. The labels field must not exceed the
// owner's labels (rrsig_check). Errors: PLX_ERR_DNS_LIMIT.
PLX_MUST_CHECK int canonical_rrset_write(struct canonical_workspace *workspace,
					 const struct rrset *rrset, const struct rrsig *rrsig,
					 size_t *ret_length);

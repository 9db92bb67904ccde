// SPDX-License-Identifier: BSD-3-Clause
// Reads an NS RRset and its glue out of a checked message, bounded whatever the message holds. Pure.

#pragma once

#include <parallax/dns/message_reader.h>

#include "iteration/delegation.h"

#include <stdint.h>

// Read at all; of them DELEGATION_NAMES_MAX are kept, those with glue first. Long sets are cut before any work is done
// with them (CacheFlush, USENIX Security 2024).
#define NS_SET_NAMES_READ_MAX 32
#define NS_SET_GLUE_READ_MAX 128 // address records of the additional section

struct ns_set {
	struct delegation delegation; // without expiry
	uint32_t ttl;                 // the lowest of the NS records and the glue that was taken
	uint32_t record_count;        // NS records of the owner in the section
};

// Takes the NS records of `owner` in `section`. Glue is taken only for names of this set (RFC 2181 5.4.1), and only at or
// below `bailiwick`, the zone whose server wrote the message: about other names it has no say.
void ns_set_read(const struct plx_message *message, enum plx_section section,
		 const struct plx_name *owner, const struct plx_name *bailiwick,
		 struct ns_set *ret_set);
// The address in A or AAAA RDATA. False for any other record, or RDATA of another length.
bool ns_address_read(const struct plx_record *record, struct plx_ip *ret_ip);

// SPDX-License-Identifier: BSD-3-Clause
// Whether the answers in the audit log are those that their perspectives signed, by the public keys of a configuration.
// The key that a perspective had before is not known: what was signed by it looks like what was never signed.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_fault.h"

#include <stdint.h>

struct audit_reader;
struct config;

struct answer_signature_counts {
	uint64_t verified;
	uint64_t mismatched;      // not what the key of this name signed
	uint64_t unverifiable;    // of perspectives that have no key, or none that can be read
	int64_t first_mismatched; // sequence; 0: none
};

// Walks all records, on any thread; reads key files. As audit_reader_walk.
PLX_MUST_CHECK int answer_signatures_verify(struct audit_reader *reader,
					    const struct config *config,
					    struct answer_signature_counts *ret_counts,
					    struct audit_fault *fault);

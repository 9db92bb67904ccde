// SPDX-License-Identifier: BSD-3-Clause
// Signs what no honest zone would: wrong labels, expanded denials, hundreds of signatures. ECDSA P-256, a new key for
// each signer.

#pragma once

#include "dnssec/key_set.h"
#include "dnssec/policy.h"

#include <parallax/base/byte_writer.h>
#include <parallax/dns/message_reader.h>

#include <openssl/types.h>

#define SIGNER_DNSKEY_BYTES 68

struct zone_signer {
	EVP_PKEY *key;
	struct plx_name zone;
	uint16_t tag;
	uint8_t dnskey[SIGNER_DNSKEY_BYTES]; // RDATA
};

struct signed_message {
	struct plx_writer writer;
	uint16_t counts[4]; // by section
	struct plx_message message;
	uint8_t wire[PLX_MESSAGE_MAX];
};

// What a signature says besides its octets. Zero: as it should be.
struct signature_fault {
	uint8_t labels_minus; // fewer labels than the owner has
	bool is_wrong;        // a flipped bit
	uint16_t tag_plus;
	int32_t time_plus_s; // to inception and expiration
	const struct plx_name *signer;
};

void zone_signer_init(struct zone_signer *signer, const char *zone, uint16_t flags);
void zone_signer_fini(struct zone_signer *signer);
// A new key set with this key in it; add others' by key_set_add.
struct key_set *zone_signer_keys(const struct zone_signer *signer);

// Begin with an answer to NAME TYPE; add records section by section in order; end makes `message`.
void message_begin(struct signed_message *built, const char *name, uint16_t type, uint16_t rcode);
void message_add(struct signed_message *built, enum plx_section section, const char *owner,
		 uint16_t type, const void *rdata, size_t length);
// Signs records of `type` that have the given RDATA (canonical, `count` of them sorted) and adds the RRSIG.
void message_sign(struct signed_message *built, enum plx_section section, const char *owner,
		  uint16_t type, const struct plx_writer *rdata, unsigned count,
		  const struct zone_signer *signer, const struct signature_fault *fault);
// A record with its signature.
void message_add_signed(struct signed_message *built, enum plx_section section, const char *owner,
			uint16_t type, const void *rdata, size_t length,
			const struct zone_signer *signer, const struct signature_fault *fault);
const struct plx_message *message_end(struct signed_message *built);

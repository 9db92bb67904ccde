// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/rrset_verify.h"

#include "dnssec/name_order.h"
#include "dnssec/public_key.h"

#include <parallax/base/error.h>

// One RRset's progress.
struct attempt {
	const struct judge *judge;
	const struct rrset *rrset;
	const struct key_set *keys;
	unsigned failure_count;
	enum dnssec_cause cause; // the one that tells most
	bool is_over;
};

// One check, or the memory of it.
static enum signature_result check_signature(const struct judge *judge, const struct zone_key *key,
					     const struct rrsig *rrsig, size_t length)
{
	const uint8_t *data = judge->workspace->signed_octets;
	struct signature_digest digest;
	bool has_digest =
		judge->memory != NULL && key->key != NULL &&
		signature_memory_digest(judge->memory, key, data, length, rrsig->signature,
					rrsig->signature_length, &digest);
	if (has_digest && signature_memory_has(judge->memory, &digest)) {
		return SIGNATURE_VALID;
	}
	enum signature_result result =
		public_key_verify(key->key, key->algorithm, data, length, rrsig->signature,
				  rrsig->signature_length, judge->budget);
	if (has_digest && result == SIGNATURE_VALID) {
		signature_memory_add(judge->memory, &digest);
	}
	return result;
}

// Tries the keys that the signature may mean. True when one fits.
static bool try_keys(struct attempt *attempt, const struct rrsig *rrsig)
{
	struct canonical_workspace *workspace = attempt->judge->workspace;
	size_t length = 0;
	dnssec_cause_raise(&attempt->cause, DNSSEC_CAUSE_KEY_MISSING);
	for (unsigned i = 0; i < attempt->keys->count; i++) {
		const struct zone_key *key = &attempt->keys->keys[i];
		if (key->tag != rrsig->tag || key->algorithm != rrsig->algorithm) {
			continue;
		}
		if (attempt->failure_count == FAILURES_PER_RRSET_MAX) {
			attempt->is_over = true;
			dnssec_cause_raise(&attempt->cause, DNSSEC_CAUSE_WORK_LIMIT);
			return false;
		}
		// Only now: signatures that mean no key of ours must not cost a copy of the set.
		if (length == 0 &&
		    canonical_rrset_write(workspace, attempt->rrset, rrsig, &length) < 0) {
			dnssec_cause_raise(&attempt->cause, DNSSEC_CAUSE_WORK_LIMIT);
			return false;
		}
		switch (check_signature(attempt->judge, key, rrsig, length)) {
		case SIGNATURE_VALID:
			return true;
		case SIGNATURE_INVALID:
			attempt->failure_count++;
			dnssec_cause_raise(&attempt->cause, DNSSEC_CAUSE_SIGNATURE_WRONG);
			break;
		case SIGNATURE_LIMIT:
		case SIGNATURE_NOT_EVALUATED:
			attempt->is_over = true;
			dnssec_cause_raise(&attempt->cause, DNSSEC_CAUSE_WORK_LIMIT);
			return false;
		}
	}
	return false;
}

static struct rrset_verdict secure_verdict(const struct attempt *attempt, const struct rrsig *rrsig)
{
	return (struct rrset_verdict) {
		.state = PLX_DNSSEC_SECURE,
		.is_expanded = rrsig->labels < name_signed_labels(&attempt->rrset->owner),
		.labels = rrsig->labels,
		.ttl_s = rrsig_limit_ttl(rrsig, attempt->rrset->ttl_s, attempt->judge->now_s),
	};
}

struct rrset_verdict rrset_verify(const struct judge *judge, const struct rrset *rrset,
				  const struct key_set *keys)
{
	struct attempt attempt = {.judge = judge,
				  .rrset = rrset,
				  .keys = keys,
				  .cause = DNSSEC_CAUSE_SIGNATURE_MISSING};
	struct plx_record_cursor cursor = plx_message_records(rrset->message);
	struct rrsig rrsig;
	bool is_read = false;
	if (rrset->signature_count > 0) {
		dnssec_cause_raise(&attempt.cause, DNSSEC_CAUSE_MALFORMED);
	}
	for (unsigned i = 0; !attempt.is_over && rrset_next_signature(rrset, &cursor, &rrsig);
	     i++) {
		if (i == SIGNATURES_PER_RRSET_MAX) {
			dnssec_cause_raise(&attempt.cause, DNSSEC_CAUSE_WORK_LIMIT);
			break;
		}
		enum dnssec_cause cause =
			rrsig_check(&rrsig, &rrset->owner, &keys->zone, judge->now_s);
		if (cause != DNSSEC_CAUSE_NONE) {
			dnssec_cause_raise(&attempt.cause, cause);
			continue;
		}
		if (!is_read) { // only for a signature that could hold
			int error = canonical_rrset_read(judge->workspace, rrset);
			if (error < 0) {
				dnssec_cause_raise(&attempt.cause,
						   error == PLX_ERR_DNS_LIMIT
							   ? DNSSEC_CAUSE_WORK_LIMIT
							   : DNSSEC_CAUSE_MALFORMED);
				break;
			}
			is_read = true;
		}
		if (try_keys(&attempt, &rrsig)) {
			return secure_verdict(&attempt, &rrsig);
		}
	}
	return (struct rrset_verdict) {.state = PLX_DNSSEC_BOGUS, .cause = attempt.cause};
}

// SPDX-License-Identifier: BSD-3-Clause
// Whole messages before the judge, whose zone has keys that nobody signs with: for each signature in the message there
// is a key with its tag and algorithm. The first two octets choose the zone (labels of the question) and the policy.
// Oracle: nothing is secure or insecure, no kind is told, no key set is made; no budget is exceeded; judging again gives
// the same.

#include "dnssec/chain.h"
#include "dnssec/name_order.h"
#include "dnssec/public_key.h"

#include "fuzz_target.h"

#include <parallax/dns/rr_type.h>

#include <openssl/evp.h>

#include <string.h>

// The generators of the curves (SEC 2): points that are right, with a private key that no input makes use of.
static const uint8_t p256_generator[] = {
	0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63,
	0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1,
	0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f,
	0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57,
	0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};

static struct canonical_workspace workspace;
static EVP_MD_CTX *keys_by_algorithm[256];

static void make_keys(void)
{
	struct dnssec_policy policy = dnssec_policy_test();
	uint8_t rsa[1 + 3 + 128] = {3, 1, 0, 1, 0x80};
	uint8_t edwards[57] = {1}; // a small order point is a right encoding too
	rsa[sizeof(rsa) - 1] = 1;
	for (unsigned algorithm = 1; algorithm < 256; algorithm++) {
		struct dnskey key = {.algorithm = (uint8_t)algorithm};
		if (algorithm == DNSSEC_ECDSAP256) {
			key.key = p256_generator;
			key.key_length = sizeof(p256_generator);
		} else if (algorithm == DNSSEC_ED25519 || algorithm == DNSSEC_ED448) {
			memset(edwards, 0x5a, sizeof(edwards));
			key.key = edwards;
			key.key_length = algorithm == DNSSEC_ED25519 ? 32 : 57;
		} else {
			key.key = rsa;
			key.key_length = sizeof(rsa);
		}
		keys_by_algorithm[algorithm] = public_key_create(&key, &policy);
	}
}

static void fill_keys(const struct plx_message *message, const struct plx_name *zone,
		      struct key_set *ret_keys)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	*ret_keys = (struct key_set) {.zone = *zone};
	while (plx_message_next(message, &cursor, &record) && ret_keys->count < KEYS_PER_ZONE_MAX) {
		struct rrsig rrsig;
		if (record.type == PLX_TYPE_RRSIG &&
		    rrsig_parse(record.rdata, record.rdata_length, &rrsig) == 0) {
			ret_keys->keys[ret_keys->count++] =
				(struct zone_key) {.key = keys_by_algorithm[rrsig.algorithm],
						   .tag = rrsig.tag,
						   .algorithm = rrsig.algorithm};
		}
	}
}

static void must_not_be_believed(enum plx_dnssec state)
{
	must(state == PLX_DNSSEC_BOGUS || state == PLX_DNSSEC_INDETERMINATE);
}

static void judge_all(const struct judge *judge, const struct plx_message *message,
		      const struct plx_name *name, const struct key_set *keys)
{
	struct delegation_verdict delegation;
	struct answer_verdict answer =
		answer_judge(judge, message, name, message->question_type, keys);
	must_not_be_believed(answer.state);
	must(answer.kind == JUDGED_NOT_EVALUATED && answer.cause != DNSSEC_CAUSE_NONE);
	delegation_judge(judge, message, name, keys, &delegation);
	must_not_be_believed(delegation.state);
	must(delegation.kind == DELEGATION_NOT_EVALUATED);
	must(judge->budget->validations_left <= VALIDATIONS_PER_LOOKUP_MAX);
	must(judge->budget->hashes_left == NSEC3_HASHES_PER_LOOKUP_MAX);
	*judge->budget = judge_budget_init();
	must(answer_judge(judge, message, name, message->question_type, keys).cause ==
	     answer.cause);
}

// A DS of each tag that the message's keys could have, with a digest that is none of theirs.
static void judge_chain(const struct judge *judge, const struct plx_message *message,
			const struct plx_name *zone)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	struct ds_set set = {.zone = *zone};
	while (plx_message_next(message, &cursor, &record) && set.count < DS_SET_MAX) {
		if (record.type == PLX_TYPE_DNSKEY && record.rdata_length > 4) {
			set.entries[set.count++] =
				(struct ds) {.tag = dnskey_tag(record.rdata, record.rdata_length),
					     .algorithm = record.rdata[3],
					     .digest_type = DNSSEC_DIGEST_SHA256,
					     .digest_length = 32};
		}
	}
	struct chain_verdict verdict = chain_keys(judge, &set, message);
	must_not_be_believed(verdict.state);
	must(verdict.keys == NULL);
	must(judge->budget->digests_left <= DS_DIGESTS_PER_LOOKUP_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_message message;
	struct plx_name name;
	struct plx_name zone;
	struct key_set keys;
	if (size < 2 || plx_message_open(data + 2, size - 2, &message) < 0 ||
	    plx_message_check(&message) < 0 || message.question_count != 1 ||
	    plx_message_name(&message, PLX_DNS_HEADER_BYTES, &name, NULL) < 0) {
		return 0;
	}
	if (keys_by_algorithm[DNSSEC_ECDSAP256] == NULL) {
		make_keys();
	}
	struct dnssec_policy policy =
		data[1] & 1 ? dnssec_policy_test() : dnssec_policy_production();
	struct judge_budget budget = judge_budget_init();
	struct judge judge = {.workspace = &workspace,
			      .policy = &policy,
			      .budget = &budget,
			      .now_s = 1782864000}; // 2026-07-01, when the seeds are valid
	plx_name_lower(&name);
	name_suffix(&name, data[0], &zone);
	fill_keys(&message, &zone, &keys);
	judge_all(&judge, &message, &name, &keys);
	budget = judge_budget_init();
	judge_chain(&judge, &message, &zone);
	return 0;
}

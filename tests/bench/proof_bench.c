// SPDX-License-Identifier: BSD-3-Clause
// Proofs a second on one core: names of signed domains that nobody asked for before, each with its DS at a top level domain
// whose keys are known, a DNSKEY RRset of two keys and one answer (ECDSA P-256), and beside it what libcrypto alone
// checks in the same run. Prints CPU time, not wall time. The ratio is proofs times signatures by bare checks.
//
//	build/tests/bench/proof_bench [DOMAINS]

#include "unit/dnssec/zone_fixture.h"
#include "unit/dnssec/zone_signer.h"
#include "unit/validation/proof_driver.h"

#include <openssl/evp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DOMAINS_DEFAULT 2000
#define SLICE 50 // proofs and checks take turns, so that what else the machine does slows both
#define WIRE_MAX 1024
#define CHECKED_BYTES 150 // about what is signed of a small RRset

struct wire {
	uint16_t length;
	uint8_t octets[WIRE_MAX];
};

struct domain {
	char zone[32];
	char name[40];
	struct wire referral;
	struct wire keys;
	struct wire answer;
};

static struct zone_signer root;
static struct zone_signer com;
static struct wire root_keys;
static struct wire com_keys;
static struct wire com_referral;
static struct signed_message built;

static void must(bool is_right, const char *what)
{
	if (!is_right) {
		fprintf(stderr, "proof_bench: %s\n", what);
		exit(EXIT_FAILURE);
	}
}

static double cpu_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void keep(struct wire *wire)
{
	const struct plx_message *message = message_end(&built);
	must(message->length <= WIRE_MAX, "message too long");
	memcpy(wire->octets, message->wire, message->length);
	wire->length = (uint16_t)message->length;
}

static struct ds ds_of(const struct zone_signer *signer)
{
	struct dnskey key;
	struct ds ds = {.digest_type = DNSSEC_DIGEST_SHA256};
	must(dnskey_parse(signer->dnskey, sizeof(signer->dnskey), &key) == 0 &&
		     ds_digest(ds.digest_type, &signer->zone, &key, ds.digest, &ds.digest_length) ==
			     0,
	     "no digest");
	ds.tag = key.tag;
	ds.algorithm = key.algorithm;
	return ds;
}

// `zsk` may be the key-signing key itself.
static void make_keys(const char *zone, const struct zone_signer *ksk,
		      const struct zone_signer *zsk, struct wire *ret_wire)
{
	uint8_t octets[2 * (2 + SIGNER_DNSKEY_BYTES)];
	struct plx_writer rdata = plx_writer_init(octets, sizeof(octets));
	bool is_first = memcmp(ksk->dnskey, zsk->dnskey, SIGNER_DNSKEY_BYTES) < 0;
	const struct zone_signer *sorted[] = {is_first ? ksk : zsk, is_first ? zsk : ksk};
	unsigned count = ksk == zsk ? 1 : 2;
	message_begin(&built, zone, PLX_TYPE_DNSKEY, 0);
	for (unsigned i = 0; i < count; i++) {
		plx_write_u16(&rdata, SIGNER_DNSKEY_BYTES);
		plx_write_bytes(&rdata, sorted[i]->dnskey, SIGNER_DNSKEY_BYTES);
		message_add(&built, PLX_SECTION_ANSWER, zone, PLX_TYPE_DNSKEY, sorted[i]->dnskey,
			    SIGNER_DNSKEY_BYTES);
	}
	message_sign(&built, PLX_SECTION_ANSWER, zone, PLX_TYPE_DNSKEY, &rdata, count, ksk, NULL);
	keep(ret_wire);
}

static void make_referral(const char *question, const char *zone, const struct zone_signer *parent,
			  const struct zone_signer *child, struct wire *ret_wire)
{
	uint8_t rdata[4 + DS_DIGEST_MAX];
	struct ds ds = ds_of(child);
	rdata[0] = (uint8_t)(ds.tag >> 8);
	rdata[1] = (uint8_t)ds.tag;
	rdata[2] = ds.algorithm;
	rdata[3] = ds.digest_type;
	memcpy(rdata + 4, ds.digest, ds.digest_length);
	message_begin(&built, question, PLX_TYPE_A, 0);
	message_add(&built, PLX_SECTION_AUTHORITY, zone, PLX_TYPE_NS, "\2ns\3net", 8);
	message_add_signed(&built, PLX_SECTION_AUTHORITY, zone, PLX_TYPE_DS, rdata,
			   4U + ds.digest_length, parent, NULL);
	keep(ret_wire);
}

static void make_domain(unsigned number, struct domain *domain)
{
	struct zone_signer ksk;
	struct zone_signer zsk;
	snprintf(domain->zone, sizeof(domain->zone), "domain-%u.com", number);
	snprintf(domain->name, sizeof(domain->name), "www.%s", domain->zone);
	zone_signer_init(&ksk, domain->zone, DNSKEY_FLAG_ZONE | 1);
	zone_signer_init(&zsk, domain->zone, DNSKEY_FLAG_ZONE);
	make_referral(domain->name, domain->zone, &com, &ksk, &domain->referral);
	make_keys(domain->zone, &ksk, &zsk, &domain->keys);
	message_begin(&built, domain->name, PLX_TYPE_A, 0);
	message_add_signed(&built, PLX_SECTION_ANSWER, domain->name, PLX_TYPE_A, "\300\0\2\1", 4,
			   &zsk, NULL);
	keep(&domain->answer);
	zone_signer_fini(&ksk);
	zone_signer_fini(&zsk);
}

static void add(struct proof *proof, enum proof_message_kind kind, const char *name, uint16_t type,
		const char *zone, const struct wire *wire)
{
	struct plx_name asked = fixture_name(name);
	struct plx_name from = fixture_name(zone);
	proof_add(proof, kind, &asked, type, &from, wire->octets, wire->length);
}

static void gather(struct proof *proof, const struct domain *domain, bool is_cold)
{
	struct plx_name name = fixture_name(domain->name);
	proof_begin(proof, &name, PLX_TYPE_A);
	if (is_cold) {
		add(proof, PROOF_ANSWER, ".", PLX_TYPE_DNSKEY, ".", &root_keys);
		add(proof, PROOF_REFERRAL, "com", PLX_TYPE_A, ".", &com_referral);
		add(proof, PROOF_ANSWER, "com", PLX_TYPE_DNSKEY, "com", &com_keys);
	}
	add(proof, PROOF_REFERRAL, domain->zone, PLX_TYPE_A, "com", &domain->referral);
	add(proof, PROOF_ANSWER, domain->zone, PLX_TYPE_DNSKEY, domain->zone, &domain->keys);
	add(proof, PROOF_ANSWER, domain->name, PLX_TYPE_A, domain->zone, &domain->answer);
}

// Returns how many signatures were checked.
static unsigned prove(const struct proof_judge *judge, const struct domain *domain, bool is_cold)
{
	static struct proof proof;
	struct proof_need needs[PROOF_NEEDS_MAX];
	struct proof_verdict verdict;
	unsigned need_count;
	*judge->judge.budget = judge_budget_init();
	gather(&proof, domain, is_cold);
	must(proof_judge(judge, &proof, needs, &need_count, &verdict) == PROOF_JUDGED &&
		     verdict.state == PLX_DNSSEC_SECURE,
	     "not secure");
	return VALIDATIONS_PER_LOOKUP_MAX - judge->judge.budget->validations_left;
}

struct bare {
	EVP_MD_CTX *key;
	uint8_t data[CHECKED_BYTES];
	uint8_t signature[80];
	size_t signature_length;
};

static void make_bare(struct bare *bare)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bare->key = EVP_MD_CTX_new();
	bare->signature_length = sizeof(bare->signature);
	must(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, com.key) == 1 &&
		     EVP_DigestSign(context, bare->signature, &bare->signature_length, bare->data,
				    sizeof(bare->data)) == 1 &&
		     EVP_DigestVerifyInit(bare->key, NULL, EVP_sha256(), NULL, com.key) == 1,
	     "no signature");
	EVP_MD_CTX_free(context);
}

static void check_bare(const struct bare *bare)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	must(EVP_MD_CTX_copy_ex(context, bare->key) == 1 &&
		     EVP_DigestVerify(context, bare->signature, bare->signature_length, bare->data,
				      sizeof(bare->data)) == 1,
	     "wrong signature");
	EVP_MD_CTX_free(context);
}

static void measure(const struct proof_judge *judge, const struct domain *domains, unsigned count)
{
	static struct bare bare;
	double proof_s = 0;
	double bare_s = 0;
	unsigned long signatures = 0;
	unsigned long checks = 0;
	make_bare(&bare);
	for (unsigned i = 1; i < count; i += SLICE) {
		unsigned end = i + SLICE < count ? i + SLICE : count;
		double start = cpu_seconds();
		for (unsigned j = i; j < end; j++) {
			signatures += prove(judge, &domains[j], false);
		}
		double between = cpu_seconds();
		for (unsigned j = 0; j < 3 * SLICE; j++, checks++) {
			check_bare(&bare);
		}
		proof_s += between - start;
		bare_s += cpu_seconds() - between;
	}
	EVP_MD_CTX_free(bare.key);
	double proof_rate = (count - 1) / proof_s;
	double bare_rate = (double)checks / bare_s;
	double signatures_each = (double)signatures / (count - 1);
	printf("proofs/s %.0f, signatures each %.2f, bare checks/s %.0f, ratio %.3f\n", proof_rate,
	       signatures_each, bare_rate, proof_rate * signatures_each / bare_rate);
}

int main(int argc, char **argv)
{
	unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : DOMAINS_DEFAULT;
	struct domain *domains = calloc(count, sizeof(domains[0]));
	struct canonical_workspace *workspace = malloc(sizeof(*workspace));
	struct dnssec_policy policy = dnssec_policy_production();
	struct judge_budget budget;
	struct trust_anchors anchors = {.zone_count = 1};
	struct trust_cache_config config = {
		.hash_key = {1, 2}, .zones_max = 4096, .rrsets_max = 65536};
	struct trust_cache *cache = trust_cache_create(&config);
	must(count > SLICE && domains != NULL && workspace != NULL && cache != NULL,
	     "no memory, or too few domains");
	zone_signer_init(&root, ".", DNSKEY_FLAG_ZONE | 1);
	zone_signer_init(&com, "com", DNSKEY_FLAG_ZONE | 1);
	make_keys(".", &root, &root, &root_keys);
	make_keys("com", &com, &com, &com_keys);
	make_referral("com", "com", &root, &com, &com_referral);
	for (unsigned i = 0; i < count; i++) {
		make_domain(i, &domains[i]);
	}
	anchors.zones[0] =
		(struct ds_set) {.zone = root.zone, .count = 1, .entries = {ds_of(&root)}};
	struct proof_judge judge = {
		.cache = cache,
		.anchors = &anchors,
		.judge = {.workspace = workspace,
			  .policy = &policy,
			  .budget = &budget,
			  .now_s = FIXTURE_NOW},
	};
	prove(&judge, &domains[0], true); // from here on the keys of "com" are known
	measure(&judge, domains, count);
	trust_cache_destroy(cache);
	zone_signer_fini(&root);
	zone_signer_fini(&com);
	free(workspace);
	free(domains);
	return EXIT_SUCCESS;
}

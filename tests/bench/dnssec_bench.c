// SPDX-License-Identifier: BSD-3-Clause
// Signature checks a second on one core, for each algorithm: libcrypto alone with a prepared key (what `openssl speed`
// measures), and rrset_verify of a whole RRset of one A record. Prints CPU time, not wall time.
//
//	build/tests/bench/dnssec_bench [SECONDS]; openssl speed -seconds 1 rsa2048 ecdsap256 ecdsap384 ed25519 ed448

#include "dnssec/name_order.h"
#include "dnssec/public_key.h"
#include "dnssec/rrset_verify.h"

#include <parallax/base/byte_writer.h>
#include <parallax/dns/rr_type.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NOW 1782864000
#define BATCH 64

struct subject {
	const char *name;
	uint8_t algorithm;
	const char *curve; // of ECDSA
	size_t field_bytes;
	EVP_PKEY *key;
	const EVP_MD *hash;
};

struct made {
	uint8_t wire[2048];
	struct plx_message message;
	uint8_t data[512];
	size_t data_length;
	uint8_t signature[512];
	size_t signature_length;
};

static double cpu_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void must(bool is_right, const char *what)
{
	if (!is_right) {
		fprintf(stderr, "dnssec_bench: %s\n", what);
		exit(EXIT_FAILURE);
	}
}

static const struct plx_name zone = {.length = 9, .wire = "\7example"};
static const struct plx_name owner = {.length = 13, .wire = "\3www\7example"};

static void write_record(struct plx_writer *writer, uint16_t type, const void *rdata, size_t length)
{
	plx_write_bytes(writer, owner.wire, owner.length);
	plx_write_u16(writer, type);
	plx_write_u16(writer, PLX_CLASS_IN);
	plx_write_u32(writer, 300);
	plx_write_u16(writer, (uint16_t)length);
	plx_write_bytes(writer, rdata, length);
}

static void write_rrsig(struct plx_writer *writer, uint8_t algorithm)
{
	plx_write_u16(writer, PLX_TYPE_A);
	plx_write_u8(writer, algorithm);
	plx_write_u8(writer, 2);
	plx_write_u32(writer, 300);
	plx_write_u32(writer, NOW + 1000);
	plx_write_u32(writer, NOW - 1000);
	plx_write_u16(writer, 1);
	plx_write_bytes(writer, zone.wire, zone.length);
}

static void sign(const struct subject *subject, struct made *made)
{
	uint8_t der[512];
	const uint8_t *at = der;
	size_t length = sizeof(der);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	must(EVP_DigestSignInit(context, NULL, subject->hash, NULL, subject->key) == 1 &&
		     EVP_DigestSign(context, der, &length, made->data, made->data_length) == 1,
	     "cannot sign");
	EVP_MD_CTX_free(context);
	if (subject->curve == NULL) {
		memcpy(made->signature, der, length);
		made->signature_length = length;
		return;
	}
	ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &at, (long)length);
	int field_bytes = (int)subject->field_bytes;
	(void)BN_bn2binpad(ECDSA_SIG_get0_r(numbers), made->signature, field_bytes);
	(void)BN_bn2binpad(ECDSA_SIG_get0_s(numbers), made->signature + field_bytes, field_bytes);
	made->signature_length = 2 * subject->field_bytes;
	ECDSA_SIG_free(numbers);
}

static void make(const struct subject *subject, struct made *made)
{
	static const uint8_t address[] = {192, 0, 2, 1};
	uint8_t rrsig[1024];
	struct plx_writer data = plx_writer_init(made->data, sizeof(made->data));
	write_rrsig(&data, subject->algorithm);
	struct plx_writer rdata = plx_writer_init(rrsig, sizeof(rrsig));
	write_rrsig(&rdata, subject->algorithm);
	write_record(&data, PLX_TYPE_A, address, sizeof(address));
	made->data_length = data.position;
	sign(subject, made);
	plx_write_bytes(&rdata, made->signature, made->signature_length);
	struct plx_writer writer = plx_writer_init(made->wire, sizeof(made->wire));
	plx_write_bytes(&writer, "\0\1\x84\0\0\1\0\2\0\0\0\0", 12);
	plx_write_bytes(&writer, owner.wire, owner.length);
	plx_write_u16(&writer, PLX_TYPE_A);
	plx_write_u16(&writer, PLX_CLASS_IN);
	write_record(&writer, PLX_TYPE_A, address, sizeof(address));
	write_record(&writer, PLX_TYPE_RRSIG, rrsig, rdata.position);
	must(plx_message_open(made->wire, writer.position, &made->message) == 0 &&
		     plx_message_check(&made->message) == 0,
	     "no message");
}

static double bare_rate(const struct subject *subject, const struct made *made, double seconds)
{
	EVP_MD_CTX *key = public_key_prepare(subject->key, subject->algorithm);
	unsigned long count = 0;
	double start = cpu_seconds();
	double end = start;
	while (end - start < seconds) {
		for (unsigned i = 0; i < BATCH; i++) {
			struct judge_budget budget = judge_budget_init();
			must(public_key_verify(key, subject->algorithm, made->data,
					       made->data_length, made->signature,
					       made->signature_length, &budget) == SIGNATURE_VALID,
			     "wrong signature");
		}
		count += BATCH;
		end = cpu_seconds();
	}
	EVP_MD_CTX_free(key);
	return (double)count / (end - start);
}

static double rrset_rate(const struct subject *subject, const struct made *made,
			 struct canonical_workspace *workspace, double seconds)
{
	static struct key_set keys;
	struct dnssec_policy policy = dnssec_policy_production();
	struct judge_budget budget;
	const struct judge judge = {
		.workspace = workspace, .policy = &policy, .budget = &budget, .now_s = NOW};
	unsigned long count = 0;
	double start = cpu_seconds();
	double end = start;
	keys = (struct key_set) {.zone = zone, .count = 1};
	keys.keys[0] =
		(struct zone_key) {.key = public_key_prepare(subject->key, subject->algorithm),
				   .tag = 1,
				   .algorithm = subject->algorithm};
	while (end - start < seconds) {
		for (unsigned i = 0; i < BATCH; i++) {
			struct rrset rrset;
			budget = judge_budget_init();
			must(rrset_find(&made->message, PLX_SECTION_ANSWER, &owner, PLX_TYPE_A,
					&rrset) &&
				     rrset_verify(&judge, &rrset, &keys).state == PLX_DNSSEC_SECURE,
			     "not secure");
		}
		count += BATCH;
		end = cpu_seconds();
	}
	EVP_MD_CTX_free(keys.keys[0].key);
	return (double)count / (end - start);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 1;
	struct canonical_workspace *workspace = malloc(sizeof(*workspace));
	struct subject subjects[] = {
		{"RSASHA256 (2048)", 8, NULL, 0, EVP_RSA_gen(2048), EVP_sha256()},
		{"RSASHA512 (2048)", 10, NULL, 0, EVP_RSA_gen(2048), EVP_sha512()},
		{"ECDSAP256SHA256", 13, "P-256", 32, EVP_EC_gen("P-256"), EVP_sha256()},
		{"ECDSAP384SHA384", 14, "P-384", 48, EVP_EC_gen("P-384"), EVP_sha384()},
		{"ED25519", 15, NULL, 0, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL},
		{"ED448", 16, NULL, 0, EVP_PKEY_Q_keygen(NULL, NULL, "ED448"), NULL},
	};
	printf("%-18s %14s %14s\n", "algorithm", "signatures/s", "RRsets/s");
	for (size_t i = 0; i < PLX_ARRAY_SIZE(subjects); i++) {
		static struct made made;
		must(workspace != NULL && subjects[i].key != NULL, "no key");
		make(&subjects[i], &made);
		printf("%-18s %14.0f %14.0f\n", subjects[i].name,
		       bare_rate(&subjects[i], &made, seconds),
		       rrset_rate(&subjects[i], &made, workspace, seconds));
		EVP_PKEY_free(subjects[i].key);
	}
	free(workspace);
	return EXIT_SUCCESS;
}

// SPDX-License-Identifier: BSD-3-Clause

#include "zone_signer.h"

#include "dnssec/name_order.h"
#include "zone_fixture.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNED_MAX 65536
#define TTL_S 300

static void must(bool is_right, const char *what)
{
	if (!is_right) {
		fprintf(stderr, "zone_signer: %s\n", what);
		exit(EXIT_FAILURE);
	}
}

void zone_signer_init(struct zone_signer *signer, const char *zone, uint16_t flags)
{
	uint8_t point[65];
	size_t length = 0;
	struct plx_writer writer = plx_writer_init(signer->dnskey, sizeof(signer->dnskey));
	signer->zone = fixture_name(zone);
	signer->key = EVP_EC_gen("P-256");
	must(signer->key != NULL &&
		     EVP_PKEY_get_octet_string_param(signer->key, OSSL_PKEY_PARAM_PUB_KEY, point,
						     sizeof(point), &length) == 1 &&
		     length == sizeof(point),
	     "no key");
	plx_write_u16(&writer, flags);
	plx_write_u8(&writer, DNSKEY_PROTOCOL);
	plx_write_u8(&writer, DNSSEC_ECDSAP256);
	plx_write_bytes(&writer, point + 1, 64);
	signer->tag = dnskey_tag(signer->dnskey, sizeof(signer->dnskey));
}

void zone_signer_fini(struct zone_signer *signer)
{
	EVP_PKEY_free(signer->key);
}

struct key_set *zone_signer_keys(const struct zone_signer *signer)
{
	struct dnssec_policy policy = dnssec_policy_production();
	struct key_set *keys = key_set_create(&signer->zone);
	struct dnskey key;
	must(dnskey_parse(signer->dnskey, sizeof(signer->dnskey), &key) == 0 &&
		     key_set_add(keys, &key, &policy) == 0,
	     "no key set");
	return keys;
}

void message_begin(struct signed_message *built, const char *name, uint16_t type, uint16_t rcode)
{
	struct plx_name question = fixture_name(name);
	built->writer = plx_writer_init(built->wire, sizeof(built->wire));
	memset(built->counts, 0, sizeof(built->counts));
	plx_write_u16(&built->writer, 1);
	plx_write_u16(&built->writer, PLX_FLAG_QR | PLX_FLAG_AA | rcode);
	plx_write_u16(&built->writer, 1);
	memset(plx_write_room(&built->writer, 6), 0, 6);
	plx_write_bytes(&built->writer, question.wire, question.length);
	plx_write_u16(&built->writer, type);
	plx_write_u16(&built->writer, PLX_CLASS_IN);
}

static void write_fields(struct plx_writer *writer, const struct plx_name *owner, uint16_t type,
			 const void *rdata, size_t length)
{
	plx_write_bytes(writer, owner->wire, owner->length);
	plx_write_u16(writer, type);
	plx_write_u16(writer, PLX_CLASS_IN);
	plx_write_u32(writer, TTL_S);
	plx_write_u16(writer, (uint16_t)length);
	plx_write_bytes(writer, rdata, length);
}

void message_add(struct signed_message *built, enum plx_section section, const char *owner,
		 uint16_t type, const void *rdata, size_t length)
{
	struct plx_name name = fixture_name(owner);
	// Names of many records would not fit: the question's is pointed at.
	if (memcmp(name.wire, built->wire + PLX_DNS_HEADER_BYTES, name.length) == 0) {
		name = (struct plx_name) {.length = 2, .wire = {0xc0, PLX_DNS_HEADER_BYTES}};
	}
	write_fields(&built->writer, &name, type, rdata, length);
	built->counts[section]++;
}

static void sign(const struct zone_signer *signer, const struct plx_writer *data,
		 uint8_t ret_signature[static 64])
{
	uint8_t der[80];
	size_t length = sizeof(der);
	const uint8_t *at = der;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	must(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, signer->key) == 1 &&
		     EVP_DigestSign(context, der, &length, data->bytes, data->position) == 1,
	     "no signature");
	ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &at, (long)length);
	must(numbers != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(numbers), ret_signature, 32) == 32 &&
		     BN_bn2binpad(ECDSA_SIG_get0_s(numbers), ret_signature + 32, 32) == 32,
	     "no signature");
	ECDSA_SIG_free(numbers);
	EVP_MD_CTX_free(context);
}

// `rdata` holds `count` RDATA, each behind two octets of length.
static void write_signed(struct plx_writer *data, const struct plx_name *owner, uint16_t type,
			 const struct plx_writer *rdata, unsigned count)
{
	size_t at = 0;
	for (unsigned i = 0; i < count; i++) {
		size_t length = (size_t)rdata->bytes[at] << 8 | rdata->bytes[at + 1];
		write_fields(data, owner, type, rdata->bytes + at + 2, length);
		at += 2 + length;
	}
	must(!data->failed, "too much to sign");
}

void message_sign(struct signed_message *built, enum plx_section section, const char *owner,
		  uint16_t type, const struct plx_writer *rdata, unsigned count,
		  const struct zone_signer *signer, const struct signature_fault *fault)
{
	static const struct signature_fault none = {0};
	static uint8_t octets[SIGNED_MAX];
	uint8_t signature[64];
	struct plx_name name = fixture_name(owner);
	struct plx_writer data = plx_writer_init(octets, sizeof(octets));
	fault = fault != NULL ? fault : &none;
	const struct plx_name *zone = fault->signer != NULL ? fault->signer : &signer->zone;
	unsigned labels = name_signed_labels(&name) - fault->labels_minus;
	plx_write_u16(&data, type);
	plx_write_u8(&data, DNSSEC_ECDSAP256);
	plx_write_u8(&data, (uint8_t)labels);
	plx_write_u32(&data, TTL_S);
	plx_write_u32(&data, (uint32_t)(FIXTURE_NOW + 1000 + fault->time_plus_s));
	plx_write_u32(&data, (uint32_t)(FIXTURE_NOW - 1000 + fault->time_plus_s));
	plx_write_u16(&data, (uint16_t)(signer->tag + fault->tag_plus));
	plx_write_bytes(&data, zone->wire, zone->length);
	size_t header_length = data.position;
	if (fault->labels_minus > 0) {
		name_suffix(&name, labels, &name);
		must(name_wildcard(&name, &name), "too long");
	}
	write_signed(&data, &name, type, rdata, count);
	sign(signer, &data, signature);
	signature[40] ^= fault->is_wrong;
	memcpy(octets + header_length, signature, sizeof(signature));
	message_add(built, section, owner, PLX_TYPE_RRSIG, octets,
		    header_length + sizeof(signature));
}

void message_add_signed(struct signed_message *built, enum plx_section section, const char *owner,
			uint16_t type, const void *rdata, size_t length,
			const struct zone_signer *signer, const struct signature_fault *fault)
{
	uint8_t octets[1024];
	struct plx_writer writer = plx_writer_init(octets, sizeof(octets));
	plx_write_u16(&writer, (uint16_t)length);
	plx_write_bytes(&writer, rdata, length);
	message_add(built, section, owner, type, rdata, length);
	message_sign(built, section, owner, type, &writer, 1, signer, fault);
}

const struct plx_message *message_end(struct signed_message *built)
{
	must(!built->writer.failed, "message too long");
	for (unsigned section = 1; section <= 3; section++) {
		built->wire[4 + 2 * section] = (uint8_t)(built->counts[section] >> 8);
		built->wire[5 + 2 * section] = (uint8_t)built->counts[section];
	}
	must(fixture_message(built->wire, built->writer.position, &built->message), "no message");
	return &built->message;
}

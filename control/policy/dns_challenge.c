// SPDX-License-Identifier: BSD-3-Clause
// Each record becomes text, or an address; one comparison for all types.

#include "policy/dns_challenge.h"

#include <parallax/base/ip_address.h>
#include <parallax/dns/record.h>
#include <parallax/dns/rr_type.h>

#include "policy/txt_text.h"

#include <string.h>

struct text {
	char octets[TXT_TEXT_MAX];
	size_t length;
};

static void text_fold(struct text *text)
{
	for (size_t i = 0; i < text->length; i++) {
		text->octets[i] = (char)plx_ascii_lower((uint8_t)text->octets[i]);
	}
}

static bool name_read(const struct plx_result_record *record, struct text *ret_text)
{
	struct plx_name name;
	if (!plx_name_is_valid_wire(record->rdata, record->rdata_length)) {
		return false;
	}
	name.length = (uint8_t)record->rdata_length;
	memcpy(name.wire, record->rdata, record->rdata_length);
	ret_text->length = plx_name_format(&name, ret_text->octets);
	return true;
}

static bool caa_read(const struct plx_result_record *record, struct text *ret_text)
{
	struct plx_caa caa;
	if (plx_caa_parse(record->rdata, record->rdata_length, &caa) < 0) {
		return false;
	}
	memcpy(ret_text->octets, caa.value, caa.value_length);
	ret_text->length = caa.value_length;
	return true;
}

static bool text_read(uint16_t type, const struct plx_result_record *record, struct text *ret_text)
{
	switch (type) {
	case PLX_TYPE_TXT:
		return txt_text_join(record, ret_text->octets, &ret_text->length) == 0;
	case PLX_TYPE_CNAME:
	case PLX_TYPE_PTR:
		return name_read(record, ret_text);
	case PLX_TYPE_CAA:
		return caa_read(record, ret_text);
	default:
		return false;
	}
}

static bool address_matches(const struct plx_ip *expected, const struct plx_result_record *record)
{
	size_t length = plx_ip_length(expected);
	return record->rdata_length == length &&
	       memcmp(record->rdata, expected->bytes, length) == 0;
}

static bool is_name_type(uint16_t type)
{
	return type == PLX_TYPE_CNAME || type == PLX_TYPE_PTR;
}

// False: nothing can match it.
static bool expected_read(const struct dns_challenge *challenge, struct text *ret_text)
{
	size_t length = strnlen(challenge->expected, TXT_TEXT_MAX + 1);
	if (is_name_type(challenge->type) && length > 1 && challenge->expected[length - 1] == '.') {
		length--;
	}
	if (length == 0 || length > TXT_TEXT_MAX) {
		return false;
	}
	memcpy(ret_text->octets, challenge->expected, length);
	ret_text->length = length;
	if (challenge->folds_case) {
		text_fold(ret_text);
	}
	return true;
}

static bool text_matches(const struct dns_challenge *challenge, const struct text *expected,
			 struct text *seen)
{
	if (challenge->folds_case) {
		text_fold(seen);
	}
	if (challenge->is_exact) {
		return seen->length == expected->length &&
		       memcmp(seen->octets, expected->octets, seen->length) == 0;
	}
	return memmem(seen->octets, seen->length, expected->octets, expected->length) != NULL;
}

static enum dns_challenge_reason texts_judge(const struct dns_challenge *challenge,
					     const struct plx_result_record *records, size_t count,
					     size_t *ret_index)
{
	PLX_UNINITIALIZED struct text expected;
	PLX_UNINITIALIZED struct text seen;
	if (!expected_read(challenge, &expected)) {
		return DNS_CHALLENGE_BAD_QUERY;
	}
	for (size_t i = 0; i < count; i++) {
		if (text_read(challenge->type, &records[i], &seen) &&
		    text_matches(challenge, &expected, &seen)) {
			*ret_index = i;
			return DNS_CHALLENGE_FOUND;
		}
	}
	return DNS_CHALLENGE_ABSENT;
}

static enum dns_challenge_reason addresses_judge(const struct dns_challenge *challenge,
						 const struct plx_result_record *records,
						 size_t count, size_t *ret_index)
{
	struct plx_ip expected;
	unsigned family = challenge->type == PLX_TYPE_A ? 4 : 6;
	if (plx_ip_parse(challenge->expected, &expected) < 0 || expected.family != family) {
		return DNS_CHALLENGE_BAD_QUERY;
	}
	for (size_t i = 0; i < count; i++) {
		if (address_matches(&expected, &records[i])) {
			*ret_index = i;
			return DNS_CHALLENGE_FOUND;
		}
	}
	return DNS_CHALLENGE_ABSENT;
}

enum dns_challenge_reason dns_challenge_judge(const struct dns_challenge *challenge,
					      const struct plx_result_record *records, size_t count,
					      size_t *ret_index)
{
	if (challenge->expected == NULL) {
		return DNS_CHALLENGE_BAD_QUERY;
	}
	if (count == 0) {
		return DNS_CHALLENGE_NO_RECORDS;
	}
	if (count > DNS_CHALLENGE_RECORDS_MAX) {
		return DNS_CHALLENGE_TOO_MANY;
	}
	switch (challenge->type) {
	case PLX_TYPE_A:
	case PLX_TYPE_AAAA:
		return addresses_judge(challenge, records, count, ret_index);
	case PLX_TYPE_TXT:
	case PLX_TYPE_CNAME:
	case PLX_TYPE_PTR:
	case PLX_TYPE_CAA:
		return texts_judge(challenge, records, count, ret_index);
	default:
		return DNS_CHALLENGE_BAD_QUERY;
	}
}

static bool dns_change_of(const struct dcv_parameters *parameters,
			  struct dns_challenge *ret_challenge)
{
	uint16_t type = parameters->dns_record_type;
	// Names have no case, and CAA values are typed by hand into forms that change it.
	*ret_challenge = (struct dns_challenge) {
		.type = type,
		.expected = parameters->challenge_value,
		.is_exact = parameters->require_exact_match,
		.folds_case = type != PLX_TYPE_TXT || !parameters->require_exact_case,
	};
	return true;
}

bool dns_challenge_of(const struct dcv_parameters *parameters, struct dns_challenge *ret_challenge)
{
	switch (parameters->method) {
	case DCV_ACME_DNS_01:
	case DCV_ACME_DNS_ACCOUNT_01:
		*ret_challenge =
			(struct dns_challenge) {.type = PLX_TYPE_TXT,
						.expected = parameters->key_authorization_hash,
						.is_exact = true};
		return true;
	case DCV_DNS_CHANGE:
		return dns_change_of(parameters, ret_challenge);
	case DCV_IP_ADDRESS:
		*ret_challenge = (struct dns_challenge) {.type = parameters->dns_record_type,
							 .expected = parameters->challenge_value,
							 .is_exact = true};
		return true;
	case DCV_REVERSE_ADDRESS_LOOKUP:
		*ret_challenge = (struct dns_challenge) {.type = PLX_TYPE_PTR,
							 .expected = parameters->challenge_value,
							 .is_exact = true,
							 .folds_case = true};
		return true;
	case DCV_METHOD_NONE:
	case DCV_WEBSITE_CHANGE:
	case DCV_ACME_HTTP_01:
	case DCV_ACME_TLS_ALPN_01:
	case DCV_DNS_PERSISTENT:
	case DCV_CONTACT_EMAIL_TXT:
	case DCV_CONTACT_EMAIL_CAA:
	case DCV_CONTACT_PHONE_TXT:
	case DCV_CONTACT_PHONE_CAA:
	case DCV_METHOD_COUNT:
		break;
	}
	return false;
}

enum check_outcome dns_challenge_outcome(enum dns_challenge_reason reason)
{
	switch (reason) {
	case DNS_CHALLENGE_FOUND:
		return CHECK_PASS;
	case DNS_CHALLENGE_NO_RECORDS:
	case DNS_CHALLENGE_ABSENT:
		return CHECK_FAIL;
	case DNS_CHALLENGE_TOO_MANY:
	case DNS_CHALLENGE_BAD_QUERY:
		return CHECK_ERROR;
	case DNS_CHALLENGE_NOT_EVALUATED:
	case DNS_CHALLENGE_REASON_COUNT:
		break;
	}
	return CHECK_NOT_EVALUATED;
}

static const struct {
	const char *name;
	const char *sentence;
} texts[DNS_CHALLENGE_REASON_COUNT] = {
	[DNS_CHALLENGE_NOT_EVALUATED] = {"not-evaluated", "the records were not judged"},
	[DNS_CHALLENGE_FOUND] = {"found", "a record holds the expected value"},
	[DNS_CHALLENGE_NO_RECORDS] = {"no-records", "the name has no record of this type"},
	[DNS_CHALLENGE_ABSENT] = {"absent", "no record holds the expected value"},
	[DNS_CHALLENGE_TOO_MANY] = {"too-many-records", "the answer has too many records"},
	[DNS_CHALLENGE_BAD_QUERY] = {"bad-query",
				     "the expected value does not fit the record type"},
};

const char *dns_challenge_reason_name(enum dns_challenge_reason reason)
{
	return (unsigned)reason < DNS_CHALLENGE_REASON_COUNT ? texts[reason].name : "unknown";
}

const char *dns_challenge_reason_text(enum dns_challenge_reason reason)
{
	return (unsigned)reason < DNS_CHALLENGE_REASON_COUNT ? texts[reason].sentence
							     : "unknown reason";
}

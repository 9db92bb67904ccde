// SPDX-License-Identifier: BSD-3-Clause
// First whether the method may be used at all, then its members one by one. Each member's rule is a function of its
// own, so that a method is the list of its members.

#include "policy/dcv_parameters.h"

#include <parallax/base/ip_address.h>
#include <parallax/dns/name.h>
#include <parallax/dns/rr_type.h>

#include "policy/dcv_text.h"
#include "policy/http_header_rules.h"
#include "policy/match_regex.h"

#include <stdio.h>
#include <string.h>

struct check {
	const struct dcv_parameters *parameters;
	const struct dcv_switches *switches;
	struct dcv_parameters_finding finding;
};

// Each rule gives its verdict here: true to go on.
static bool accept(struct check *check, enum dcv_parameters_verdict verdict, const char *member)
{
	check->finding.verdict = verdict;
	if (verdict == DCV_PARAMETERS_OK) {
		return true;
	}
	(void)snprintf(check->finding.member, sizeof(check->finding.member), "%s", member);
	return false;
}

static bool accept_entry(struct check *check, enum dcv_parameters_verdict verdict,
			 const char *member, size_t index)
{
	char pointer[DCV_MEMBER_MAX];
	(void)snprintf(pointer, sizeof(pointer), "%s/%zu", member, index);
	return accept(check, verdict, pointer);
}

static enum dcv_parameters_verdict text_verdict(const char *text, size_t length_max)
{
	if (text == NULL) {
		return DCV_PARAMETERS_MISSING;
	}
	size_t length = strnlen(text, length_max + 1);
	if (length == 0) {
		return DCV_PARAMETERS_EMPTY;
	}
	if (length > length_max) {
		return DCV_PARAMETERS_TOO_LONG;
	}
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
			return DCV_PARAMETERS_CONTROL_CHARACTER;
		}
	}
	return DCV_PARAMETERS_OK;
}

static bool check_challenge(struct check *check)
{
	const char *text = check->parameters->challenge_value;
	enum dcv_parameters_verdict verdict = text_verdict(text, DCV_CHALLENGE_MAX);
	if (verdict == DCV_PARAMETERS_OK &&
	    strlen(text) < check->switches->challenge_characters_min) {
		verdict = DCV_PARAMETERS_TOO_SHORT;
	}
	return accept(check, verdict, "/challenge_value");
}

// A contact, an address or a name: what is looked for is no secret, so it has no least length.
static bool check_expected_text(struct check *check)
{
	return accept(check, text_verdict(check->parameters->challenge_value, DCV_CHALLENGE_MAX),
		      "/challenge_value");
}

static bool check_token(struct check *check)
{
	const char *token = check->parameters->token;
	enum dcv_parameters_verdict verdict = text_verdict(token, DCV_TOKEN_MAX);
	if (verdict == DCV_PARAMETERS_OK) {
		size_t length = strlen(token);
		verdict = dcv_text_base64url_span(token) != length ? DCV_PARAMETERS_NOT_BASE64URL
			  : length < DCV_TOKEN_CHARACTERS_MIN      ? DCV_PARAMETERS_TOO_SHORT
								   : DCV_PARAMETERS_OK;
	}
	return accept(check, verdict, "/token");
}

// RFC 8555 8.1: token "." base64url(thumbprint), of the very token asked for.
static bool check_key_authorization(struct check *check)
{
	const char *token = check->parameters->token;
	const char *text = check->parameters->key_authorization;
	enum dcv_parameters_verdict verdict =
		text_verdict(text, DCV_TOKEN_MAX + 1 + (size_t)DCV_THUMBPRINT_CHARACTERS);
	if (verdict == DCV_PARAMETERS_OK) {
		size_t length = strlen(token);
		const char *thumbprint = text + length + 1;
		bool is_right = strncmp(text, token, length) == 0 && text[length] == '.' &&
				strlen(thumbprint) == DCV_THUMBPRINT_CHARACTERS &&
				dcv_text_base64url_span(thumbprint) == DCV_THUMBPRINT_CHARACTERS;
		verdict = is_right ? DCV_PARAMETERS_OK : DCV_PARAMETERS_NOT_KEY_AUTHORIZATION;
	}
	return accept(check, verdict, "/key_authorization");
}

static bool check_hash_base64url(struct check *check)
{
	const char *hash = check->parameters->key_authorization_hash;
	enum dcv_parameters_verdict verdict = text_verdict(hash, DCV_CHALLENGE_MAX);
	if (verdict == DCV_PARAMETERS_OK &&
	    (strlen(hash) != DCV_THUMBPRINT_CHARACTERS ||
	     dcv_text_base64url_span(hash) != DCV_THUMBPRINT_CHARACTERS)) {
		verdict = DCV_PARAMETERS_NOT_HASH_BASE64URL;
	}
	return accept(check, verdict, "/key_authorization_hash");
}

static bool check_hash_hex(struct check *check)
{
	const char *hash = check->parameters->key_authorization_hash;
	uint8_t digest[DCV_DIGEST_BYTES];
	enum dcv_parameters_verdict verdict = text_verdict(hash, DCV_CHALLENGE_MAX);
	if (verdict == DCV_PARAMETERS_OK && !dcv_text_hex_digest(hash, digest)) {
		verdict = DCV_PARAMETERS_NOT_HASH_HEX;
	}
	return accept(check, verdict, "/key_authorization_hash");
}

static bool check_path(struct check *check)
{
	const char *path = check->parameters->http_token_path;
	enum dcv_parameters_verdict verdict = text_verdict(path, DCV_PATH_MAX);
	if (verdict == DCV_PARAMETERS_OK && !dcv_text_is_relative_path(path)) {
		verdict = DCV_PARAMETERS_PATH;
	}
	return accept(check, verdict, "/http_token_path");
}

static bool check_scheme(struct check *check)
{
	const char *scheme = check->parameters->url_scheme;
	bool is_right =
		scheme == NULL || strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0;
	return accept(check, is_right ? DCV_PARAMETERS_OK : DCV_PARAMETERS_SCHEME, "/url_scheme");
}

static bool check_regex(struct check *check)
{
	const char *pattern = check->parameters->match_regex;
	if (pattern == NULL) {
		return true;
	}
	enum dcv_parameters_verdict verdict = text_verdict(pattern, DCV_REGEX_MAX);
	if (verdict == DCV_PARAMETERS_OK && !match_regex_is_valid(pattern, strlen(pattern))) {
		verdict = DCV_PARAMETERS_REGEX;
	}
	return accept(check, verdict, "/match_regex");
}

static bool check_headers(struct check *check)
{
	const struct dcv_parameters *parameters = check->parameters;
	if (parameters->http_header_count > DCV_HTTP_HEADERS_MAX) {
		return accept(check, DCV_PARAMETERS_TOO_MANY, "/http_headers");
	}
	for (size_t i = 0; i < parameters->http_header_count; i++) {
		if (!accept_entry(check, http_header_verdict(&parameters->http_headers[i]),
				  "/http_headers", i)) {
			return false;
		}
	}
	return true;
}

// BR 3.2.2.4.7: one label that begins with an underscore.
static bool check_prefix(struct check *check)
{
	const char *prefix = check->parameters->dns_name_prefix;
	if (prefix == NULL || prefix[0] == '\0') {
		return true;
	}
	size_t length = strnlen(prefix, PLX_LABEL_MAX + 1);
	bool is_right = prefix[0] == '_' && length > 1 && length <= PLX_LABEL_MAX &&
			dcv_text_base64url_span(prefix) == length;
	return accept(check, is_right ? DCV_PARAMETERS_OK : DCV_PARAMETERS_PREFIX,
		      "/dns_name_prefix");
}

static bool check_record_type(struct check *check, uint16_t first, uint16_t second, uint16_t third)
{
	uint16_t type = check->parameters->dns_record_type;
	enum dcv_parameters_verdict verdict = type == 0 ? DCV_PARAMETERS_MISSING
					      : type == first || type == second || type == third
						      ? DCV_PARAMETERS_OK
						      : DCV_PARAMETERS_RECORD_TYPE;
	return accept(check, verdict, "/dns_record_type");
}

static bool check_account(struct check *check)
{
	const char *uri = check->parameters->account_uri;
	enum dcv_parameters_verdict verdict = text_verdict(uri, DCV_URI_MAX);
	if (verdict == DCV_PARAMETERS_OK && !dcv_text_is_uri(uri)) {
		verdict = DCV_PARAMETERS_URI;
	}
	return accept(check, verdict, "/account_uri");
}

static bool check_issuers(struct check *check)
{
	const struct dcv_parameters *parameters = check->parameters;
	size_t count = parameters->issuer_domain_name_count;
	if (count == 0 || count > DCV_ISSUER_NAMES_MAX) {
		return accept(check, count == 0 ? DCV_PARAMETERS_MISSING : DCV_PARAMETERS_TOO_MANY,
			      "/issuer_domain_names");
	}
	for (size_t i = 0; i < count; i++) {
		const char *name = parameters->issuer_domain_names[i];
		enum dcv_parameters_verdict verdict = text_verdict(name, PLX_NAME_MAX);
		if (verdict == DCV_PARAMETERS_OK && !dcv_text_is_host_name(name, strlen(name))) {
			verdict = DCV_PARAMETERS_ISSUER_NAME;
		}
		if (!accept_entry(check, verdict, "/issuer_domain_names", i)) {
			return false;
		}
	}
	return true;
}

static bool check_address(struct check *check)
{
	struct plx_ip ip;
	unsigned family = check->parameters->dns_record_type == PLX_TYPE_A ? 4 : 6;
	if (!check_expected_text(check)) {
		return false;
	}
	bool is_right =
		plx_ip_parse(check->parameters->challenge_value, &ip) == 0 && ip.family == family;
	return accept(check, is_right ? DCV_PARAMETERS_OK : DCV_PARAMETERS_ADDRESS,
		      "/challenge_value");
}

static bool check_website(struct check *check)
{
	const struct dcv_parameters *parameters = check->parameters;
	bool is_regex_alone =
		check->switches->regex_may_stand_alone && parameters->match_regex != NULL &&
		parameters->challenge_value != NULL && parameters->challenge_value[0] == '\0';
	return (is_regex_alone || check_challenge(check)) && check_path(check) &&
	       check_scheme(check) && check_regex(check) && check_headers(check);
}

static bool check_members(struct check *check)
{
	switch (check->parameters->method) {
	case DCV_WEBSITE_CHANGE:
		return check_website(check);
	case DCV_ACME_HTTP_01:
		return check_token(check) && check_key_authorization(check) && check_headers(check);
	case DCV_ACME_DNS_01:
		return check_hash_base64url(check);
	case DCV_ACME_TLS_ALPN_01:
		return check_hash_hex(check);
	case DCV_ACME_DNS_ACCOUNT_01:
		return check_hash_base64url(check) && check_account(check);
	case DCV_DNS_CHANGE:
		return check_challenge(check) && check_prefix(check) &&
		       check_record_type(check, PLX_TYPE_TXT, PLX_TYPE_CNAME, PLX_TYPE_CAA);
	case DCV_DNS_PERSISTENT:
		return check_issuers(check) && check_account(check);
	case DCV_CONTACT_EMAIL_TXT:
	case DCV_CONTACT_EMAIL_CAA:
	case DCV_CONTACT_PHONE_TXT:
	case DCV_CONTACT_PHONE_CAA:
	case DCV_REVERSE_ADDRESS_LOOKUP:
		return check_expected_text(check);
	case DCV_IP_ADDRESS:
		return check_record_type(check, PLX_TYPE_A, PLX_TYPE_AAAA, PLX_TYPE_A) &&
		       check_address(check) && check_prefix(check);
	case DCV_METHOD_NONE:
	case DCV_METHOD_COUNT:
		break;
	}
	return accept(check, DCV_PARAMETERS_METHOD_UNKNOWN, "/validation_method");
}

static bool check_method(struct check *check, const struct dcv_identifier *identifier,
			 int64_t unix_time)
{
	enum dcv_method method = check->parameters->method;
	const struct dcv_method_rule *rule = dcv_method_rule_get(method);
	enum dcv_parameters_verdict verdict = DCV_PARAMETERS_OK;
	if (rule->name == NULL) {
		verdict = DCV_PARAMETERS_METHOD_UNKNOWN;
	} else if (!dcv_method_is_in_force(method, unix_time)) {
		verdict = DCV_PARAMETERS_METHOD_RETIRED;
	} else if (dcv_method_section(method, identifier->is_ip) == NULL) {
		verdict = identifier->is_ip ? DCV_PARAMETERS_METHOD_NOT_FOR_IP
					    : DCV_PARAMETERS_METHOD_NOT_FOR_DOMAIN;
	} else if (identifier->is_wildcard && !rule->allows_wildcard) {
		verdict = DCV_PARAMETERS_METHOD_NOT_FOR_WILDCARD;
	} else if (identifier->is_onion && !rule->allows_onion) {
		verdict = DCV_PARAMETERS_METHOD_NOT_FOR_ONION;
	}
	return accept(check, verdict, "/validation_method");
}

// Thirty days after its issue a value is still good, one second later it is not (BR 3.2.2.4.7, .18 ...).
enum dcv_parameters_verdict dcv_parameters_age_verdict(const struct dcv_parameters *parameters,
						       int64_t unix_time)
{
	int64_t issued_at = parameters->issued_at;
	int64_t age_max_s = dcv_method_rule_get(parameters->method)->value_age_max_s;
	if (issued_at == 0 || age_max_s == 0) {
		return DCV_PARAMETERS_OK;
	}
	return issued_at > unix_time + DCV_CLOCK_SKEW_S ? DCV_PARAMETERS_FROM_THE_FUTURE
	       : issued_at < unix_time - age_max_s      ? DCV_PARAMETERS_EXPIRED
							: DCV_PARAMETERS_OK;
}

static bool check_age(struct check *check, int64_t unix_time)
{
	return accept(check, dcv_parameters_age_verdict(check->parameters, unix_time),
		      "/issued_at");
}

struct dcv_parameters_finding dcv_parameters_check(const struct dcv_parameters *parameters,
						   const struct dcv_identifier *identifier,
						   int64_t unix_time,
						   const struct dcv_switches *switches)
{
	struct check check = {.parameters = parameters, .switches = switches};
	(void)(check_method(&check, identifier, unix_time) && check_members(&check) &&
	       check_age(&check, unix_time));
	return check.finding;
}

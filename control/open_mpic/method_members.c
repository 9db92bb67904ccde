// SPDX-License-Identifier: BSD-3-Clause

#include "open_mpic/method_members.h"

#include "open_mpic/lax_value.h"

#include <jansson.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define METHOD_MEMBERS_MAX 8
#define METHOD_NAME_MAX 64 // octets of one that is told back
#define TAGS_TEXT_MAX 1024
#define RECORD(name_) "<DnsRecordType." name_ ": '" name_ "'>"

enum member_form {
	MEMBER_NONE = 0,
	MEMBER_TEXT,
	MEMBER_TEXT_OR_NULL,
	MEMBER_HEADERS, // an object of texts, or null
	MEMBER_BOOLEAN,
	MEMBER_FIXED_BOOLEAN,
	MEMBER_WORD,       // one of a list
	MEMBER_FIXED_WORD, // the only one of a list
	MEMBER_NAMES,      // at least one text
	MEMBER_URI,
};

struct member {
	const char *name;
	enum member_form form;
	bool is_required;
	bool default_boolean;
	const char *words;    // with a blank behind each; the first is the default
	const char *expected; // how pydantic names them
	const char *fault;    // its name for the fault
};

#define REQUIRED_TEXT(name_)                                                                       \
	{                                                                                          \
		.name = (name_), .form = MEMBER_TEXT, .is_required = true                          \
	}
#define HEADERS                                                                                    \
	{                                                                                          \
		.name = "http_headers", .form = MEMBER_HEADERS                                     \
	}
#define BOOLEAN(name_, value_)                                                                     \
	{                                                                                          \
		.name = (name_), .form = MEMBER_BOOLEAN, .default_boolean = (value_)               \
	}
#define FIXED_CASE(value_)                                                                         \
	{                                                                                          \
		.name = "require_exact_case", .form = MEMBER_FIXED_BOOLEAN,                        \
		.default_boolean = (value_)                                                        \
	}
#define FIXED_TYPE(type_)                                                                          \
	{                                                                                          \
		.name = "dns_record_type", .form = MEMBER_FIXED_WORD, .words = type_ " ",          \
		.expected = RECORD(type_), .fault = "literal_error"                                \
	}
#define FIXED_PREFIX(prefix_)                                                                      \
	{                                                                                          \
		.name = "dns_name_prefix", .form = MEMBER_FIXED_WORD, .words = prefix_ " ",        \
		.expected = "'" prefix_ "'", .fault = "literal_error"                              \
	}
#define PREFIX                                                                                     \
	{                                                                                          \
		.name = "dns_name_prefix", .form = MEMBER_TEXT_OR_NULL                             \
	}

static const struct member members[DCV_METHOD_COUNT][METHOD_MEMBERS_MAX] = {
	[DCV_WEBSITE_CHANGE] = {REQUIRED_TEXT("challenge_value"),
				REQUIRED_TEXT("http_token_path"),
				{.name = "url_scheme",
				 .form = MEMBER_WORD,
				 .words = "http https ",
				 .expected = "'http' or 'https'",
				 .fault = "enum"},
				HEADERS,
				{.name = "match_regex", .form = MEMBER_TEXT_OR_NULL},
				BOOLEAN("require_exact_case", true)},
	[DCV_ACME_HTTP_01] = {REQUIRED_TEXT("token"), REQUIRED_TEXT("key_authorization"), HEADERS,
			      FIXED_CASE(true)},
	[DCV_ACME_DNS_01] = {REQUIRED_TEXT("key_authorization_hash"), FIXED_TYPE("TXT"),
			     FIXED_PREFIX("_acme-challenge"), FIXED_CASE(true)},
	[DCV_ACME_TLS_ALPN_01] = {REQUIRED_TEXT("key_authorization_hash"), FIXED_CASE(false)},
	[DCV_DNS_CHANGE] = {REQUIRED_TEXT("challenge_value"),
			    {.name = "dns_record_type",
			     .form = MEMBER_WORD,
			     .is_required = true,
			     .words = "CNAME TXT CAA ",
			     .expected = RECORD("CNAME") ", " RECORD("TXT") " or " RECORD("CAA"),
			     .fault = "literal_error"},
			    PREFIX,
			    BOOLEAN("require_exact_match", false),
			    BOOLEAN("require_exact_case", true)},
	[DCV_DNS_PERSISTENT] =
		{{.name = "issuer_domain_names", .form = MEMBER_NAMES, .is_required = true},
		 {.name = "expected_account_uri", .form = MEMBER_URI, .is_required = true},
		 FIXED_TYPE("TXT"),
		 FIXED_PREFIX("_validation-persist"),
		 FIXED_CASE(false)},
	[DCV_CONTACT_EMAIL_TXT] = {REQUIRED_TEXT("challenge_value"), FIXED_TYPE("TXT"),
				   FIXED_PREFIX("_validation-contactemail"), FIXED_CASE(false)},
	[DCV_CONTACT_PHONE_TXT] = {REQUIRED_TEXT("challenge_value"), FIXED_TYPE("TXT"),
				   FIXED_PREFIX("_validation-contactphone"), FIXED_CASE(false)},
	[DCV_CONTACT_EMAIL_CAA] = {REQUIRED_TEXT("challenge_value"), FIXED_TYPE("CAA"), PREFIX,
				   FIXED_CASE(false)},
	[DCV_CONTACT_PHONE_CAA] = {REQUIRED_TEXT("challenge_value"), FIXED_TYPE("CAA"), PREFIX,
				   FIXED_CASE(false)},
	[DCV_IP_ADDRESS] = {REQUIRED_TEXT("challenge_value"),
			    {.name = "dns_record_type",
			     .form = MEMBER_WORD,
			     .is_required = true,
			     .words = "A AAAA ",
			     .expected = RECORD("A") " or " RECORD("AAAA"),
			     .fault = "literal_error"},
			    PREFIX,
			    FIXED_CASE(false)},
	[DCV_REVERSE_ADDRESS_LOOKUP] = {REQUIRED_TEXT("challenge_value"), FIXED_TYPE("PTR"), PREFIX,
					FIXED_CASE(false)},
};

static bool is_word(const char *words, const char *text)
{
	size_t length = strlen(text);
	for (const char *word = words; *word != '\0'; word += strcspn(word, " ") + 1) {
		if (strcspn(word, " ") == length && memcmp(word, text, length) == 0) {
			return true;
		}
	}
	return false;
}

// RFC 3986 3: a scheme, a colon, and something behind it.
static bool is_uri(const char *text)
{
	size_t length = 0;
	while (isascii((unsigned char)text[length]) &&
	       (isalnum((unsigned char)text[length]) ||
		(text[length] != '\0' && strchr("+-.", text[length]) != NULL))) {
		length++;
	}
	return length > 0 && isalpha((unsigned char)text[0]) && text[length] == ':' &&
	       text[length + 1] != '\0';
}

static bool names_check(const json_t *value, struct issue_list *issues)
{
	if (json_is_array(value) && json_array_size(value) == 0) {
		return issue_add(issues, "too_short",
				 "List should have at least 1 item after validation, not 0", value,
				 json_pack("{s:s, s:i, s:i}", "field_type", "List", "min_length", 1,
					   "actual_length", 0));
	}
	return lax_texts_check(value, issues);
}

static bool boolean_check(const struct member *member, const json_t *value,
			  struct issue_list *issues, json_t **ret_value)
{
	bool boolean = false;
	if (member->form == MEMBER_FIXED_BOOLEAN) {
		// pydantic compares by ==, for which 1 and 1.0 are True.
		bool is_equal =
			(json_is_boolean(value) || json_is_number(value)) &&
			(json_is_boolean(value) ? json_is_true(value) == member->default_boolean
						: json_number_value(value) ==
							  (member->default_boolean ? 1.0 : 0.0));
		boolean = member->default_boolean;
		if (!is_equal) {
			return issue_add_expected(issues, "literal_error",
						  boolean ? "True" : "False", value);
		}
	} else if (!lax_boolean_read(value, issues, &boolean)) {
		return false;
	}
	*ret_value = json_boolean(boolean);
	return true;
}

// The value as it is echoed, a new reference; NULL and an issue.
static json_t *member_read(const struct member *member, json_t *value, struct issue_list *issues)
{
	const char *text = "";
	json_t *echo = NULL;
	bool is_good = true;
	switch (member->form) {
	case MEMBER_TEXT_OR_NULL:
		is_good = json_is_null(value) || lax_text_read(value, issues, &text);
		break;
	case MEMBER_TEXT:
		is_good = lax_text_read(value, issues, &text);
		break;
	case MEMBER_HEADERS:
		is_good = json_is_null(value) || lax_text_members_check(value, issues);
		break;
	case MEMBER_BOOLEAN:
	case MEMBER_FIXED_BOOLEAN:
		return boolean_check(member, value, issues, &echo) ? echo : NULL;
	case MEMBER_WORD:
	case MEMBER_FIXED_WORD:
		is_good = json_is_string(value) && is_word(member->words, json_string_value(value));
		if (!is_good) {
			issue_add_expected(issues, member->fault, member->expected, value);
		}
		break;
	case MEMBER_NAMES:
		is_good = names_check(value, issues);
		break;
	case MEMBER_URI:
		is_good = lax_text_read(value, issues, &text);
		if (is_good && !is_uri(text)) {
			is_good = issue_add(issues, "value_error",
					    "Value error, expected_account_uri must be a URI",
					    value, NULL);
		}
		break;
	case MEMBER_NONE:
		is_good = false;
		break;
	}
	return is_good ? json_incref(value) : NULL;
}

static json_t *default_write(const struct member *member)
{
	switch (member->form) {
	case MEMBER_BOOLEAN:
	case MEMBER_FIXED_BOOLEAN:
		return json_boolean(member->default_boolean);
	case MEMBER_WORD:
	case MEMBER_FIXED_WORD:
		return json_stringn(member->words, strcspn(member->words, " "));
	case MEMBER_NONE:
	case MEMBER_TEXT:
	case MEMBER_TEXT_OR_NULL:
	case MEMBER_HEADERS:
	case MEMBER_NAMES:
	case MEMBER_URI:
		break;
	}
	return json_null();
}

// "<DcvValidationMethod.ACME_HTTP_01: 'acme-http-01'>, ..."
static void format_tags(char text[TAGS_TEXT_MAX])
{
	size_t used = 0;
	for (int i = DCV_METHOD_NONE + 1; i < DCV_METHOD_COUNT; i++) {
		const char *name = dcv_method_name((enum dcv_method)i);
		if (members[i][0].name == NULL) {
			continue;
		}
		used += (size_t)snprintf(text + used, TAGS_TEXT_MAX - used,
					 "%s<DcvValidationMethod.", used > 0 ? ", " : "");
		for (const char *c = name; *c != '\0'; c++) {
			text[used++] = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
		}
		used += (size_t)snprintf(text + used, TAGS_TEXT_MAX - used, ": '%s'>", name);
	}
}

static enum dcv_method method_read(json_t *value, struct issue_list *issues)
{
	char tags[TAGS_TEXT_MAX];
	char message[TAGS_TEXT_MAX + 128];
	const json_t *tag = json_object_get(value, "validation_method");
	if (!json_is_object(value)) {
		issue_add(issues, "model_attributes_type",
			  "Input should be a valid dictionary or object to extract fields from",
			  value, NULL);
		return DCV_METHOD_NONE;
	}
	if (tag == NULL) {
		issue_add(issues, "union_tag_not_found",
			  "Unable to extract tag using discriminator 'validation_method'", value,
			  json_pack("{s:s}", "discriminator", "'validation_method'"));
		return DCV_METHOD_NONE;
	}
	const char *name = json_is_string(tag) ? json_string_value(tag) : "";
	// Whole or not at all: a cut could part the octets of a character.
	name = strlen(name) <= METHOD_NAME_MAX ? name : "...";
	enum dcv_method method = dcv_method_find(name);
	if (method != DCV_METHOD_NONE && members[method][0].name != NULL) {
		return method;
	}
	format_tags(tags);
	(void)snprintf(message, sizeof(message),
		       "Input tag '%s' found using 'validation_method' does not match any of the "
		       "expected tags: %s",
		       name, tags);
	issue_add(issues, "union_tag_invalid", message, value,
		  json_pack("{s:s, s:s, s:s}", "discriminator", "'validation_method'", "tag", name,
			    "expected_tags", tags));
	return DCV_METHOD_NONE;
}

// Only TXT has case to be exact about.
static void settle_case(enum dcv_method method, json_t *parameters)
{
	const char *type = json_string_value(json_object_get(parameters, "dns_record_type"));
	if (method == DCV_DNS_CHANGE && type != NULL && strcmp(type, "TXT") != 0) {
		json_object_set_new(parameters, "require_exact_case", json_false());
	}
}

bool method_members_read(json_t *value, struct issue_list *issues, enum dcv_method *ret_method,
			 json_t **ret_parameters)
{
	enum dcv_method method = method_read(value, issues);
	if (method == DCV_METHOD_NONE) {
		return false;
	}
	bool is_good = true;
	json_t *parameters = json_pack("{s:s}", "validation_method", dcv_method_name(method));
	issue_list_enter(issues, dcv_method_name(method));
	for (size_t i = 0; i < METHOD_MEMBERS_MAX && members[method][i].name != NULL; i++) {
		const struct member *member = &members[method][i];
		json_t *given = json_object_get(value, member->name);
		json_t *echo = NULL;
		issue_list_enter(issues, member->name);
		if (given != NULL) {
			echo = member_read(member, given, issues);
		} else if (member->is_required) {
			issue_add(issues, "missing", "Field required", value, NULL);
		} else {
			echo = default_write(member);
		}
		issue_list_leave(issues);
		is_good &= echo != NULL && json_object_set_new(parameters, member->name, echo) == 0;
	}
	issue_list_leave(issues);
	if (!is_good) {
		json_decref(parameters);
		return false;
	}
	settle_case(method, parameters);
	*ret_method = method;
	*ret_parameters = parameters;
	return true;
}

// SPDX-License-Identifier: BSD-3-Clause

#include "diagnosis/dns_sighting.h"

#include <parallax/base/attributes.h>

#include <jansson.h>

#include <string.h>
#include <strings.h>

enum dns_answer {
	DNS_ANSWER_NONE = 0, // not readable
	DNS_ANSWER_DEFINITIVE,
	DNS_ANSWER_BOGUS,
	DNS_ANSWER_OUR_FAULT, // of the perspective's dataplane
	DNS_ANSWER_NOT_IMPLEMENTED,
	DNS_ANSWER_FAILED,
};

// Info-codes of RFC 8914 by which a validating server tells that the zone's DNSSEC is at fault: bogus, expired, not yet
// valid, no DNSKEY, no RRSIG, no zone key bit, no NSEC.
static bool is_bogus_code(json_int_t code)
{
	return code >= 6 && code <= 12;
}

static enum dns_answer answer_of(const json_t *lookup)
{
	static const struct {
		const char *status;
		enum dns_answer answer;
	} known[] = {
		{"NOERROR", DNS_ANSWER_DEFINITIVE},
		{"NXDOMAIN", DNS_ANSWER_DEFINITIVE},
		{"BOGUS", DNS_ANSWER_BOGUS},
		{"LOST", DNS_ANSWER_OUR_FAULT},
		{"CANCELLED", DNS_ANSWER_OUR_FAULT},
		{"NOT_EVALUATED", DNS_ANSWER_OUR_FAULT},
		{"NOTIMP", DNS_ANSWER_NOT_IMPLEMENTED},
		{"FORMERR", DNS_ANSWER_NOT_IMPLEMENTED},
		// A fault of the zone's contents, not of its servers.
		{"LOOP", DNS_ANSWER_DEFINITIVE},
		{"INVALID_NAME", DNS_ANSWER_DEFINITIVE},
	};
	const char *status = json_string_value(json_object_get(lookup, "status"));
	if (status == NULL) {
		return DNS_ANSWER_NONE;
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(known); i++) {
		if (strcmp(status, known[i].status) == 0) {
			return known[i].answer;
		}
	}
	const json_t *ede = json_object_get(lookup, "ede");
	return json_is_integer(ede) && is_bogus_code(json_integer_value(ede)) ? DNS_ANSWER_BOGUS
									      : DNS_ANSWER_FAILED;
}

static bool is_below(const char *name, const char *parent)
{
	size_t length = strlen(name);
	size_t parent_length = strlen(parent);
	return length >= parent_length && parent_length > 0 &&
	       strcasecmp(name + length - parent_length, parent) == 0 &&
	       (length == parent_length || name[length - parent_length - 1] == '.');
}

// Two names of which one lies below the other are served by the same servers often enough; an alias leads elsewhere.
static bool is_same_place(const json_t *one, const json_t *other)
{
	const char *name = json_string_value(json_object_get(one, "name"));
	const char *other_name = json_string_value(json_object_get(other, "name"));
	return name != NULL && other_name != NULL &&
	       (is_below(name, other_name) || is_below(other_name, name)) &&
	       json_array_size(json_object_get(one, "aliases")) == 0 &&
	       json_array_size(json_object_get(other, "aliases")) == 0;
}

// That some other type is answered there. Addresses are never refused as a type; another zone may hold them.
static bool is_answered_otherwise(const json_t *failed, const struct check_result *result)
{
	const json_t *lookups = result != NULL ? json_object_get(result->evidence, "dns") : NULL;
	const char *type = json_string_value(json_object_get(failed, "type"));
	if (type == NULL || strcmp(type, "A") == 0 || strcmp(type, "AAAA") == 0) {
		return false;
	}
	for (size_t i = 0; i < json_array_size(lookups) && i < DNS_SIGHTINGS_MAX; i++) {
		const json_t *lookup = json_array_get(lookups, i);
		const char *other = json_string_value(json_object_get(lookup, "type"));
		if (other != NULL && strcmp(type, other) != 0 &&
		    answer_of(lookup) == DNS_ANSWER_DEFINITIVE && is_same_place(failed, lookup)) {
			return true;
		}
	}
	return false;
}

enum sighting_kind dns_sighting_of(const struct check_result *result,
				   const struct check_result *other)
{
	const json_t *lookups = json_object_get(result->evidence, "dns");
	enum sighting_kind kind = SIGHTING_NONE;
	for (size_t i = 0; i < json_array_size(lookups) && i < DNS_SIGHTINGS_MAX; i++) {
		const json_t *lookup = json_array_get(lookups, i);
		switch (answer_of(lookup)) {
		case DNS_ANSWER_NONE:
			break;
		case DNS_ANSWER_DEFINITIVE:
			kind = json_array_size(json_object_get(lookup, "records")) > 0
				       ? SIGHTING_OTHER_RECORD
				       : SIGHTING_NO_RECORD;
			break;
		case DNS_ANSWER_BOGUS:
			return SIGHTING_BOGUS;
		case DNS_ANSWER_OUR_FAULT:
			return SIGHTING_DOWN;
		case DNS_ANSWER_NOT_IMPLEMENTED:
			return SIGHTING_TYPE_REFUSED;
		case DNS_ANSWER_FAILED:
			return is_answered_otherwise(lookup, result) ||
					       is_answered_otherwise(lookup, other)
				       ? SIGHTING_TYPE_REFUSED
				       : SIGHTING_UNREACHABLE;
		}
	}
	return kind;
}

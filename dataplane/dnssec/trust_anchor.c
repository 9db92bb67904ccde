// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/trust_anchor.h"

#include <parallax/base/byte_writer.h>
#include <parallax/base/error.h>

#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\r"
#define FIELDS_MAX 64
#define KEY_RDATA_MAX (TRUST_ANCHOR_LINE_MAX / 4 * 3 + 4)

struct fields {
	unsigned count;
	unsigned next;
	char *text[FIELDS_MAX];
};

static bool split(char *line, struct fields *fields)
{
	char *rest = line;
	line[strcspn(line, ";")] = '\0';
	*fields = (struct fields) {0};
	for (char *field; (field = strsep(&rest, BLANKS)) != NULL;) {
		if (*field == '\0') {
			continue;
		}
		if (fields->count == FIELDS_MAX) {
			return false;
		}
		fields->text[fields->count++] = field;
	}
	return true;
}

static const char *take(struct fields *fields)
{
	return fields->next < fields->count ? fields->text[fields->next++] : "";
}

static bool take_number(struct fields *fields, unsigned long max, unsigned long *ret_number)
{
	const char *text = take(fields);
	char *end;
	if (text[0] < '0' || text[0] > '9' || strlen(text) > 5) {
		return false;
	}
	*ret_number = strtoul(text, &end, 10);
	return *end == '\0' && *ret_number <= max;
}

static bool is_type(const char *text)
{
	return strcasecmp(text, "DS") == 0 || strcasecmp(text, "DNSKEY") == 0;
}

// Owner, TTL and class may be left out; the owner is the root then.
static const char *take_type(struct fields *fields, struct plx_name *ret_owner)
{
	const char *text = take(fields);
	*ret_owner = (struct plx_name) {.length = 1};
	if (!is_type(text) && strcasecmp(text, "IN") != 0) {
		if (plx_name_parse(text, strlen(text), ret_owner) < 0) {
			return NULL;
		}
		plx_name_lower(ret_owner);
		text = take(fields);
	}
	if (text[0] >= '0' && text[0] <= '9' && text[strspn(text, "0123456789")] == '\0') {
		text = take(fields);
	}
	if (strcasecmp(text, "IN") == 0) {
		text = take(fields);
	}
	return is_type(text) ? text : NULL;
}

// The rest of the fields, joined.
static size_t join(struct fields *fields, char joined[static TRUST_ANCHOR_LINE_MAX])
{
	size_t length = 0;
	while (fields->next < fields->count) {
		const char *text = take(fields);
		memcpy(joined + length, text, strlen(text)); // parts of one line: they fit
		length += strlen(text);
	}
	joined[length] = '\0';
	return length;
}

static int hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9') {
		return digit - '0';
	}
	digit = (char)plx_ascii_lower((uint8_t)digit);
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static bool read_ds(struct fields *fields, struct ds *ret_ds)
{
	char hex[TRUST_ANCHOR_LINE_MAX];
	unsigned long tag;
	unsigned long algorithm;
	unsigned long digest_type;
	if (!take_number(fields, UINT16_MAX, &tag) || !take_number(fields, UINT8_MAX, &algorithm) ||
	    !take_number(fields, UINT8_MAX, &digest_type)) {
		return false;
	}
	struct ds ds = {.tag = (uint16_t)tag,
			.algorithm = (uint8_t)algorithm,
			.digest_type = (uint8_t)digest_type,
			.digest_length = ds_digest_length((uint8_t)digest_type)};
	if (ds.digest_length == 0 || join(fields, hex) != 2U * ds.digest_length) {
		return false;
	}
	for (unsigned i = 0; i < ds.digest_length; i++) {
		int high = hex_digit(hex[2 * i]);
		int low = hex_digit(hex[2 * i + 1]);
		if (high < 0 || low < 0) {
			return false;
		}
		ds.digest[i] = (uint8_t)(high << 4 | low);
	}
	*ret_ds = ds;
	return true;
}

static bool read_dnskey(struct fields *fields, const struct plx_name *owner, struct ds *ret_ds)
{
	char base64[TRUST_ANCHOR_LINE_MAX];
	uint8_t rdata[KEY_RDATA_MAX];
	struct plx_writer writer = plx_writer_init(rdata, sizeof(rdata));
	unsigned long flags;
	unsigned long protocol;
	unsigned long algorithm;
	struct dnskey key;
	if (!take_number(fields, UINT16_MAX, &flags) ||
	    !take_number(fields, UINT8_MAX, &protocol) ||
	    !take_number(fields, UINT8_MAX, &algorithm)) {
		return false;
	}
	plx_write_u16(&writer, (uint16_t)flags);
	plx_write_u8(&writer, (uint8_t)protocol);
	plx_write_u8(&writer, (uint8_t)algorithm);
	size_t length = join(fields, base64);
	int decoded =
		EVP_DecodeBlock(rdata + writer.position, (const uint8_t *)base64, (int)length);
	// It counts the padding as octets.
	for (unsigned padding = 0; decoded > 0 && padding < 2 && base64[length - 1] == '=';
	     padding++) {
		length--;
		decoded--;
	}
	if (decoded <= 0 || dnskey_parse(rdata, writer.position + (size_t)decoded, &key) < 0 ||
	    !dnskey_is_zone_key(&key)) {
		return false;
	}
	*ret_ds = (struct ds) {
		.tag = key.tag, .algorithm = key.algorithm, .digest_type = DNSSEC_DIGEST_SHA256};
	return ds_digest(DNSSEC_DIGEST_SHA256, owner, &key, ret_ds->digest,
			 &ret_ds->digest_length) == 0;
}

static bool add(struct trust_anchors *anchors, const struct plx_name *owner, const struct ds *ds)
{
	unsigned i = 0;
	while (i < anchors->zone_count && !plx_name_equal(&anchors->zones[i].zone, owner)) {
		i++;
	}
	if (i == TRUST_ANCHOR_ZONES_MAX || anchors->zones[i].count == DS_SET_MAX) {
		return false;
	}
	struct ds_set *set = &anchors->zones[i];
	set->zone = *owner;
	set->entries[set->count++] = *ds;
	anchors->zone_count += i == anchors->zone_count;
	return true;
}

static bool parse_line(const char *text, size_t length, const struct dnssec_policy *policy,
		       struct trust_anchors *anchors)
{
	char line[TRUST_ANCHOR_LINE_MAX];
	struct fields fields;
	struct plx_name owner;
	struct ds ds;
	if (length >= sizeof(line) || memchr(text, '\0', length) != NULL) {
		return false;
	}
	memcpy(line, text, length);
	line[length] = '\0';
	if (!split(line, &fields)) {
		return false;
	}
	if (fields.count == 0) {
		return true;
	}
	const char *type = take_type(&fields, &owner);
	bool is_read =
		type != NULL && (strcasecmp(type, "DS") == 0 ? read_ds(&fields, &ds)
							     : read_dnskey(&fields, &owner, &ds));
	// An anchor that counts for nothing would make everything below it insecure in silence.
	return is_read && dnssec_policy_has_algorithm(policy, ds.algorithm) &&
	       dnssec_policy_has_digest(policy, ds.digest_type) && add(anchors, &owner, &ds);
}

int trust_anchors_parse(const char *text, size_t length, const struct dnssec_policy *policy,
			struct trust_anchors *ret_anchors, unsigned *ret_line)
{
	struct trust_anchors anchors = {0};
	size_t at = 0;
	for (unsigned number = 1; at < length; number++) {
		const char *end = memchr(text + at, '\n', length - at);
		size_t line_length = end != NULL ? (size_t)(end - text) - at : length - at;
		if (!parse_line(text + at, line_length, policy, &anchors)) {
			*ret_line = number;
			return PLX_ERR_CONFIG;
		}
		at += line_length + 1;
	}
	if (anchors.zone_count == 0) {
		*ret_line = 0;
		return PLX_ERR_CONFIG;
	}
	*ret_anchors = anchors;
	return 0;
}

const struct ds_set *trust_anchors_find(const struct trust_anchors *anchors,
					const struct plx_name *name)
{
	const struct ds_set *closest = NULL;
	for (unsigned i = 0; i < anchors->zone_count; i++) {
		const struct ds_set *set = &anchors->zones[i];
		if (plx_name_is_below(name, &set->zone) &&
		    (closest == NULL || set->zone.length > closest->zone.length)) {
			closest = set;
		}
	}
	return closest;
}

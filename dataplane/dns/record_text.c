// SPDX-License-Identifier: BSD-3-Clause
// RDATA as text, by one string of fields for each type. The text is what kdig prints, without blanks at its end;
// where RDATA is malformed, it is the generic form of RFC 3597, which can always be written.

#include <parallax/base/byte_reader.h>
#include <parallax/base/ip_address.h>
#include <parallax/dns/record.h>

#include "dns/svcb_text.h"
#include "dns/text_output.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

enum rdata_field {
	FIELD_IPV4 = '4',
	FIELD_IPV6 = '6',
	FIELD_NAME = 'n',
	FIELD_U8 = 'b',
	FIELD_U16 = 'w',
	FIELD_U32 = 'l',
	FIELD_TYPE = 't',
	FIELD_TIME = 'd',        // RFC 4034 3.2: YYYYMMDDHHmmSS
	FIELD_STRING = 's',      // one <character-string>
	FIELD_STRINGS = 'S',     // the rest as <character-string>s, one at least
	FIELD_HEX = 'x',         // the rest
	FIELD_BASE64 = 'B',      // the rest
	FIELD_TYPE_BITMAP = 'T', // the rest, may be empty
	FIELD_NSEC3_SALT = 'h',
	FIELD_NSEC3_HASH = 'H',
	FIELD_TEXT = 'q',       // the rest, quoted
	FIELD_SVC_PARAMS = 'p', // the rest, may be empty
};

struct rdata_form {
	uint16_t type;
	const char *fields;
};

static const struct rdata_form forms[] = {
	{PLX_TYPE_A, "4"},
	{PLX_TYPE_NS, "n"},
	{PLX_TYPE_CNAME, "n"},
	{PLX_TYPE_SOA, "nnlllll"},
	{PLX_TYPE_PTR, "n"},
	{13, "ss"}, // HINFO
	{14, "nn"}, // MINFO
	{PLX_TYPE_MX, "wn"},
	{PLX_TYPE_TXT, "S"},
	{17, "nn"}, // RP
	{18, "wn"}, // AFSDB
	{21, "wn"}, // RT
	{PLX_TYPE_AAAA, "6"},
	{PLX_TYPE_SRV, "wwwn"},
	{35, "wwsssn"}, // NAPTR
	{36, "wn"},     // KX
	{37, "wwbB"},   // CERT
	{PLX_TYPE_DNAME, "n"},
	{PLX_TYPE_DS, "wbbx"},
	{44, "bbx"}, // SSHFP
	{PLX_TYPE_RRSIG, "tbblddwnB"},
	{PLX_TYPE_NSEC, "nT"},
	{PLX_TYPE_DNSKEY, "wbbB"},
	{49, "B"}, // DHCID
	{PLX_TYPE_NSEC3, "bbwhHT"},
	{51, "bbwh"}, // NSEC3PARAM
	{PLX_TYPE_TLSA, "bbbx"},
	{53, "bbbx"}, // SMIMEA
	{59, "wbbx"}, // CDS
	{60, "wbbB"}, // CDNSKEY
	{61, "B"},    // OPENPGPKEY
	{62, "lwT"},  // CSYNC
	{63, "lbbx"}, // ZONEMD
	{PLX_TYPE_SVCB, "wnp"},
	{PLX_TYPE_HTTPS, "wnp"},
	{99, "S"},    // SPF
	{256, "wwq"}, // URI
};

static bool address_put(struct text_output *out, struct plx_reader *rdata, uint8_t family)
{
	struct plx_ip ip = {.family = family};
	char text[PLX_IP_TEXT_MAX];
	plx_read_copy(rdata, ip.bytes, plx_ip_length(&ip));
	text_put(out, plx_ip_format(&ip, text));
	return true;
}

static bool name_put(struct text_output *out, struct plx_reader *rdata)
{
	struct plx_name name = {.length = 0};
	uint8_t length;
	do {
		length = plx_read_u8(rdata);
		const uint8_t *label = plx_read_bytes(rdata, length);
		if (label == NULL || length > PLX_LABEL_MAX ||
		    name.length + 1u + length > PLX_NAME_MAX) {
			return false;
		}
		name.wire[name.length] = length;
		memcpy(name.wire + name.length + 1, label, length);
		name.length = (uint8_t)(name.length + 1 + length);
	} while (length > 0);
	text_put_name(out, &name);
	return true;
}

static void type_put(struct text_output *out, uint16_t type)
{
	char text[PLX_TYPE_TEXT_MAX];
	text_put(out, plx_type_format(type, text));
}

static bool time_put(struct text_output *out, uint32_t seconds)
{
	// Serial numbers (RFC 1982) read as 1970 to 2106, with no clock at hand to choose another span.
	time_t when = seconds;
	struct tm utc;
	char text[16];
	if (gmtime_r(&when, &utc) == NULL ||
	    strftime(text, sizeof(text), "%Y%m%d%H%M%S", &utc) == 0) {
		return false;
	}
	text_put(out, text);
	return true;
}

static bool string_put(struct text_output *out, struct plx_reader *rdata)
{
	uint8_t length = plx_read_u8(rdata);
	const uint8_t *string = plx_read_bytes(rdata, length);
	if (string == NULL) {
		return false;
	}
	text_put_quoted(out, string, length);
	return true;
}

static bool strings_put(struct text_output *out, struct plx_reader *rdata)
{
	if (!string_put(out, rdata)) {
		return false;
	}
	while (plx_reader_left(rdata) > 0) {
		text_put_char(out, ' ');
		if (!string_put(out, rdata)) {
			return false;
		}
	}
	return true;
}

// RFC 4034 4.1.2: windows ascend, each of 1 to 32 octets.
static bool type_bitmap_put(struct text_output *out, struct plx_reader *rdata)
{
	int previous_window = -1;
	while (plx_reader_left(rdata) > 0) {
		uint8_t window = plx_read_u8(rdata);
		uint8_t length = plx_read_u8(rdata);
		const uint8_t *bits = plx_read_bytes(rdata, length);
		if (bits == NULL || length == 0 || length > 32 || window <= previous_window) {
			return false;
		}
		previous_window = window;
		for (unsigned i = 0; i < length * 8u; i++) {
			if ((bits[i / 8] & (0x80 >> i % 8)) != 0) {
				text_put_char(out, ' ');
				type_put(out, (uint16_t)(window << 8 | i));
			}
		}
	}
	return true;
}

static bool nsec3_salt_put(struct text_output *out, struct plx_reader *rdata)
{
	uint8_t length = plx_read_u8(rdata);
	const uint8_t *salt = plx_read_bytes(rdata, length);
	if (salt == NULL) {
		return false;
	}
	if (length == 0) {
		text_put_char(out, '-');
	}
	text_put_hex(out, salt, length);
	return true;
}

static bool nsec3_hash_put(struct text_output *out, struct plx_reader *rdata)
{
	uint8_t length = plx_read_u8(rdata);
	const uint8_t *hash = plx_read_bytes(rdata, length);
	if (hash == NULL || length == 0) {
		return false;
	}
	text_put_base32hex(out, hash, length);
	return true;
}

typedef void (*encode_cb)(struct text_output *out, const uint8_t *bytes, size_t length);

static bool rest_put(struct text_output *out, struct plx_reader *rdata, encode_cb encode)
{
	size_t length = plx_reader_left(rdata);
	const uint8_t *bytes = plx_read_bytes(rdata, length);
	if (bytes == NULL || (length == 0 && encode != text_put_quoted)) {
		return false;
	}
	encode(out, bytes, length);
	return true;
}

static bool field_put(struct text_output *out, struct plx_reader *rdata, enum rdata_field field)
{
	switch (field) {
	case FIELD_IPV4:
		return address_put(out, rdata, 4);
	case FIELD_IPV6:
		return address_put(out, rdata, 6);
	case FIELD_NAME:
		return name_put(out, rdata);
	case FIELD_U8:
		text_put_number(out, plx_read_u8(rdata));
		return true;
	case FIELD_U16:
		text_put_number(out, plx_read_u16(rdata));
		return true;
	case FIELD_U32:
		text_put_number(out, plx_read_u32(rdata));
		return true;
	case FIELD_TYPE:
		type_put(out, plx_read_u16(rdata));
		return true;
	case FIELD_TIME:
		return time_put(out, plx_read_u32(rdata));
	case FIELD_STRING:
		return string_put(out, rdata);
	case FIELD_STRINGS:
		return strings_put(out, rdata);
	case FIELD_HEX:
		return rest_put(out, rdata, text_put_hex);
	case FIELD_BASE64:
		return rest_put(out, rdata, text_put_base64);
	case FIELD_TYPE_BITMAP:
		return type_bitmap_put(out, rdata);
	case FIELD_NSEC3_SALT:
		return nsec3_salt_put(out, rdata);
	case FIELD_NSEC3_HASH:
		return nsec3_hash_put(out, rdata);
	case FIELD_TEXT:
		return rest_put(out, rdata, text_put_quoted);
	case FIELD_SVC_PARAMS:
		return svcb_params_put(out, rdata);
	}
	return false;
}

static bool fields_put(struct text_output *out, struct plx_reader *rdata, const char *fields)
{
	for (const char *field = fields; *field != '\0'; field++) {
		// Lists that may be empty bring their own blanks.
		if (field != fields && *field != FIELD_TYPE_BITMAP && *field != FIELD_SVC_PARAMS) {
			text_put_char(out, ' ');
		}
		if (!field_put(out, rdata, (enum rdata_field) * field) || rdata->failed) {
			return false;
		}
	}
	return plx_reader_left(rdata) == 0;
}

static bool caa_put(struct text_output *out, const uint8_t *rdata, size_t length)
{
	struct plx_caa caa;
	if (plx_caa_parse(rdata, length, &caa) < 0) {
		return false;
	}
	text_put_number(out, caa.flags);
	text_put_char(out, ' ');
	text_put_escaped(out, (const uint8_t *)caa.tag, caa.tag_length);
	text_put_char(out, ' ');
	text_put_quoted(out, caa.value, caa.value_length);
	return true;
}

static bool known_form_put(struct text_output *out, uint16_t type, const uint8_t *rdata,
			   size_t length)
{
	if (type == PLX_TYPE_CAA) {
		return caa_put(out, rdata, length);
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(forms); i++) {
		if (forms[i].type == type) {
			struct plx_reader reader = plx_reader_init(rdata, length);
			return fields_put(out, &reader, forms[i].fields);
		}
	}
	return false;
}

size_t plx_rdata_format(uint16_t type, const uint8_t *rdata, size_t length, char *text,
			size_t text_size)
{
	struct text_output out = {.text = text, .size = text_size};
	if (!known_form_put(&out, type, rdata, length)) {
		out.length = 0;
		text_put(&out, "\\# ");
		text_put_number(&out, (uint32_t)length);
		text_put(&out, length > 0 ? " " : "");
		text_put_hex(&out, rdata, length);
	}
	return text_end(&out);
}

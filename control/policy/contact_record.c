// SPDX-License-Identifier: BSD-3-Clause
// The grammars, then the records, then the texts of the reasons.

#include "policy/contact_record.h"

#include <parallax/dns/name.h>
#include <parallax/dns/record.h>

#include "policy/dcv_text.h"
#include "policy/txt_text.h"

#include <string.h>

// Length of the well-formed UTF-8 sequence at `text`, 0 when there is none (RFC 3629: shortest form, no surrogates).
static size_t utf8_sequence(const char *text, size_t left)
{
	const unsigned char *u = (const unsigned char *)text;
	size_t length = u[0] < 0x80                    ? 1
			: u[0] >= 0xc2 && u[0] <= 0xdf ? 2
			: (u[0] & 0xf0) == 0xe0        ? 3
			: u[0] >= 0xf0 && u[0] <= 0xf4 ? 4
						       : 0;
	if (length == 0 || length > left) {
		return 0;
	}
	for (size_t i = 1; i < length; i++) {
		if ((u[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	bool is_wrong = (u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f) ||
			(u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f);
	return is_wrong ? 0 : length;
}

// C1 controls (U+0080 to U+009F) are valid UTF-8 and have no place in an address.
static bool is_c1_control(const char *text, size_t length)
{
	return length == 2 && (unsigned char)text[0] == 0xc2 && (unsigned char)text[1] < 0xa0;
}

static bool is_atom_character(char c)
{
	return dcv_text_is_letter(c) || dcv_text_is_digit(c) ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

// Dot-atom of RFC 5322 with RFC 6532's non-ASCII; for a domain the ASCII part is LDH.
static bool is_dot_atom(const char *text, size_t length, bool is_domain)
{
	size_t label = 0;
	for (size_t i = 0; i < length;) {
		size_t step = utf8_sequence(text + i, length - i);
		char c = text[i];
		if (step == 0 || is_c1_control(text + i, step)) {
			return false;
		}
		bool is_dot = c == '.';
		bool is_edge = is_domain && c == '-' &&
			       (label == 0 || i + 1 == length || text[i + 1] == '.');
		bool is_right = step > 1 || (is_domain ? dcv_text_is_letter(c) || c == '-' ||
								 dcv_text_is_digit(c)
						       : is_atom_character(c));
		if (is_dot ? label == 0 : !is_right || is_edge) {
			return false;
		}
		label = is_dot ? 0 : label + step;
		if (is_domain && label > PLX_LABEL_MAX) {
			return false;
		}
		i += step;
	}
	return label > 0;
}

// RFC 5322 3.2.4 without folding white space.
static bool is_quoted_string(const char *text, size_t length)
{
	if (length < 2 || text[0] != '"' || text[length - 1] != '"') {
		return false;
	}
	for (size_t i = 1; i < length - 1;) {
		bool is_escape = text[i] == '\\';
		if (is_escape && ++i == length - 1) {
			return false;
		}
		size_t step = utf8_sequence(text + i, length - 1 - i);
		if (step == 0 || is_c1_control(text + i, step) || (step == 1 && text[i] < 0x20) ||
		    text[i] == 0x7f || (!is_escape && text[i] == '"')) {
			return false;
		}
		i += step;
	}
	return true;
}

bool contact_email_is_valid(const char *text, size_t length)
{
	if (length > CONTACT_EMAIL_MAX) {
		return false;
	}
	const char *at = memrchr(text, '@', length);
	if (at == NULL) {
		return false;
	}
	size_t local = (size_t)(at - text);
	return local > 0 && local <= CONTACT_EMAIL_LOCAL_MAX &&
	       (is_dot_atom(text, local, false) || is_quoted_string(text, local)) &&
	       is_dot_atom(at + 1, length - local - 1, true);
}

static bool is_separator(char c)
{
	return c != '\0' && strchr("-.() ", c) != NULL;
}

bool contact_phone_is_valid(const char *text, size_t length)
{
	unsigned digits = 0;
	// The country code begins with 1 to 9.
	if (length < 2 || length > CONTACT_PHONE_MAX || text[0] != '+' || text[1] < '1' ||
	    text[1] > '9') {
		return false;
	}
	for (size_t i = 1; i < length; i++) {
		bool is_double_space = text[i] == ' ' && text[i - 1] == ' ';
		if (!dcv_text_is_digit(text[i]) && (!is_separator(text[i]) || is_double_space)) {
			return false;
		}
		digits += dcv_text_is_digit(text[i]);
	}
	return dcv_text_is_digit(text[length - 1]) && digits <= CONTACT_PHONE_DIGITS_MAX;
}

static bool phone_equal(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t i = 0;
	size_t j = 0;
	for (;;) {
		while (i < a_length && is_separator(a[i])) {
			i++;
		}
		while (j < b_length && is_separator(b[j])) {
			j++;
		}
		if (i == a_length || j == b_length) {
			return i == a_length && j == b_length;
		}
		if (a[i++] != b[j++]) {
			return false;
		}
	}
}

bool contact_equal(bool is_phone, const char *a, size_t a_length, const char *b, size_t b_length)
{
	return is_phone ? phone_equal(a, a_length, b, b_length)
			: dcv_text_equal_folded(a, a_length, b, b_length);
}

static bool contact_is_valid(bool is_phone, const char *text, size_t length)
{
	return is_phone ? contact_phone_is_valid(text, length)
			: contact_email_is_valid(text, length);
}

// The text of a record that could be a contact; false when it is none of the method's kind. `tag` NULL: TXT.
static bool candidate_read(const struct plx_result_record *record, const char *tag,
			   char ret_text[static TXT_TEXT_MAX], size_t *ret_length)
{
	struct plx_caa caa;
	if (tag == NULL) {
		return txt_text_join(record, ret_text, ret_length) == 0;
	}
	if (plx_caa_parse(record->rdata, record->rdata_length, &caa) < 0 ||
	    !dcv_text_equal_folded(caa.tag, caa.tag_length, tag, strlen(tag))) {
		return false;
	}
	memcpy(ret_text, caa.value, caa.value_length);
	*ret_length = caa.value_length;
	return true;
}

static enum contact_reason records_judge(bool is_phone, const char *tag, const char *selected,
					 const struct plx_result_record *records, size_t count,
					 size_t *ret_index)
{
	PLX_UNINITIALIZED char text[TXT_TEXT_MAX];
	size_t selected_length = strlen(selected);
	size_t length = 0;
	enum contact_reason reason = CONTACT_NO_RECORDS;
	for (size_t i = 0; i < count; i++) {
		if (!candidate_read(&records[i], tag, text, &length)) {
			continue;
		}
		if (!contact_is_valid(is_phone, text, length)) {
			reason = reason == CONTACT_OTHER ? reason : CONTACT_NONE_USABLE;
			continue;
		}
		if (contact_equal(is_phone, text, length, selected, selected_length)) {
			*ret_index = i;
			return CONTACT_FOUND;
		}
		reason = CONTACT_OTHER;
	}
	return reason;
}

enum contact_reason contact_records_judge(enum dcv_method method, const char *selected,
					  const struct plx_result_record *records, size_t count,
					  size_t *ret_index)
{
	bool is_phone = method == DCV_CONTACT_PHONE_TXT || method == DCV_CONTACT_PHONE_CAA;
	bool is_caa = method == DCV_CONTACT_EMAIL_CAA || method == DCV_CONTACT_PHONE_CAA;
	if (!is_phone && !is_caa && method != DCV_CONTACT_EMAIL_TXT) {
		return CONTACT_NOT_EVALUATED;
	}
	if (selected == NULL || !contact_is_valid(is_phone, selected, strlen(selected))) {
		return CONTACT_BAD_SELECTED;
	}
	const char *tag = !is_caa ? NULL : is_phone ? "contactphone" : "contactemail";
	return records_judge(is_phone, tag, selected, records, count, ret_index);
}

enum check_outcome contact_reason_outcome(enum contact_reason reason)
{
	switch (reason) {
	case CONTACT_FOUND:
		return CHECK_PASS;
	case CONTACT_NO_RECORDS:
	case CONTACT_NONE_USABLE:
	case CONTACT_OTHER:
		return CHECK_FAIL;
	case CONTACT_BAD_SELECTED:
		return CHECK_ERROR;
	case CONTACT_NOT_EVALUATED:
	case CONTACT_REASON_COUNT:
		break;
	}
	return CHECK_NOT_EVALUATED;
}

static const struct {
	const char *name;
	const char *sentence;
} texts[CONTACT_REASON_COUNT] = {
	[CONTACT_NOT_EVALUATED] = {"not-evaluated", "the records were not judged"},
	[CONTACT_FOUND] = {"found", "a record is the selected contact"},
	[CONTACT_NO_RECORDS] = {"no-records", "the domain publishes no contact of this kind"},
	[CONTACT_NONE_USABLE] = {"none-usable",
				 "no record is an address or number and nothing else"},
	[CONTACT_OTHER] = {"other-contact", "the published contacts are not the selected one"},
	[CONTACT_BAD_SELECTED] = {"bad-selected",
				  "the selected contact is no address or global number"},
};

const char *contact_reason_name(enum contact_reason reason)
{
	return (unsigned)reason < CONTACT_REASON_COUNT ? texts[reason].name : "unknown";
}

const char *contact_reason_text(enum contact_reason reason)
{
	return (unsigned)reason < CONTACT_REASON_COUNT ? texts[reason].sentence : "unknown reason";
}

// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/root_hints.h"

#include <parallax/dns/rr_type.h>

#include "iteration/ns_set.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define FIELDS_MAX 5

static const struct plx_name root = {.length = 1};

struct field {
	const char *text;
	size_t length;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

// Splits up to the end of line or comment. More than FIELDS_MAX fields count as FIELDS_MAX + 1.
static unsigned split(const char *line, size_t length, struct field fields[static FIELDS_MAX])
{
	unsigned count = 0;
	size_t i = 0;
	while (i < length && line[i] != ';') {
		if (is_blank(line[i])) {
			i++;
			continue;
		}
		if (count == FIELDS_MAX) {
			return FIELDS_MAX + 1;
		}
		size_t begin = i;
		while (i < length && line[i] != ';' && !is_blank(line[i])) {
			i++;
		}
		fields[count++] = (struct field) {.text = line + begin, .length = i - begin};
	}
	return count;
}

static bool field_is(const struct field *field, const char *word)
{
	return field->length == strlen(word) && strncasecmp(field->text, word, field->length) == 0;
}

static bool is_number(const struct field *field)
{
	for (size_t i = 0; i < field->length; i++) {
		if (field->text[i] < '0' || field->text[i] > '9') {
			return false;
		}
	}
	return true;
}

static int find_name(const struct delegation *delegation, const struct plx_name *name)
{
	for (unsigned i = 0; i < delegation->name_count; i++) {
		struct plx_name other;
		delegation_name(delegation, i, &other);
		if (plx_name_equal(&other, name)) {
			return (int)i;
		}
	}
	return -1;
}

static enum root_hints_fault read_address(struct delegation *hints, const struct plx_name *owner,
					  const struct field *data, uint8_t family)
{
	char text[PLX_IP_TEXT_MAX];
	struct plx_ip ip;
	if (data->length >= sizeof(text)) {
		return ROOT_HINTS_ADDRESS;
	}
	memcpy(text, data->text, data->length);
	text[data->length] = '\0';
	if (plx_ip_parse(text, &ip) < 0 || ip.family != family) {
		return ROOT_HINTS_ADDRESS;
	}
	int index = find_name(hints, owner);
	if (index < 0) {
		// Past DELEGATION_NAMES_MAX servers their addresses are left out with them.
		return hints->name_count == DELEGATION_NAMES_MAX ? ROOT_HINTS_FINE
								 : ROOT_HINTS_OWNER;
	}
	(void)delegation_add_address(hints, (unsigned)index, &ip);
	return ROOT_HINTS_FINE;
}

static enum root_hints_fault read_line(struct delegation *hints, const char *line, size_t length)
{
	struct field fields[FIELDS_MAX];
	unsigned count = split(line, length, fields);
	if (count == 0) {
		return ROOT_HINTS_FINE;
	}
	unsigned at = 1;
	at += at < count && is_number(&fields[at]);
	at += at < count && field_is(&fields[at], "IN");
	if (count > FIELDS_MAX || at + 2 != count) {
		return ROOT_HINTS_FIELDS;
	}
	const struct field *type = &fields[at];
	const struct field *data = &fields[at + 1];
	struct plx_name owner;
	if (plx_name_parse(fields[0].text, fields[0].length, &owner) < 0) {
		return ROOT_HINTS_NAME;
	}
	if (field_is(type, "A")) {
		return read_address(hints, &owner, data, 4);
	}
	if (field_is(type, "AAAA")) {
		return read_address(hints, &owner, data, 6);
	}
	if (!field_is(type, "NS")) {
		return ROOT_HINTS_FIELDS;
	}
	struct plx_name server;
	if (plx_name_parse(data->text, data->length, &server) < 0) {
		return ROOT_HINTS_NAME;
	}
	if (!plx_name_equal(&owner, &root)) {
		return ROOT_HINTS_OWNER;
	}
	(void)delegation_add_name(hints, &server);
	return ROOT_HINTS_FINE;
}

enum root_hints_fault root_hints_parse(const char *text, size_t length,
				       struct delegation *ret_hints, unsigned *ret_line)
{
	struct delegation hints;
	delegation_start(&hints, &root, UINT64_MAX);
	unsigned line_number = 1;
	if (length > ROOT_HINTS_BYTES_MAX) {
		*ret_line = line_number;
		return ROOT_HINTS_TOO_LARGE;
	}
	for (size_t begin = 0; begin < length; line_number++) {
		const char *newline = memchr(text + begin, '\n', length - begin);
		size_t end = newline == NULL ? length : (size_t)(newline - text);
		enum root_hints_fault fault = read_line(&hints, text + begin, end - begin);
		if (fault != ROOT_HINTS_FINE) {
			*ret_line = line_number;
			return fault;
		}
		begin = end + 1;
	}
	if (hints.address_count == 0) {
		*ret_line = line_number > 1 ? line_number - 1 : 1; // the last
		return ROOT_HINTS_NO_ADDRESS;
	}
	*ret_hints = hints;
	return ROOT_HINTS_FINE;
}

const char *root_hints_fault_name(enum root_hints_fault fault)
{
	switch (fault) {
	case ROOT_HINTS_FINE:
		return "fine";
	case ROOT_HINTS_TOO_LARGE:
		return "the file is larger than 64 KiB";
	case ROOT_HINTS_FIELDS:
		return "the line is not: owner [TTL] [IN] NS|A|AAAA data";
	case ROOT_HINTS_NAME:
		return "the line holds no domain name where one belongs";
	case ROOT_HINTS_ADDRESS:
		return "the address is not one of the record's type";
	case ROOT_HINTS_OWNER:
		return "the record belongs to neither the root nor a server named before";
	case ROOT_HINTS_NO_ADDRESS:
		return "no server has an address";
	}
	return "unknown";
}

int root_priming_read(const struct plx_message *message, uint64_t now_ns,
		      struct delegation *ret_root)
{
	if ((message->flags & PLX_FLAG_AA) == 0 || (message->flags & PLX_FLAG_TC) != 0 ||
	    message->rcode != PLX_RCODE_NOERROR || message->question_count != 1 ||
	    message->question_type != PLX_TYPE_NS || message->question_name_length != 1) {
		return -EINVAL;
	}
	PLX_UNINITIALIZED struct ns_set set;
	ns_set_read(message, PLX_SECTION_ANSWER, &root, &root, &set);
	if (set.delegation.address_count == 0) {
		return -EINVAL;
	}
	*ret_root = set.delegation;
	ret_root->expires_ns = delegation_expiry(now_ns, set.ttl);
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
// The text of an identifier. The first octet chooses type and rules. Oracle: what is accepted is canonical (it parses to
// itself), letters, digits and hyphens only, and its name and address say the same; what is refused leaves no trace.

#include "names/identifier.h"

#include "names/reverse_name.h"
#include "names/special_address.h"

#include "fuzz_target.h"

#include <string.h>

static struct suffix_table *suffixes;

static void create_suffixes(void)
{
	struct plx_name test = {.length = 6, .wire = "\4test"};
	if (suffixes == NULL) {
		must(suffix_table_create(NULL, &test, 1, &suffixes) == 0);
	}
}

static void must_be_a_host_name(const struct identifier *identifier)
{
	char text[PLX_NAME_TEXT_MAX];
	const char *name = identifier->text + (identifier->is_wildcard ? 2 : 0);
	must(!identifier->is_wildcard || strncmp(identifier->text, "*.", 2) == 0);
	must(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == strlen(name));
	must(strlen(identifier->text) <= 253 && strchr(name, '.') != NULL);
	must(plx_name_is_valid_wire(identifier->name.wire, identifier->name.length));
	plx_name_format(&identifier->name, text);
	must(strcmp(text, name) == 0 && identifier->ip.family == 0);
	must(identifier->is_onion ||
	     base_domain_find(suffixes, &identifier->name, NULL) == BASE_DOMAIN_FOUND);
}

static void must_be_an_address(const struct identifier *identifier)
{
	struct plx_ip ip;
	struct plx_name name;
	must(!identifier->is_wildcard && !identifier->is_onion && identifier->name.length == 0);
	must(!address_is_special(&identifier->ip));
	must(plx_ip_parse(identifier->text, &ip) == 0 && plx_ip_equal(&ip, &identifier->ip));
	must(reverse_name_make(&ip, &name) == 0);
	must(reverse_name_parse(&name, &ip) == 0 && plx_ip_equal(&ip, &identifier->ip));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {"dns", "ip", NULL, "dns"};
	struct identifier identifier = {0};
	struct identifier again = {0};
	if (size == 0) {
		return 0;
	}
	create_suffixes();
	struct identifier_rules rules = {.suffixes = suffixes,
					 .now_s = REVERSE_NAMES_END_S - (data[0] >> 4 & 1),
					 .accepts_trailing_dot = data[0] & 4};
	enum identifier_fault fault = identifier_parse(types[data[0] & 3], (const char *)data + 1,
						       size - 1, &rules, &identifier);
	if (fault != IDENTIFIER_FAULT_NONE) {
		must(identifier.type == IDENTIFIER_TYPE_NONE && identifier.text[0] == '\0');
		must(strcmp(identifier_fault_name(fault), "unknown") != 0);
		return 0;
	}
	if (identifier.type == IDENTIFIER_TYPE_DNS) {
		must_be_a_host_name(&identifier);
	} else {
		must(identifier.type == IDENTIFIER_TYPE_IP);
		must_be_an_address(&identifier);
	}
	must(identifier_parse(identifier_type_name(identifier.type), identifier.text,
			      strlen(identifier.text), &rules, &again) == IDENTIFIER_FAULT_NONE);
	must(memcmp(&identifier, &again, sizeof(again)) == 0);
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
// The issue-value of RFC 8659 4.2, strictly: the value of issue, issuewild and issuemail properties, and the text of a
// persistent DCV record (BR 3.2.2.4.22).
//
//	issue-value = *WSP [issuer *WSP] [";" *WSP [parameter *( *WSP ";" *WSP parameter) *WSP]]
//	issuer      = label *("." label)                   label, tag = alnum *( *"-" alnum)
//	parameter   = tag *WSP "=" *WSP value              value = *(%x21-3A / %x3C-7E)

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>

// A value of 64 KiB has room for 16,000 parameters, each of which would be compared with each name that matters. RFC
// 8657 defines two and the persistent record four; whoever writes more authorises nobody.
#define ISSUE_PARAMETERS_MAX 64

// Views into the value, not terminated.
struct issue_parameter {
	const char *tag;
	const char *value;
	size_t tag_length; // at least 1
	size_t value_length;
};

// Zeroed memory has no issuer, which authorises nobody.
struct issue_value {
	const char *issuer;
	size_t issuer_length; // 0: no issuer is named
	size_t parameter_count;
	struct issue_parameter parameters[ISSUE_PARAMETERS_MAX];
};

enum issue_value_fault {
	ISSUE_VALUE_SOUND = 0,
	ISSUE_VALUE_BAD_ISSUER,
	ISSUE_VALUE_NO_SEMICOLON,
	ISSUE_VALUE_EMPTY_PARAMETER,
	ISSUE_VALUE_BAD_TAG,
	ISSUE_VALUE_NO_EQUALS,
	ISSUE_VALUE_BAD_VALUE,
	ISSUE_VALUE_TOO_MANY_PARAMETERS,
	ISSUE_VALUE_FAULT_COUNT
};

// Takes `value` (octets from DNS, any content, may be empty) apart. The views live as long as `value`. `ret_value` is
// left alone unless it is sound. Pure, any thread.
PLX_MUST_CHECK enum issue_value_fault issue_value_parse(const char *value, size_t length,
							struct issue_value *ret_value);

// How many parameters have this tag, and the first of them (NULL when there is none). Letter case of tags does not
// count, so that no spelling slips past a restriction, or past the search for duplicates.
size_t issue_value_count(const struct issue_value *value, const char *tag);
const struct issue_parameter *issue_value_find(const struct issue_value *value, const char *tag);

const char *issue_value_fault_name(enum issue_value_fault fault); // "bad-issuer"
const char *issue_value_fault_text(enum issue_value_fault fault); // a sentence without a full stop

// SPDX-License-Identifier: BSD-3-Clause
// accounturi and validationmethods: each judged by itself, the account first.

#include "policy/caa_parameters.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

// RFC 3986 3.1. The length with the colon; 0 when there is no scheme.
static size_t scheme_length(const char *text, size_t length)
{
	if (length == 0 || !is_letter(text[0])) {
		return 0;
	}
	for (size_t i = 1; i < length; i++) {
		if (text[i] == ':') {
			return i + 1;
		}
		if (!is_letter(text[i]) && !is_digit(text[i]) && strchr("+-.", text[i]) == NULL) {
			return 0;
		}
	}
	return 0;
}

// A scheme, then the characters of RFC 3986 2 with whole percent triplets and at most one fragment. What else could be
// wrong with it, such as a port of letters, differs from every account's URI anyhow.
static bool uri_is_valid(const char *text, size_t length)
{
	size_t i = scheme_length(text, length);
	bool has_fragment = false;
	if (i == 0 || i == length) {
		return false;
	}
	for (; i < length; i++) {
		char c = text[i];
		if (c == '%') {
			if (length - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) {
				return false;
			}
		} else if (c == '#') {
			if (has_fragment) {
				return false;
			}
			has_fragment = true;
		} else if (c == '\0' || (!is_letter(c) && !is_digit(c) &&
					 strchr("-._~:/?[]@!$&'()*+,;=", c) == NULL)) {
			return false;
		}
	}
	return true;
}

static bool parameter_equals(const struct issue_parameter *parameter, const char *text)
{
	return text != NULL && strlen(text) == parameter->value_length &&
	       memcmp(text, parameter->value, parameter->value_length) == 0;
}

static enum caa_binding account_judge(const struct issue_value *value,
				      const struct caa_requester *requester,
				      const struct caa_switches *switches)
{
	const struct issue_parameter *account = issue_value_find(value, "accounturi");
	if (account == NULL) {
		return CAA_BINDING_KEPT;
	}
	if (issue_value_count(value, "accounturi") > 1) {
		return CAA_BINDING_ACCOUNT_REPEATED;
	}
	if (!uri_is_valid(account->value, account->value_length)) {
		return CAA_BINDING_ACCOUNT_INVALID;
	}
	if (parameter_equals(account, requester->account_uri)) {
		return CAA_BINDING_KEPT;
	}
	if (caa_switch_is_on(switches, CAA_SWITCH_COVERING_ACCOUNTS)) {
		for (size_t i = 0; i < requester->covering_count; i++) {
			if (parameter_equals(account, requester->covering_uris[i])) {
				return CAA_BINDING_KEPT;
			}
		}
	}
	return CAA_BINDING_ACCOUNT_DIFFERS;
}

static bool is_label_character(char c)
{
	return is_letter(c) || is_digit(c) || c == '-';
}

static bool label_is_ours(const char *label, size_t length, const struct caa_method_labels *ours,
			  bool folds_case)
{
	for (size_t i = 0; i < ours->count; i++) {
		const char *text = ours->text[i];
		if (strlen(text) == length && (folds_case ? strncasecmp(text, label, length) == 0
							  : memcmp(text, label, length) == 0)) {
			return true;
		}
	}
	return false;
}

// RFC 8657 4: [label *("," label)], label = 1*(ALPHA / DIGIT / "-"). The whole list is read before any match counts.
static enum caa_binding method_list_judge(const char *list, size_t length,
					  const struct caa_method_labels *ours, bool folds_case)
{
	bool is_found = false;
	size_t start = 0;
	if (length == 0) {
		return CAA_BINDING_METHOD_DIFFERS; // well-formed, and allows no method
	}
	for (size_t i = 0; i <= length; i++) {
		if (i == length || list[i] == ',') {
			if (i == start) {
				return CAA_BINDING_METHODS_INVALID;
			}
			is_found |= label_is_ours(list + start, i - start, ours, folds_case);
			start = i + 1;
		} else if (!is_label_character(list[i])) {
			return CAA_BINDING_METHODS_INVALID;
		}
	}
	return is_found ? CAA_BINDING_KEPT : CAA_BINDING_METHOD_DIFFERS;
}

static enum caa_binding methods_judge(const struct issue_value *value,
				      const struct caa_requester *requester,
				      const struct caa_switches *switches)
{
	const struct issue_parameter *methods = issue_value_find(value, "validationmethods");
	if (methods == NULL) {
		return CAA_BINDING_KEPT;
	}
	if (issue_value_count(value, "validationmethods") > 1) {
		return CAA_BINDING_METHODS_REPEATED;
	}
	return method_list_judge(methods->value, methods->value_length, &requester->methods,
				 caa_switch_is_on(switches, CAA_SWITCH_METHOD_CASE_FOLDING));
}

enum caa_binding caa_parameters_judge(const struct issue_value *value,
				      const struct caa_requester *requester,
				      const struct caa_switches *switches)
{
	if (!caa_switch_is_on(switches, CAA_SWITCH_PARAMETERS_ENFORCED)) {
		return CAA_BINDING_KEPT;
	}
	enum caa_binding account = account_judge(value, requester, switches);
	return account != CAA_BINDING_KEPT ? account : methods_judge(value, requester, switches);
}

int caa_method_labels_make(const char *acme_name, unsigned subsection,
			   struct caa_method_labels *ret_labels)
{
	struct caa_method_labels labels = {.count = 0};
	if (acme_name != NULL) {
		size_t length = strlen(acme_name);
		if (length == 0 || length >= CAA_METHOD_LABEL_MAX) {
			return -EINVAL;
		}
		for (size_t i = 0; i < length; i++) {
			if (!is_label_character(acme_name[i])) {
				return -EINVAL;
			}
		}
		memcpy(labels.text[labels.count++], acme_name, length + 1);
	}
	if (subsection > 0) {
		snprintf(labels.text[labels.count++], CAA_METHOD_LABEL_MAX, "ca-tbr-%u",
			 subsection);
	}
	*ret_labels = labels;
	return 0;
}

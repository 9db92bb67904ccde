// SPDX-License-Identifier: BSD-3-Clause
// Issuer, account, end and policy are judged in this order, so that the reason speaks of the record that was meant.

#include "policy/persistent_record.h"

#include "policy/dcv_text.h"
#include "policy/issue_value.h"
#include "policy/txt_text.h"

#include <string.h>

// At most ISSUE_PARAMETERS_MAX squared comparisons.
static bool has_duplicates(const struct issue_value *value)
{
	for (size_t i = 0; i < value->parameter_count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (dcv_text_equal_folded(
				    value->parameters[i].tag, value->parameters[i].tag_length,
				    value->parameters[j].tag, value->parameters[j].tag_length)) {
				return true;
			}
		}
	}
	return false;
}

static bool is_our_issuer(const struct persistent_expected *expected,
			  const struct issue_value *value)
{
	for (size_t i = 0; i < expected->issuer_domain_name_count; i++) {
		const char *name = expected->issuer_domain_names[i];
		if (dcv_text_equal_folded(value->issuer, value->issuer_length, name,
					  strlen(name))) {
			return true;
		}
	}
	return false;
}

static bool is_account(const struct persistent_expected *expected,
		       const struct issue_parameter *account)
{
	size_t length = strlen(expected->account_uri);
	if (expected->switches->persistent_folds_account) {
		return dcv_text_equal_folded(account->value, account->value_length,
					     expected->account_uri, length);
	}
	return account->value_length == length &&
	       memcmp(account->value, expected->account_uri, length) == 0;
}

// Equal to now is still usable.
static enum persistent_reason until_judge(const struct issue_parameter *until, int64_t unix_time)
{
	int64_t end = 0;
	if (until == NULL) {
		return PERSISTENT_USABLE;
	}
	if (until->value_length == 0 || until->value_length > PERSISTENT_UNTIL_DIGITS_MAX) {
		return PERSISTENT_BAD_UNTIL;
	}
	for (size_t i = 0; i < until->value_length; i++) {
		if (!dcv_text_is_digit(until->value[i])) {
			return PERSISTENT_BAD_UNTIL;
		}
		end = end * 10 + (until->value[i] - '0');
	}
	return unix_time <= end ? PERSISTENT_USABLE : PERSISTENT_EXPIRED;
}

static bool policy_suffices(const struct persistent_expected *expected,
			    const struct issue_parameter *policy)
{
	static const char wildcard[] = "wildcard";
	return !expected->covers_more || expected->switches->persistent_ignores_policy ||
	       (policy != NULL && dcv_text_equal_folded(policy->value, policy->value_length,
							wildcard, sizeof(wildcard) - 1));
}

enum persistent_reason persistent_text_judge(const struct persistent_expected *expected,
					     const char *text, size_t length)
{
	struct issue_value value;
	if (issue_value_parse(text, length, &value) != ISSUE_VALUE_SOUND ||
	    value.issuer_length == 0) {
		return PERSISTENT_MALFORMED;
	}
	if (has_duplicates(&value)) {
		return PERSISTENT_DUPLICATE;
	}
	if (!is_our_issuer(expected, &value)) {
		return PERSISTENT_OTHER_ISSUER;
	}
	const struct issue_parameter *account = issue_value_find(&value, "accounturi");
	if (account == NULL || account->value_length == 0) {
		return PERSISTENT_NO_ACCOUNT;
	}
	if (!is_account(expected, account)) {
		return PERSISTENT_OTHER_ACCOUNT;
	}
	enum persistent_reason reason =
		until_judge(issue_value_find(&value, "persistuntil"), expected->unix_time);
	if (reason != PERSISTENT_USABLE) {
		return reason;
	}
	return policy_suffices(expected, issue_value_find(&value, "policy")) ? PERSISTENT_USABLE
									     : PERSISTENT_NO_POLICY;
}

enum persistent_reason persistent_records_judge(const struct persistent_expected *expected,
						const struct plx_result_record *records,
						size_t count, size_t *ret_index)
{
	PLX_UNINITIALIZED char text[TXT_TEXT_MAX];
	size_t length = 0;
	enum persistent_reason furthest = PERSISTENT_NO_RECORDS;
	for (size_t i = 0; i < count; i++) {
		enum persistent_reason reason =
			txt_text_join(&records[i], text, &length) < 0
				? PERSISTENT_MALFORMED
				: persistent_text_judge(expected, text, length);
		if (reason == PERSISTENT_USABLE) {
			*ret_index = i;
			return reason;
		}
		furthest = reason > furthest ? reason : furthest;
	}
	return furthest;
}

enum check_outcome persistent_reason_outcome(enum persistent_reason reason)
{
	switch (reason) {
	case PERSISTENT_USABLE:
		return CHECK_PASS;
	case PERSISTENT_NO_RECORDS:
	case PERSISTENT_MALFORMED:
	case PERSISTENT_DUPLICATE:
	case PERSISTENT_OTHER_ISSUER:
	case PERSISTENT_NO_ACCOUNT:
	case PERSISTENT_OTHER_ACCOUNT:
	case PERSISTENT_BAD_UNTIL:
	case PERSISTENT_EXPIRED:
	case PERSISTENT_NO_POLICY:
		return CHECK_FAIL;
	case PERSISTENT_NOT_EVALUATED:
	case PERSISTENT_REASON_COUNT:
		break;
	}
	return CHECK_NOT_EVALUATED;
}

static const struct {
	const char *name;
	const char *sentence;
} texts[PERSISTENT_REASON_COUNT] = {
	[PERSISTENT_NOT_EVALUATED] = {"not-evaluated", "the records were not judged"},
	[PERSISTENT_NO_RECORDS] = {"no-records", "the name has no TXT record"},
	[PERSISTENT_MALFORMED] = {"malformed", "the record is no issuer with parameters"},
	[PERSISTENT_DUPLICATE] = {"duplicate", "the record gives a parameter twice"},
	[PERSISTENT_OTHER_ISSUER] = {"other-issuer", "the record names another issuer"},
	[PERSISTENT_NO_ACCOUNT] = {"no-account", "the record has no accounturi"},
	[PERSISTENT_OTHER_ACCOUNT] = {"other-account", "the record names another account"},
	[PERSISTENT_BAD_UNTIL] = {"bad-until", "persistUntil is not a decimal UNIX time"},
	[PERSISTENT_EXPIRED] = {"expired", "persistUntil has passed"},
	[PERSISTENT_NO_POLICY] = {"no-policy",
				  "a wildcard or subdomain needs policy=wildcard in the record"},
	[PERSISTENT_USABLE] = {"usable", "a record lets the account validate this name"},
};

const char *persistent_reason_name(enum persistent_reason reason)
{
	return (unsigned)reason < PERSISTENT_REASON_COUNT ? texts[reason].name : "unknown";
}

const char *persistent_reason_text(enum persistent_reason reason)
{
	return (unsigned)reason < PERSISTENT_REASON_COUNT ? texts[reason].sentence
							  : "unknown reason";
}

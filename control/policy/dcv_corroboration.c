// SPDX-License-Identifier: BSD-3-Clause

#include "policy/dcv_corroboration.h"

#include "policy/contact_record.h"
#include "policy/dcv_text.h"

#include <string.h>

static enum dcv_corroboration same_or(bool is_same, enum dcv_corroboration difference)
{
	return is_same ? DCV_CORROBORATION_SAME : difference;
}

static size_t name_length(const char *name)
{
	size_t length = strlen(name);
	return length > 1 && name[length - 1] == '.' ? length - 1 : length;
}

static enum dcv_corroboration evidence_judge(enum dcv_method method, const char *primary,
					     const char *remote,
					     const struct dcv_switches *switches)
{
	bool is_equal = strcmp(primary, remote) == 0;
	bool is_equal_folded =
		dcv_text_equal_folded(primary, strlen(primary), remote, strlen(remote));
	switch (method) {
	case DCV_CONTACT_EMAIL_TXT:
	case DCV_CONTACT_EMAIL_CAA:
		return same_or(is_equal_folded, DCV_CORROBORATION_OTHER_CONTACT);
	case DCV_CONTACT_PHONE_TXT:
	case DCV_CONTACT_PHONE_CAA:
		return same_or(
			contact_equal(true, primary, strlen(primary), remote, strlen(remote)),
			DCV_CORROBORATION_OTHER_CONTACT);
	case DCV_DNS_PERSISTENT:
		return same_or(switches->persistent_folds_account ? is_equal_folded : is_equal,
			       DCV_CORROBORATION_OTHER_ACCOUNT);
	case DCV_REVERSE_ADDRESS_LOOKUP:
		return same_or(dcv_text_equal_folded(primary, name_length(primary), remote,
						     name_length(remote)),
			       DCV_CORROBORATION_OTHER_NAME);
	case DCV_WEBSITE_CHANGE:
	case DCV_ACME_HTTP_01:
	case DCV_ACME_DNS_01:
	case DCV_ACME_TLS_ALPN_01:
	case DCV_ACME_DNS_ACCOUNT_01:
	case DCV_DNS_CHANGE:
	case DCV_IP_ADDRESS:
		return same_or(is_equal, DCV_CORROBORATION_OTHER_CHALLENGE);
	case DCV_METHOD_NONE:
	case DCV_METHOD_COUNT:
		break;
	}
	return DCV_CORROBORATION_NOT_EVALUATED;
}

static enum dcv_corroboration remote_outcome_judge(enum check_outcome outcome)
{
	switch (outcome) {
	case CHECK_PASS:
		return DCV_CORROBORATION_SAME;
	case CHECK_FAIL:
		return DCV_CORROBORATION_REMOTE_FAILED;
	case CHECK_ERROR:
	case CHECK_NOT_EVALUATED:
		break;
	}
	return DCV_CORROBORATION_REMOTE_ERROR;
}

enum dcv_corroboration dcv_corroboration_judge(const struct dcv_observation *primary,
					       const struct dcv_observation *remote,
					       const struct dcv_switches *switches)
{
	if (primary->outcome != CHECK_PASS) {
		return DCV_CORROBORATION_PRIMARY_NOT_PASSED;
	}
	enum dcv_corroboration outcome = remote_outcome_judge(remote->outcome);
	if (outcome != DCV_CORROBORATION_SAME) {
		return outcome;
	}
	if (primary->method != remote->method) {
		return DCV_CORROBORATION_OTHER_METHOD;
	}
	// Two empty texts would be equal and prove nothing.
	if (primary->evidence == NULL || remote->evidence == NULL || primary->evidence[0] == '\0') {
		return DCV_CORROBORATION_NO_EVIDENCE;
	}
	return evidence_judge(primary->method, primary->evidence, remote->evidence, switches);
}

static const struct {
	const char *name;
	const char *sentence;
} texts[DCV_CORROBORATION_COUNT] = {
	[DCV_CORROBORATION_NOT_EVALUATED] = {"not-evaluated", "the two were not compared"},
	[DCV_CORROBORATION_SAME] = {"same", "the remote saw the same as the primary"},
	[DCV_CORROBORATION_PRIMARY_NOT_PASSED] = {"primary-not-passed",
						  "the primary found no control to corroborate"},
	[DCV_CORROBORATION_REMOTE_FAILED] = {"remote-failed", "the remote saw no proof of control"},
	[DCV_CORROBORATION_REMOTE_ERROR] = {"remote-error", "the remote got no usable answer"},
	[DCV_CORROBORATION_OTHER_METHOD] = {"other-method", "the remote used another method"},
	[DCV_CORROBORATION_NO_EVIDENCE] = {"no-evidence", "it is not told what was seen"},
	[DCV_CORROBORATION_OTHER_CHALLENGE] = {"other-challenge",
					       "the remote found another value or token"},
	[DCV_CORROBORATION_OTHER_CONTACT] = {"other-contact", "the remote found another contact"},
	[DCV_CORROBORATION_OTHER_ACCOUNT] = {"other-account", "the remote found another account"},
	[DCV_CORROBORATION_OTHER_NAME] = {"other-name", "the remote found another reverse name"},
};

const char *dcv_corroboration_name(enum dcv_corroboration corroboration)
{
	return (unsigned)corroboration < DCV_CORROBORATION_COUNT ? texts[corroboration].name
								 : "unknown";
}

const char *dcv_corroboration_text(enum dcv_corroboration corroboration)
{
	return (unsigned)corroboration < DCV_CORROBORATION_COUNT ? texts[corroboration].sentence
								 : "unknown reason";
}

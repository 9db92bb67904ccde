// SPDX-License-Identifier: BSD-3-Clause
// The verdict, from the outside in: the look-up, the RRset, the properties that count, one record.

#include "policy/caa_evaluate.h"

#include "policy/caa_freshness.h"

#include <parallax/dns/rr_type.h>

#include <string.h>
#include <strings.h>

#define FLAG_CRITICAL 0x80 // RFC 8659 4.1: bit 0, the highest
#define FLAG_1 0x01
#define NS_PER_S 1000000000

enum property {
	PROPERTY_ISSUE,
	PROPERTY_ISSUEWILD,
	PROPERTY_ISSUEMAIL,
	PROPERTY_IODEF,
	PROPERTY_ISSUEVMC,
	PROPERTY_CONTACTEMAIL,
	PROPERTY_CONTACTPHONE,
	PROPERTY_UNKNOWN,
};

struct inventory {
	bool has[PROPERTY_UNKNOWN + 1];
	uint32_t count;
	bool has_critical_unknown;
	uint16_t critical_index;
};

static enum property property_of(const struct caa_record *record)
{
	static const char *const tags[PROPERTY_UNKNOWN] = {
		[PROPERTY_ISSUE] = "issue",
		[PROPERTY_ISSUEWILD] = "issuewild",
		[PROPERTY_ISSUEMAIL] = "issuemail",
		[PROPERTY_IODEF] = "iodef",
		[PROPERTY_ISSUEVMC] = "issuevmc",
		[PROPERTY_CONTACTEMAIL] = "contactemail",
		[PROPERTY_CONTACTPHONE] = "contactphone",
	};
	for (int i = 0; i < PROPERTY_UNKNOWN; i++) {
		if (strlen(tags[i]) == record->tag_length &&
		    strncasecmp(tags[i], record->tag, record->tag_length) == 0) {
			return (enum property)i;
		}
	}
	return PROPERTY_UNKNOWN;
}

static bool property_is_known(enum property property, const struct caa_switches *switches)
{
	switch (property) {
	case PROPERTY_ISSUE:
	case PROPERTY_ISSUEWILD:
	case PROPERTY_ISSUEMAIL:
	case PROPERTY_IODEF:
		return true;
	case PROPERTY_ISSUEVMC:
		return caa_switch_is_on(switches, CAA_SWITCH_ISSUEVMC_KNOWN);
	case PROPERTY_CONTACTEMAIL:
	case PROPERTY_CONTACTPHONE:
		return caa_switch_is_on(switches, CAA_SWITCH_CONTACT_TAGS_KNOWN);
	case PROPERTY_UNKNOWN:
		break;
	}
	return false;
}

static struct inventory inventory_take(const struct caa_record_set *set,
				       const struct caa_switches *switches)
{
	struct inventory inventory = {.count = 0};
	struct plx_reader records = set->records;
	struct caa_record record;
	bool flag_1_counts = caa_switch_is_on(switches, CAA_SWITCH_FLAG_1_CRITICAL);
	int critical = FLAG_CRITICAL | (flag_1_counts ? FLAG_1 : 0);
	// At most PLX_RESULT_BODY_MAX octets of records.
	for (; caa_record_next(&records, &record); inventory.count++) {
		enum property property = property_of(&record);
		inventory.has[property] = true;
		if ((record.flags & critical) != 0 && !property_is_known(property, switches) &&
		    !inventory.has_critical_unknown) {
			inventory.has_critical_unknown = true;
			inventory.critical_index = (uint16_t)inventory.count;
		}
	}
	return inventory;
}

static bool issuer_is_ours(const struct issue_value *value, const struct caa_request *request)
{
	bool folds = caa_switch_is_on(request->switches, CAA_SWITCH_ISSUER_CASE_FOLDING);
	for (size_t i = 0; i < request->issuer_count; i++) {
		const char *ours = request->issuers[i];
		if (strlen(ours) == value->issuer_length &&
		    (folds ? strncasecmp(ours, value->issuer, value->issuer_length) == 0
			   : memcmp(ours, value->issuer, value->issuer_length) == 0)) {
			return true;
		}
	}
	return false;
}

static enum caa_reason binding_reason(enum caa_binding binding)
{
	switch (binding) {
	case CAA_BINDING_KEPT:
		return CAA_REASON_MATCHED;
	case CAA_BINDING_ACCOUNT_REPEATED:
		return CAA_REASON_ACCOUNT_REPEATED;
	case CAA_BINDING_ACCOUNT_INVALID:
		return CAA_REASON_ACCOUNT_INVALID;
	case CAA_BINDING_ACCOUNT_DIFFERS:
		return CAA_REASON_ACCOUNT_MISMATCH;
	case CAA_BINDING_METHODS_REPEATED:
		return CAA_REASON_METHODS_REPEATED;
	case CAA_BINDING_METHODS_INVALID:
		return CAA_REASON_METHODS_INVALID;
	case CAA_BINDING_METHOD_DIFFERS:
		return CAA_REASON_METHOD_MISMATCH;
	case CAA_BINDING_NOT_EVALUATED:
		break;
	}
	return CAA_REASON_NOT_EVALUATED;
}

static bool has_hyphenated_tag(const struct issue_value *value)
{
	for (size_t i = 0; i < value->parameter_count; i++) {
		if (memchr(value->parameters[i].tag, '-', value->parameters[i].tag_length) !=
		    NULL) {
			return true;
		}
	}
	return false;
}

static enum caa_reason record_judge(const struct caa_record *record,
				    const struct caa_request *request,
				    enum issue_value_fault *ret_fault)
{
	struct issue_value value PLX_UNINITIALIZED;
	*ret_fault = issue_value_parse(record->value, record->value_length, &value);
	if (*ret_fault == ISSUE_VALUE_SOUND && has_hyphenated_tag(&value) &&
	    !caa_switch_is_on(request->switches, CAA_SWITCH_PARAMETER_HYPHENS)) {
		*ret_fault = ISSUE_VALUE_BAD_TAG;
	}
	if (*ret_fault != ISSUE_VALUE_SOUND) {
		return CAA_REASON_VALUE_MALFORMED;
	}
	if (value.issuer_length == 0) {
		return CAA_REASON_NO_ISSUER;
	}
	if (!issuer_is_ours(&value, request)) {
		return CAA_REASON_ISSUER_NOT_LISTED;
	}
	// RFC 8657 defines its parameters for issue and issuewild only.
	if (request->profile == CAA_PROFILE_SMIME) {
		return CAA_REASON_MATCHED;
	}
	return binding_reason(caa_parameters_judge(&value, &request->requester, request->switches));
}

// RFC 8659 4.2 and 4.3, RFC 9495 4.
static enum property property_that_counts(const struct caa_request *request,
					  const struct inventory *inventory)
{
	if (request->profile == CAA_PROFILE_SMIME) {
		return PROPERTY_ISSUEMAIL;
	}
	return request->is_wildcard && inventory->has[PROPERTY_ISSUEWILD] ? PROPERTY_ISSUEWILD
									  : PROPERTY_ISSUE;
}

// One record that authorises is enough; otherwise the nearest miss.
static void records_judge(const struct caa_request *request, const struct caa_record_set *set,
			  enum property counts, struct caa_verdict *verdict)
{
	struct plx_reader records = set->records;
	struct caa_record record;
	for (uint32_t i = 0; caa_record_next(&records, &record); i++) {
		if (property_of(&record) != counts) {
			continue;
		}
		enum issue_value_fault fault;
		enum caa_reason reason = record_judge(&record, request, &fault);
		if (!verdict->has_record || reason == CAA_REASON_MATCHED ||
		    reason > verdict->reason) {
			verdict->has_record = true;
			verdict->record_index = (uint16_t)i;
			verdict->reason = reason;
			verdict->fault = fault;
		}
		if (reason == CAA_REASON_MATCHED) {
			return;
		}
	}
}

static void set_judge(const struct caa_request *request, const struct caa_record_set *set,
		      struct caa_verdict *verdict)
{
	struct inventory inventory = inventory_take(set, request->switches);
	enum property counts = property_that_counts(request, &inventory);
	if (inventory.count != set->result.record_count) {
		verdict->reason = CAA_REASON_RESULT_INCONSISTENT; // never judge a part of an RRset
	} else if (inventory.has_critical_unknown) {
		verdict->reason = CAA_REASON_CRITICAL_UNKNOWN;
		verdict->has_record = true;
		verdict->record_index = inventory.critical_index;
	} else if (!inventory.has[counts]) {
		verdict->reason = CAA_REASON_NO_RESTRICTION;
	} else {
		records_judge(request, set, counts, verdict);
	}
}

static bool is_validated(const struct plx_result *result)
{
	return result->dnssec == PLX_DNSSEC_SECURE || result->dnssec == PLX_DNSSEC_INSECURE;
}

static void failure_judge(const struct caa_request *request, const struct caa_record_set *set,
			  struct caa_verdict *verdict)
{
	verdict->excuse = caa_lookup_failure_judge(
		&set->result,
		caa_failure_needs_own_state(request->requires_validation, request->resolution),
		request->insecure_proof, request->switches);
	verdict->reason = verdict->excuse == CAA_EXCUSE_GRANTED ? CAA_REASON_FAILURE_EXCUSED
								: CAA_REASON_LOOKUP_FAILED;
}

static void definitive_judge(const struct caa_request *request, const struct caa_record_set *set,
			     struct caa_verdict *verdict)
{
	if (request->requires_validation && !is_validated(&set->result)) {
		verdict->reason = CAA_REASON_NOT_VALIDATED;
	} else if (set->state == CAA_SET_RECORDS) {
		set_judge(request, set, verdict);
	} else if (set->result.rcode == PLX_RCODE_NXDOMAIN &&
		   !caa_switch_is_on(request->switches, CAA_SWITCH_TLD_NXDOMAIN_PERMITS)) {
		// The climb's last question is for the top-level domain, and its RCODE is the result's.
		verdict->reason = CAA_REASON_TLD_NXDOMAIN;
	} else {
		verdict->reason = CAA_REASON_NO_RECORDS;
	}
}

static void state_judge(const struct caa_request *request, const struct caa_record_set *set,
			struct caa_verdict *verdict)
{
	switch (set->state) {
	case CAA_SET_NOT_READ:
		verdict->reason = CAA_REASON_NOT_EVALUATED;
		return;
	case CAA_SET_FAILED:
		failure_judge(request, set, verdict);
		return;
	case CAA_SET_BOGUS:
		verdict->reason = CAA_REASON_LOOKUP_BOGUS;
		return;
	case CAA_SET_MALFORMED:
		verdict->reason = CAA_REASON_RECORD_MALFORMED;
		return;
	case CAA_SET_INCONSISTENT:
		verdict->reason = CAA_REASON_RESULT_INCONSISTENT;
		return;
	case CAA_SET_EMPTY:
	case CAA_SET_RECORDS:
		definitive_judge(request, set, verdict);
		return;
	}
	verdict->reason = CAA_REASON_RESULT_INCONSISTENT;
}

static bool profile_is_known(enum caa_profile profile)
{
	switch (profile) {
	case CAA_PROFILE_TLS:
	case CAA_PROFILE_SMIME:
	case CAA_PROFILE_PRIVATE:
		return true;
	case CAA_PROFILE_NONE:
		break;
	}
	return false;
}

struct caa_verdict caa_evaluate(const struct caa_request *request, const struct caa_record_set *set)
{
	struct caa_verdict verdict = {.reason = CAA_REASON_NO_PROFILE};
	verdict.is_compliant =
		caa_switches_comply(request->switches, request->rules_at, &verdict.breach);
	if (profile_is_known(request->profile)) {
		state_judge(request, set, &verdict);
	}
	verdict.outcome = caa_reason_outcome(verdict.reason);
	if (verdict.outcome == CAA_PERMIT) {
		// A dataplane whose clock runs ahead must not lengthen the time.
		int64_t seen = (int64_t)(set->result.time_ns / NS_PER_S);
		verdict.usable_until =
			caa_usable_until(seen < request->now ? seen : request->now, set->ttl);
	}
	return verdict;
}

enum check_outcome caa_verdict_check(const struct caa_verdict *verdict)
{
	switch (verdict->outcome) {
	case CAA_PERMIT:
		return CHECK_PASS;
	case CAA_PROHIBIT:
		return CHECK_FAIL;
	case CAA_ERROR:
		return CHECK_ERROR;
	case CAA_NOT_EVALUATED:
		break;
	}
	return CHECK_NOT_EVALUATED;
}

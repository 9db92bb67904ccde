// SPDX-License-Identifier: BSD-3-Clause

#include "perform/check_fault.h"

#include <errno.h>

static enum check_fault fault_of_status(enum plx_status status)
{
	switch (status) {
	case PLX_STATUS_TIMEOUT:
		return CHECK_FAULT_LOOKUP_TIMEOUT;
	case PLX_STATUS_BOGUS:
		return CHECK_FAULT_DNSSEC_BOGUS;
	case PLX_STATUS_LOST:
		return CHECK_FAULT_DATAPLANE_LOST;
	case PLX_STATUS_CANCELLED:
		return CHECK_FAULT_DATAPLANE_BUSY;
	case PLX_STATUS_ANSWERED: // with SERVFAIL, REFUSED ...
	case PLX_STATUS_TRUNCATED:
	case PLX_STATUS_MALFORMED:
	case PLX_STATUS_LAME:
	case PLX_STATUS_LOOP:
	case PLX_STATUS_LIMIT:
	case PLX_STATUS_INVALID_NAME:
		return CHECK_FAULT_LOOKUP_FAILED;
	case PLX_STATUS_NOT_EVALUATED:
	case PLX_STATUS_COUNT:
		break;
	}
	return CHECK_FAULT_ANSWER_UNREADABLE;
}

enum check_fault check_fault_of_answer(const struct plx_result *result, bool requires_validation)
{
	if (result->dnssec == PLX_DNSSEC_BOGUS) {
		return CHECK_FAULT_DNSSEC_BOGUS;
	}
	if (!plx_result_is_definitive(result)) {
		return fault_of_status((enum plx_status)result->status);
	}
	bool is_validated =
		result->dnssec == PLX_DNSSEC_SECURE || result->dnssec == PLX_DNSSEC_INSECURE;
	return requires_validation && !is_validated ? CHECK_FAULT_DNSSEC_UNCHECKED
						    : CHECK_FAULT_NONE;
}

enum check_fault check_fault_of_errno(int error)
{
	switch (error) {
	case -EAGAIN:
		return CHECK_FAULT_OVERLOADED;
	case -ENOMEM:
		return CHECK_FAULT_NO_MEMORY;
	default:
		return CHECK_FAULT_BAD_QUERY;
	}
}

const char *check_fault_name(enum check_fault fault)
{
	switch (fault) {
#define CHECK_FAULT_ENTRY(code, name, text)                                                        \
	case CHECK_FAULT_##code:                                                                   \
		return name;
		CHECK_FAULTS(CHECK_FAULT_ENTRY)
#undef CHECK_FAULT_ENTRY
	case CHECK_FAULT_NONE:
		break;
	}
	return "none";
}

const char *check_fault_text(enum check_fault fault)
{
	switch (fault) {
#define CHECK_FAULT_ENTRY(code, name, text)                                                        \
	case CHECK_FAULT_##code:                                                                   \
		return text;
		CHECK_FAULTS(CHECK_FAULT_ENTRY)
#undef CHECK_FAULT_ENTRY
	case CHECK_FAULT_NONE:
		break;
	}
	return "nothing is wrong";
}

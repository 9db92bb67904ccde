// SPDX-License-Identifier: BSD-3-Clause

#include "perform/address_evidence.h"

#include "lookup/address_lookup.h"
#include "lookup/lookup_trace.h"
#include "perform/check_run.h"
#include "perform/http_evidence.h"

#include <jansson.h>

static void family_trace_add(struct check_run *run, const struct address_family_result *family,
			     json_t *answer)
{
	check_traces_add(run, lookup_trace_acquire(family->trace), family->trace_error, answer);
}

void address_evidence_add(struct check_run *run, const struct plx_name *host,
			  const struct address_list *list)
{
	if (list == NULL) {
		return;
	}
	const struct plx_result *results[] = {&list->aaaa.result, &list->a.result};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(results); i++) {
		if (plx_result_is_definitive(results[i]) ||
		    results[i]->dnssec == PLX_DNSSEC_BOGUS) {
			dnssec_worst_add(&run->dnssec, (enum plx_dnssec)results[i]->dnssec);
		}
	}
	if (http_evidence_addresses(run->runner->formatter, host, list,
				    run->runner->config.lookup.resolution, run->dns) != 0) {
		run->is_evidence_lost = true;
		return;
	}
	// In the order in which they were appended.
	size_t count = json_array_size(run->dns);
	family_trace_add(run, &list->aaaa, json_array_get(run->dns, count - 2));
	family_trace_add(run, &list->a, json_array_get(run->dns, count - 1));
}

static enum check_fault family_fault(const struct plx_result *result, bool requires_validation)
{
	enum check_fault fault = check_fault_of_answer(result, requires_validation);
	bool counts = fault == CHECK_FAULT_DNSSEC_BOGUS || plx_result_is_definitive(result);
	return counts ? fault : CHECK_FAULT_NONE;
}

enum check_fault address_evidence_fault(const struct address_list *list, bool requires_validation)
{
	if (list == NULL) {
		return CHECK_FAULT_NONE;
	}
	enum check_fault aaaa = family_fault(&list->aaaa.result, requires_validation);
	enum check_fault a = family_fault(&list->a.result, requires_validation);
	return aaaa == CHECK_FAULT_NONE || a == CHECK_FAULT_DNSSEC_BOGUS ? a : aaaa;
}

enum check_fault address_evidence_failure(const struct address_list *list)
{
	if (list == NULL) {
		return CHECK_FAULT_LOOKUP_FAILED;
	}
	enum check_fault a = check_fault_of_answer(&list->a.result, false);
	enum check_fault aaaa = check_fault_of_answer(&list->aaaa.result, false);
	enum check_fault fault = a != CHECK_FAULT_NONE ? a : aaaa;
	return fault == CHECK_FAULT_NONE ? CHECK_FAULT_ANSWER_UNREADABLE : fault;
}

// SPDX-License-Identifier: BSD-3-Clause

#include "result_check.h"

#include <parallax/dns/message_reader.h>
#include <parallax/dns/record.h>
#include <parallax/dns/rr_type.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RDATA_SHOWN_MAX 80
#define MATCH_ALL (MATCH_BIT(all) | MATCH_BIT(all_noedns))

// Records of either side, sorted before they are compared: an RRset has no order.
struct set_record {
	struct plx_name owner; // lower case
	uint16_t type;
	uint32_t ttl;
	size_t rdata_length;
	const uint8_t *rdata;
};

struct record_set {
	struct set_record *records; // owned
	size_t count;
};

static bool is_name_type(uint16_t type)
{
	return type == PLX_TYPE_NS || type == PLX_TYPE_CNAME || type == PLX_TYPE_DNAME ||
	       type == PLX_TYPE_PTR;
}

static int compare_records(const void *left, const void *right)
{
	const struct set_record *a = left;
	const struct set_record *b = right;
	if (a->type != b->type) {
		return a->type < b->type ? -1 : 1;
	}
	if (a->owner.length != b->owner.length) {
		return a->owner.length < b->owner.length ? -1 : 1;
	}
	int order = memcmp(a->owner.wire, b->owner.wire, a->owner.length);
	if (order != 0 || a->rdata_length != b->rdata_length) {
		return order != 0 ? order : a->rdata_length < b->rdata_length ? -1 : 1;
	}
	if (!is_name_type(a->type)) {
		return memcmp(a->rdata, b->rdata, a->rdata_length);
	}
	for (size_t i = 0; i < a->rdata_length; i++) {
		int difference = plx_ascii_lower(a->rdata[i]) - plx_ascii_lower(b->rdata[i]);
		if (difference != 0) {
			return difference;
		}
	}
	return 0;
}

static void set_add(struct record_set *set, const struct plx_name *owner, uint16_t type,
		    uint32_t ttl, const uint8_t *rdata, size_t rdata_length)
{
	struct set_record *record = &set->records[set->count++];
	*record = (struct set_record) {.owner = *owner,
				       .type = type,
				       .ttl = ttl,
				       .rdata = rdata,
				       .rdata_length = rdata_length};
	plx_name_lower(&record->owner);
}

// The aliases as the CNAME records they stand for, and the records they lead to.
static int collect_result(const struct world_job *job, struct plx_result_view *view,
			  struct record_set *ret_set)
{
	const struct plx_result *result = &job->result;
	size_t capacity = (size_t)result->alias_count + result->record_count + 1;
	ret_set->records = calloc(capacity, sizeof(*ret_set->records));
	if (ret_set->records == NULL) {
		return -ENOMEM;
	}
	const struct plx_name *owner = result->has_found_at ? &view->found_at : &job->job.name;
	for (unsigned i = 0; i < result->alias_count; i++) {
		set_add(ret_set, owner, PLX_TYPE_CNAME, 0, view->aliases[i].wire,
			view->aliases[i].length);
		owner = &view->aliases[i];
	}
	struct plx_result_record record;
	while (plx_result_next(view, &record)) {
		set_add(ret_set, &view->owner, result->qtype, record.ttl, record.rdata,
			record.rdata_length);
	}
	return 0;
}

// Whether a result could hold it. Signatures, and the DNAME that an alias was made from, are not in it.
static bool is_compared(const struct zone_record *record, const struct world_job *job,
			const struct result_rules *rules)
{
	return record->section == PLX_SECTION_ANSWER &&
	       (!rules->is_iterative || record->type == plx_job_qtype(&job->job) ||
		record->type == PLX_TYPE_CNAME);
}

static int collect_expected(const struct scenario_entry *expected, const struct world_job *job,
			    const struct result_rules *rules, struct record_set *ret_set)
{
	ret_set->records = calloc(expected->record_count + 1, sizeof(*ret_set->records));
	if (ret_set->records == NULL) {
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < expected->record_count; i++) {
		const struct zone_record *record = &expected->records[i];
		if (is_compared(record, job, rules)) {
			set_add(ret_set, record->owner.length > 0 ? &record->owner : &job->job.name,
				record->type, record->ttl, record->rdata, record->rdata_length);
		}
	}
	return 0;
}

static int fault_record(const char *what, const struct set_record *record,
			struct scenario_fault *fault)
{
	char owner[PLX_NAME_TEXT_MAX];
	char type[PLX_TYPE_TEXT_MAX];
	char rdata[RDATA_SHOWN_MAX];
	plx_name_format(&record->owner, owner);
	(void)plx_rdata_format(record->type, record->rdata, record->rdata_length, rdata,
			       sizeof(rdata));
	return fault_set(fault, 0, "%s: %.100s %s %s", what, owner,
			 plx_type_format(record->type, type), rdata);
}

static int compare_sets(const struct record_set *expected, const struct record_set *actual,
			bool with_ttl, struct scenario_fault *fault)
{
	qsort(expected->records, expected->count, sizeof(*expected->records), compare_records);
	qsort(actual->records, actual->count, sizeof(*actual->records), compare_records);
	for (size_t i = 0; i < expected->count || i < actual->count; i++) {
		if (i == expected->count) {
			return fault_record("a record too many", &actual->records[i], fault);
		}
		if (i == actual->count) {
			return fault_record("missing", &expected->records[i], fault);
		}
		int order = compare_records(&expected->records[i], &actual->records[i]);
		if (order != 0) {
			return order < 0 ? fault_record("missing", &expected->records[i], fault)
					 : fault_record("a record too many", &actual->records[i],
							fault);
		}
		// Aliases come without their TTL.
		bool has_ttl = actual->records[i].ttl != 0;
		if (with_ttl && has_ttl && expected->records[i].ttl != actual->records[i].ttl) {
			return fault_record("another TTL", &actual->records[i], fault);
		}
	}
	return 0;
}

static int check_records(const struct scenario_entry *expected, const struct world_job *job,
			 const struct result_rules *rules, struct plx_result_view *view,
			 struct scenario_fault *fault)
{
	struct record_set wanted = {0};
	struct record_set found = {0};
	int error = collect_expected(expected, job, rules, &wanted);
	if (error == 0) {
		error = collect_result(job, view, &found);
	}
	if (error == 0) {
		bool with_ttl = (expected->match & MATCH_BIT(ttl)) != 0;
		error = compare_sets(&wanted, &found, with_ttl, fault);
	}
	free(wanted.records);
	free(found.records);
	return error;
}

static bool stands_for_failure(const struct scenario_entry *expected,
			       const struct result_rules *rules)
{
	return rules->is_iterative && !expected->check.has_status &&
	       expected->rcode == PLX_RCODE_SERVFAIL;
}

static int check_failed(const struct plx_result *result, struct scenario_fault *fault)
{
	char got[12];
	return plx_result_is_definitive(result)
		       ? fault_set(fault, 0, "status %s instead of a failure",
				   plx_status_format(result, got))
		       : 0;
}

static int check_status(const struct scenario_entry *expected, const struct world_job *job,
			const struct result_rules *rules, struct scenario_fault *fault)
{
	const struct plx_result *result = &job->result;
	const struct entry_check *check = &expected->check;
	enum plx_status wanted = check->has_status ? check->status : PLX_STATUS_ANSWERED;
	char got[12];
	if (stands_for_failure(expected, rules)) {
		return check_failed(result, fault);
	}
	if (result->status != wanted) {
		return fault_set(fault, 0, "status %s instead of %s (%s)",
				 plx_status_format(result, got), plx_status_name(wanted),
				 plx_cause_text((enum plx_cause)result->cause));
	}
	char rcode[PLX_RCODE_TEXT_MAX];
	if (expected->has_rcode && (expected->match & (MATCH_BIT(rcode) | MATCH_ALL)) != 0 &&
	    result->rcode != expected->rcode) {
		char actual[PLX_RCODE_TEXT_MAX];
		return fault_set(fault, 0, "RCODE %s instead of %s",
				 plx_rcode_format(result->rcode, actual),
				 plx_rcode_format(expected->rcode, rcode));
	}
	bool is_secure = result->dnssec == PLX_DNSSEC_SECURE;
	bool wants_secure = (expected->flags & PLX_FLAG_AD) != 0;
	bool reads_ad = !rules->is_iterative || rules->reads_ad || wants_secure;
	if ((expected->match & (MATCH_BIT(flags) | MATCH_ALL)) != 0 && reads_ad &&
	    !check->has_dnssec && is_secure != wants_secure) {
		return fault_set(fault, 0, "AD is %s", is_secure ? "set" : "not set");
	}
	return 0;
}

static int check_found_at(const struct entry_check *check, const struct world_job *job,
			  const struct plx_result_view *view, struct scenario_fault *fault)
{
	bool wants_one = check->found_at.length > 0;
	if (wants_one != (job->result.has_found_at != 0)) {
		return fault_set(fault, 0, "CAA was %s", wants_one ? "not found" : "found");
	}
	if (wants_one && !plx_name_equal(&check->found_at, &view->found_at)) {
		char text[PLX_NAME_TEXT_MAX];
		plx_name_format(&view->found_at, text);
		return fault_set(fault, 0, "CAA was found at %.150s", text);
	}
	return 0;
}

static int check_details(const struct entry_check *check, const struct world_job *job,
			 const struct plx_result_view *view, struct scenario_fault *fault)
{
	const struct plx_result *result = &job->result;
	if (check->has_dnssec && result->dnssec != check->dnssec) {
		return fault_set(fault, 0, "DNSSEC %s instead of %s",
				 plx_dnssec_name((enum plx_dnssec)result->dnssec),
				 plx_dnssec_name(check->dnssec));
	}
	if (check->has_transport && result->transport != check->transport) {
		return fault_set(fault, 0, "transport %s instead of %s",
				 plx_transport_name((enum plx_transport)result->transport),
				 plx_transport_name(check->transport));
	}
	if (check->has_ede && result->ede_code != check->ede + 1u) {
		return fault_set(fault, 0, "EDE %d instead of %u", result->ede_code - 1,
				 check->ede);
	}
	if (check->has_server && !plx_ip_equal(&result->server.ip, &check->server)) {
		char text[PLX_IP_TEXT_MAX];
		return fault_set(fault, 0, "answered by %s",
				 plx_ip_format(&result->server.ip, text));
	}
	return check->has_found_at ? check_found_at(check, job, view, fault) : 0;
}

int result_check(const struct scenario_entry *expected, const struct world_job *job,
		 const struct result_rules *rules, struct scenario_fault *fault)
{
	struct plx_result_view view;
	if (plx_result_open(&job->result, job->body, &view) < 0) {
		return fault_set(fault, 0, "the result's body is inconsistent");
	}
	int error = check_status(expected, job, rules, fault);
	if (error == 0) {
		error = check_details(&expected->check, job, &view, fault);
	}
	bool checks_records = (expected->match & (MATCH_BIT(answer) | MATCH_ALL)) != 0 &&
			      !stands_for_failure(expected, rules);
	if (error == 0 && checks_records) {
		error = check_records(expected, job, rules, &view, fault);
	}
	return error;
}

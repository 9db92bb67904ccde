// SPDX-License-Identifier: BSD-3-Clause

#include "lookup/address_lookup.h"

#include <parallax/dns/rr_type.h>

#include "lookup/lookup.h"
#include "lookup/lookup_trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct address_lookup {
	struct lookup_way way;
	struct plx_job job; // but for the type
	struct lookup *a;   // NULL: answered
	struct lookup *aaaa;
	uint8_t v6_count;
	uint8_t v4_count;
	struct plx_ip v6[ADDRESS_LOOKUP_FAMILY_MAX];
	struct plx_ip v4[ADDRESS_LOOKUP_FAMILY_MAX];
	struct address_list list;
	address_lookup_cb callback;
	void *context;
};

const char *address_outcome_name(enum address_outcome outcome)
{
	switch (outcome) {
	case ADDRESS_FOUND:
		return "found";
	case ADDRESS_NONE:
		return "none";
	case ADDRESS_FAILED:
		return "failed";
	case ADDRESS_NOT_EVALUATED:
		break;
	}
	return "not-evaluated";
}

static bool has_address(const struct plx_ip *addresses, uint8_t count, const struct plx_ip *ip)
{
	for (uint8_t i = 0; i < count; i++) {
		if (plx_ip_equal(&addresses[i], ip)) {
			return true;
		}
	}
	return false;
}

static void family_read(struct address_family_result *family, const uint8_t *body,
			uint8_t ip_family, struct plx_ip *ret_addresses, uint8_t *ret_count)
{
	struct plx_result_view view;
	if (plx_result_open(&family->result, body, &view) != 0) {
		family->is_malformed = true;
		return;
	}
	family->alias_count = family->result.alias_count;
	memcpy(family->aliases, view.aliases, sizeof(family->aliases));
	struct plx_result_record record;
	while (plx_result_next(&view, &record)) {
		struct plx_ip ip = {.family = ip_family};
		if (record.rdata_length != plx_ip_length(&ip)) {
			family->is_malformed = true;
			continue;
		}
		memcpy(ip.bytes, record.rdata, record.rdata_length);
		if (has_address(ret_addresses, *ret_count, &ip)) {
			continue;
		}
		if (*ret_count == ADDRESS_LOOKUP_FAMILY_MAX) {
			family->is_capped = true;
			return;
		}
		ret_addresses[(*ret_count)++] = ip;
	}
}

static bool family_is_sound(const struct address_family_result *family)
{
	return plx_result_is_definitive(&family->result) && !family->is_malformed;
}

// Also a look-up that failed, in a zone that is bogus: it keeps the status of its failure.
static bool is_bogus(const struct plx_result *result)
{
	return result->status == PLX_STATUS_BOGUS || result->dnssec == PLX_DNSSEC_BOGUS;
}

// A family that failed is no reason against the other, with one exception: an answer that fails validation says that
// someone tampers with this name (BR 4.2.2.2), and the other family's may be his as well.
static enum address_outcome outcome_of(const struct address_lookup *lookup)
{
	const struct address_list *list = &lookup->list;
	if (is_bogus(&list->a.result) || is_bogus(&list->aaaa.result)) {
		return ADDRESS_FAILED;
	}
	if (lookup->v6_count + lookup->v4_count > 0) {
		return ADDRESS_FOUND;
	}
	return family_is_sound(&list->a) && family_is_sound(&list->aaaa) ? ADDRESS_NONE
									 : ADDRESS_FAILED;
}

struct address_list *address_list_copy(const struct address_list *list)
{
	struct address_list *copy = malloc(sizeof(*copy));
	if (copy != NULL) {
		*copy = *list;
		lookup_trace_acquire(copy->a.trace);
		lookup_trace_acquire(copy->aaaa.trace);
	}
	return copy;
}

void address_list_free(struct address_list *list)
{
	if (list != NULL) {
		lookup_trace_release(list->a.trace);
		lookup_trace_release(list->aaaa.trace);
		free(list);
	}
}

static void lookup_release(struct address_lookup *lookup)
{
	lookup_trace_release(lookup->list.a.trace);
	lookup_trace_release(lookup->list.aaaa.trace);
	free(lookup);
}

static void finish_if_complete(struct address_lookup *lookup)
{
	if (lookup->a != NULL || lookup->aaaa != NULL) {
		return;
	}
	struct address_list *list = &lookup->list;
	list->outcome = outcome_of(lookup);
	if (list->outcome == ADDRESS_FOUND) {
		memcpy(list->addresses, lookup->v6, lookup->v6_count * sizeof(*lookup->v6));
		memcpy(list->addresses + lookup->v6_count, lookup->v4,
		       lookup->v4_count * sizeof(*lookup->v4));
		list->count = (uint8_t)(lookup->v6_count + lookup->v4_count);
	}
	lookup->callback(lookup->context, list);
	lookup_release(lookup);
}

static void family_take(struct address_lookup *lookup, struct address_family_result *family,
			const struct plx_result *result, const uint8_t *body, uint16_t type)
{
	family->result = *result;
	lookup->job.qtype = type;
	family->trace_error =
		lookup_trace_keep(&lookup->way, &lookup->job, result, body, &family->trace);
}

static void on_a(void *context, const struct plx_result *result, const uint8_t *body)
{
	struct address_lookup *lookup = context;
	lookup->a = NULL;
	family_take(lookup, &lookup->list.a, result, body, PLX_TYPE_A);
	if (plx_result_is_definitive(result)) {
		family_read(&lookup->list.a, body, 4, lookup->v4, &lookup->v4_count);
	}
	finish_if_complete(lookup);
}

static void on_aaaa(void *context, const struct plx_result *result, const uint8_t *body)
{
	struct address_lookup *lookup = context;
	lookup->aaaa = NULL;
	family_take(lookup, &lookup->list.aaaa, result, body, PLX_TYPE_AAAA);
	if (plx_result_is_definitive(result)) {
		family_read(&lookup->list.aaaa, body, 6, lookup->v6, &lookup->v6_count);
	}
	finish_if_complete(lookup);
}

int address_lookup_start(const struct lookup_way *way, const struct plx_name *host,
			 uint32_t timeout_ms, address_lookup_cb callback, void *context,
			 struct address_lookup **ret_lookup)
{
	struct address_lookup *lookup = calloc(1, sizeof(*lookup));
	if (lookup == NULL) {
		return -ENOMEM;
	}
	lookup->callback = callback;
	lookup->context = context;
	lookup->way = *way;
	lookup->job = (struct plx_job) {.kind = PLX_JOB_LOOKUP,
					.qtype = PLX_TYPE_AAAA,
					.timeout_ms = timeout_ms,
					.name = *host};
	int error = lookup_start_evidence(way, &lookup->job, on_aaaa, lookup, &lookup->aaaa);
	if (error == 0) {
		lookup->job.qtype = PLX_TYPE_A;
		error = lookup_start_evidence(way, &lookup->job, on_a, lookup, &lookup->a);
	}
	if (error != 0) {
		lookup_cancel(lookup->aaaa);
		free(lookup);
		return error;
	}
	*ret_lookup = lookup;
	return 0;
}

void address_lookup_cancel(struct address_lookup *lookup)
{
	if (lookup == NULL) {
		return;
	}
	lookup_cancel(lookup->a);
	lookup_cancel(lookup->aaaa);
	lookup_release(lookup);
}

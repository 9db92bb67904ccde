// SPDX-License-Identifier: BSD-3-Clause
// The addresses of a host: A and AAAA at the same time, IPv6 first, with what is needed to show later where they came
// from. Which of them may be connected to is not decided here.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/dns/name.h>
#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stdint.h>

struct address_lookup;
struct lookup_trace;
struct lookup_way;

// Kept of each family. One of each is ever connected to; a host with more is served by any of them.
#define ADDRESS_LOOKUP_FAMILY_MAX 16
#define ADDRESS_LOOKUP_MAX (2 * ADDRESS_LOOKUP_FAMILY_MAX)

enum address_outcome {
	ADDRESS_NOT_EVALUATED = 0,
	ADDRESS_FOUND,  // at least one; one family may have failed (see the results)
	ADDRESS_NONE,   // both questions were answered, and there is none
	ADDRESS_FAILED, // none, and a question failed; or either answer is bogus
};

// One question and its answer.
struct address_family_result {
	struct plx_result result; // fixed part; status LOST ... say what went wrong
	bool is_malformed; // the body could not be read, or held an address of another length
	bool is_capped;    // more than ADDRESS_LOOKUP_FAMILY_MAX
	uint8_t alias_count;
	struct plx_name aliases[PLX_ALIASES_MAX]; // targets in order
	struct lookup_trace *trace;               // the list's own reference; NULL: none
	int trace_error; // why an answer's could not be kept, as of lookup_trace_keep
};

struct address_list {
	enum address_outcome outcome;
	uint8_t count;
	struct plx_ip addresses
		[ADDRESS_LOOKUP_MAX]; // IPv6, then IPv4, in the order of the answers, none twice
	struct address_family_result a;
	struct address_family_result aaaa;
};

const char *address_outcome_name(enum address_outcome outcome);

// For whoever keeps a list beyond its callback. NULL: no memory.
struct address_list *address_list_copy(const struct address_list *list);
void address_list_free(struct address_list *list); // of such a copy; NULL is accepted

// `list` is valid during the call only.
typedef void (*address_lookup_cb)(void *context, const struct address_list *list);

// Both are evidence (lookup_start_evidence); the way is not needed after the call. timeout_ms as in job.h, for both questions. The callback comes exactly once, never from within this call. Errors as of
// lookup_start: then it never comes.
PLX_MUST_CHECK int address_lookup_start(const struct lookup_way *way, const struct plx_name *host,
					uint32_t timeout_ms, address_lookup_cb callback,
					void *context, struct address_lookup **ret_lookup);
// The callback does not come. NULL is accepted.
void address_lookup_cancel(struct address_lookup *lookup);

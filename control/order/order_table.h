// SPDX-License-Identifier: BSD-3-Clause
// Orders: taken, asked at all perspectives, decided, recorded, answered. The story of one:
//
//	order_table_start ──► QUEUED ──► RUNNING ──────────────► RECORDING ──► answer
//	                        │          │ per identifier:        (audit)
//	                        │          │ attempt = DCV and CAA at the primary and at each used remote, all at once
//	                        │          │ ──► quorum ──► decision ──► records ──► next attempt, if refused and allowed
//	                        │          │ ──► probes, if some remote did not corroborate and they would say why
//	                        └──────────┴─► the client hangs up: what runs is cancelled and recorded as abandoned
//
// The mode, the rules and the perspectives of an order are those of its start. An attempt's answers belong to it alone:
// nothing is carried over to the next one. A remote that fails, is lost or is late does not corroborate; it is never
// taken out of the count. Probes explain a decision that was reached before them; they are recorded, and never counted.
// Nothing is answered before its records are on stable storage, and when they cannot be
// written the order ends without a decision.
//
// Room: so many checks at a time overall, so many identifiers at a time of one order; orders take turns, so that a large
// one holds up nobody. A perspective without room (-EAGAIN) is asked again until the check's deadline.
//
// One thread, that of the event base.

#pragma once

#include <parallax/base/attributes.h>

#include "mode/mode_state.h"
#include "order/order_admission.h"
#include "order/order_findings.h"
#include "order/order_panel.h"
#include "order/order_request.h"
#include "order/order_statistics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audit_log;
struct event_base;
struct order;
struct order_table;
struct plx_random;

struct order_limits {
	uint32_t orders;                // in flight
	uint32_t checks;                // in flight overall; one attempt more may be begun below it
	uint32_t identifiers_at_a_time; // of one order
	uint32_t check_timeout_ms;      // what a perspective is given
	uint32_t order_timeout_ms;      // past it what has not answered counts as an error
	uint32_t probes;                // in flight overall; 0: none are made
	uint32_t probe_wait_ms;         // how long an answer waits for its probes at most
	uint32_t probe_delay_ms;        // before a probe that looks once more, later
	uint32_t finished_count;        // kept for order_table_find
	uint32_t finished_bytes;
	uint32_t finished_age_ms;
};

// Dates decide. A decision whose checks began at another number of steps rests on two clocks.
struct order_clock {
	bool is_believed;
	uint64_t steps; // of the wall clock since the start
};

struct order_services {
	struct event_base *base;
	struct plx_random *random;
	struct audit_log *audit;
	void *context;                     // of the functions below
	int64_t (*wall_us)(void *context); // Unix
	int64_t (*monotonic_ms)(void *context);
	struct mode_effective (*mode)(void *context, enum profile profile, int64_t now_s);
	// Asked at the start of an order, before its decision, and before its answer. NULL: always believed.
	struct order_clock (*clock)(void *context);
	// Can the evidence of checks be stored? Asked at the start of an order. NULL: always.
	bool (*is_evidence_ready)(void *context);
	// An array of diagnoses, a new reference; NULL: none. Called for an identifier that is refused under the rules or
	// that some remote did not corroborate. May be NULL.
	struct json_t *(*diagnose)(void *context, const struct order_findings *findings);
	// Which probes would tell more of such an identifier, at most ORDER_PROBES_MAX; returns how many. Asked once, after
	// the decision. May be NULL: none.
	size_t (*probes_wanted)(void *context, const struct order_findings *findings,
				struct order_probe_wish ret_wishes[static ORDER_PROBES_MAX]);
};

// How an order ended. Borrowed for the call.
struct order_end {
	const char *id;
	enum order_ending ending;
	const char *answer; // JSON, docs/orders.md; NULL unless ORDER_DECIDED
	size_t answer_length;
	const char *detail;     // more on a failure, for the operator's log; ""
	unsigned retry_after_s; // unless ORDER_DECIDED
};
typedef void (*order_end_cb)(void *context, const struct order_end *end);

// Takes a reference of the panel. NULL without memory, or when a limit is 0.
struct order_table *order_table_create(const struct order_services *services,
				       const struct order_limits *limits,
				       struct order_panel *panel);
// After audit_log_close. Orders that are left end as ORDER_FAILED_SHUTDOWN from within. NULL is fine.
void order_table_destroy(struct order_table *table);

// For orders that start from now on.
void order_table_set_panel(struct order_table *table, struct order_panel *panel);
void order_table_set_limits(struct order_table *table, const struct order_limits *limits);

// Takes the request when ORDER_ADMITTED, and only then: on_end is called once, later, from the loop, and *ret_order is
// valid until then. `caller` (for the audit log; NULL: unknown) is copied.
enum order_admission order_table_start(struct order_table *table, struct order_request *request,
				       const char *caller, order_end_cb on_end, void *context,
				       struct order **ret_order);
// What all perspectives found in an attempt, and the decision on it, before it is recorded: nothing may be told on it
// until on_end has come with ORDER_DECIDED. Borrowed for the call.
typedef void (*order_findings_cb)(void *context, const struct order_findings *findings,
				  enum decision decision);
// As order_table_start, but asks those of another panel, of which the order takes a reference, and tells what it finds.
enum order_admission order_table_start_observed(struct order_table *table,
						struct order_request *request,
						struct order_panel *panel, const char *caller,
						order_findings_cb on_findings, order_end_cb on_end,
						void *context, struct order **ret_order);
const char *order_id(const struct order *order);
// The client hung up: on_end is not called, the handle is void. What was asked is cancelled. An order of which anything
// was asked is recorded, as abandoned; one whose decision is being recorded stays decided.
void order_abandon(struct order *order);

struct order_view {
	enum order_ending ending; // ORDER_ENDING_NOT_EVALUATED: it is running
	const char *answer;       // as in order_end; valid until the loop goes on
	size_t answer_length;
};
// False: no such order, or its answer is no longer kept.
bool order_table_find(struct order_table *table, const char *id, struct order_view *ret_view);

// The wall clock was set: orders in flight end as ORDER_FAILED_CLOCK, from the loop. To be sent again once it is
// believed; the log then has their decisions on one clock.
void order_table_note_clock(struct order_table *table);
// Takes no new orders until order_table_resume; on_drained (may be NULL) is called from the loop when none is in flight.
void order_table_drain(struct order_table *table, void (*on_drained)(void *context), void *context);
void order_table_resume(struct order_table *table);
bool order_table_is_draining(const struct order_table *table);
void order_table_statistics(const struct order_table *table,
			    struct order_statistics *ret_statistics);

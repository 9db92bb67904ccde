// SPDX-License-Identifier: BSD-3-Clause
// What the files of this folder share; nobody else includes it.
//
//	order_table.c     who may start, whose turn it is, what waits for room
//	order.c           one order from start to end
//	order_attempt.c   one attempt at one identifier: asks, answers, deadline
//	order_probing.c   what is asked after the decision, to explain it
//	order_verdict.c   an attempt's answers to a decision
//	order_answer.c    the JSON for the client
//	order_record.c    the JSON for the audit log

#pragma once

#include "mode/enforcement.h"
#include "order/order_journal.h"
#include "order/order_shelf.h"
#include "order/order_table.h"
#include "order/order_words.h"
#include "policy/dcv_corroboration.h"
#include "quorum/identifier_decision.h"
#include "rules/rule_table.h"

#include <jansson.h>

#include <sys/queue.h>

// Room for a remote's own "timeout" to arrive before ours is put in its place.
#define ORDER_CHECK_GRACE_MS 500
// How often a perspective or an audit log without room is tried again.
#define ORDER_RETRY_INTERVAL_MS 5
// For how long a full audit queue is waited for.
#define ORDER_AUDIT_WAIT_MS 10000
// How often it is looked whether the last records of failed orders can be written.
#define ORDER_CLOSING_INTERVAL_MS 250
#define ORDER_CLOSINGS_MAX 65536
// Records of one order that wait for its append: past it no identifier is begun. Bounds what a slow log makes us keep.
#define ORDER_JOURNAL_RECORDS_MAX 1024

enum order_ask_state {
	ORDER_ASK_WAITING = 0, // the perspective had no room yet
	ORDER_ASK_OPEN,
	ORDER_ASK_SETTLED,
};

// One check at one perspective.
struct order_ask {
	struct order_attempt *attempt;
	enum check_set set;
	uint32_t seat; // see order_panel_seat
	enum order_ask_state state;
	struct order_words words;        // once settled
	enum dcv_corroboration compared; // of DCV at a remote
	bool corroborates;
	int64_t latency_ms;
	void *handle; // while open
};

// One attempt at one identifier.
struct order_attempt {
	struct order *order;
	size_t item_index;
	unsigned number; // from 1
	int64_t started_ms;
	int64_t deadline_ms;
	struct event *timer;
	json_t *checks[CHECK_SET_COUNT]; // what is asked; NULL: this check is not made
	size_t seat_counts[CHECK_SET_COUNT];
	size_t unsettled_count;
	size_t waiting_count;
	bool is_starved;  // on the table's list
	bool is_detached; // of its order's list: it is probed
	TAILQ_ENTRY(order_attempt) order_link;
	TAILQ_ENTRY(order_attempt) starved_link;
	size_t ask_count;
	struct order_ask asks[]; // DCV by seat, then CAA by seat
};
TAILQ_HEAD(order_attempt_list, order_attempt);

// What an attempt came to.
struct order_verdict {
	struct identifier_decision decision;
	enum decision primary; // what the primary alone found
	struct enforcement enforcement;
};

// One question after the decision.
struct order_probe {
	struct order_probing *probing;
	enum probe_kind kind;
	uint32_t seat;
	enum order_ask_state state;
	struct event *timer; // when it is asked
	json_t *check;
	void *handle; // while open
	struct order_words words;
	int64_t latency_ms;
};

// The probes of one identifier that is decided.
struct order_probing {
	struct order_attempt *attempt; // its last one, detached
	struct order_verdict verdict;  // as it was reached; final
	int64_t deadline_ms;
	struct event *timer;
	size_t count;
	size_t unsettled_count;
	TAILQ_ENTRY(order_probing) link;
	struct order_probe probes[ORDER_PROBES_MAX];
};
TAILQ_HEAD(order_probing_list, order_probing);

// One identifier of an order, as far as it has come.
struct order_outcome {
	bool is_finished;
	enum decision primary;
	enum decision full;
	char *answer;              // JSON text of its row
	json_t *attempts;          // array for the order's record; NULL: none was made
	size_t attempts_flushed;   // given to the audit log
	size_t attempts_committed; // known to be in it
};

enum order_state {
	ORDER_QUEUED = 0, // nothing was asked
	ORDER_RUNNING,
	ORDER_RECORDING, // all is decided; the last records are on their way
};

struct order {
	struct order_table *table;
	struct order_shelf_entry *entry;
	struct order_request *request;
	struct order_panel *panel;
	char *caller;
	const struct rule_row *rules;
	enum mode mode;
	bool is_compliant;
	enum order_state state;
	enum order_ending ending; // set early when it failed or was abandoned
	uint64_t clock_steps;     // at the start
	int64_t started_us;
	int64_t started_ms;
	int64_t deadline_ms;
	int64_t audit_wait_until_ms; // 0: the audit log has room
	struct event *timer;
	size_t next_item;
	size_t finished_count;
	struct order_attempt_list attempts;
	size_t attempt_count; // running
	struct order_probing_list probings;
	struct order_outcome *outcomes;
	struct order_journal journal;
	char *answer;
	size_t answer_length;
	struct enforcement enforcement; // set in ORDER_RECORDING
	order_end_cb on_end;            // NULL: nobody waits
	order_findings_cb on_findings;  // NULL: nobody listens
	void *context;
	bool is_runnable; // on the table's list
	bool is_held;     // on the table's list: the audit log has no room
	TAILQ_ENTRY(order) link;
	TAILQ_ENTRY(order) runnable_link;
	TAILQ_ENTRY(order) held_link;
};
TAILQ_HEAD(order_list, order);

// The last record of an order that failed, kept until the log takes it.
struct order_closing {
	json_t *body;
	int64_t time_us;
	STAILQ_ENTRY(order_closing) link;
};
STAILQ_HEAD(order_closing_list, order_closing);

struct order_table {
	struct order_services services;
	struct order_limits limits;
	struct order_panel *panel;
	struct order_list orders;
	struct order_list runnable; // have identifiers to start and room of their own
	struct order_list held;
	struct order_attempt_list starved;
	struct order_closing_list closings; // the first one may be on its way, see is_closing
	bool is_closing;
	size_t closing_count;
	size_t order_count;
	size_t check_count;
	size_t probe_count;
	bool is_draining;
	bool is_stopping; // nothing may be appended any more
	void (*on_drained)(void *context);
	void *drained_context;
	struct event *turn_timer;    // starts what can be started
	struct event *retry_timer;   // while something is starved or held
	struct event *closing_timer; // while closings wait
	struct event *drained_timer;
	struct event *clock_timer;
	struct audit_fault audit_fault; // why the last order that failed for it did
	struct order_shelf shelf;
	struct order_statistics statistics;
};

// order_table.c
int64_t order_table_now_ms(const struct order_table *table);
int64_t order_table_now_us(const struct order_table *table);
struct order_clock order_table_clock(const struct order_table *table);
void order_table_schedule(struct order_table *table);       // a turn, from the loop
void order_table_schedule_retry(struct order_table *table); // of what is starved or held
void order_table_note_runnable(struct order_table *table, struct order *order);
void order_table_hold(struct order_table *table, struct order *order);
void order_table_unlist(struct order_table *table, struct order *order);
void order_table_close_later(struct order_table *table, json_t *body, int64_t time_us);
void order_table_note_ended(struct order_table *table);

// order.c
struct order *order_create(struct order_table *table, struct order_request *request,
			   struct order_panel *panel, const char *caller,
			   struct order_shelf_entry *entry);
void order_destroy(struct order *order);
bool order_can_start_item(const struct order *order);
bool order_start_item(struct order *order); // false: the order has ended
void order_stop(struct order *order);       // ends as ORDER_FAILED_SHUTDOWN
// False: it had failed before. True: it ends, at once or when its append has ended.
bool order_stop_for_clock(struct order *order);
// All of it is settled: judges and records it, and frees it. May end and free the order, as order_progress may.
void order_note_attempt(struct order *order, struct order_attempt *attempt);
// All of its probes are settled: as order_note_attempt.
void order_note_probing(struct order_probing *probing);
void order_progress(struct order *order);
void order_end(struct order *order, enum order_ending ending);

// order_attempt.c. The attempt is on its order's list. NULL without memory.
struct order_attempt *order_attempt_start(struct order *order, size_t item_index, unsigned number);
void order_attempt_ask_waiting(struct order_attempt *attempt);
// Cancels what is open; each check left reads as an error with this cause.
void order_attempt_settle_all(struct order_attempt *attempt, const char *cause, const char *detail);
// Settled, it leaves its order's list and room, and lives on.
void order_attempt_detach(struct order_attempt *attempt);
void order_attempt_destroy(struct order_attempt *attempt);
const struct order_ask *order_attempt_ask(const struct order_attempt *attempt, enum check_set set,
					  size_t seat);

// order_probing.c
// Takes the attempt when true; it is recorded and decided. False: there is nothing to ask, or no room.
bool order_probing_start(struct order_attempt *attempt, const struct order_verdict *verdict);
// Cancels what is open; each probe left reads as an error with this cause.
void order_probing_settle_all(struct order_probing *probing, const char *cause, const char *detail);
void order_probing_free(struct order_probing *probing);    // one that never started
void order_probing_destroy(struct order_probing *probing); // and its attempt

// order_findings.c
// `probing` NULL: no probes were made.
void order_findings_gather(const struct order_attempt *attempt, const struct order_probing *probing,
			   struct order_findings *ret_findings);
// It is refused under the rules, or some remote did not corroborate.
bool order_needs_diagnosis(const struct order_attempt *attempt,
			   const struct order_verdict *verdict);

// order_verdict.c
enum corroboration_need order_item_need(const struct order_request *request,
					const struct order_item *item);
// Not of an order for DCV alone.
enum caa_need order_item_caa_need(const struct order_request *request,
				  const struct order_item *item);
// Sets what remotes corroborate, and counts.
struct order_verdict order_verdict_reach(struct order_attempt *attempt);
// Of an identifier that was never asked about.
struct order_verdict order_verdict_without_answers(const struct order *order,
						   const struct order_item *item);

// order_answer.c. Texts by malloc; NULL without memory.
char *order_answer_item(const struct order *order, size_t item_index,
			const struct order_verdict *verdict, const struct order_attempt *attempt,
			const struct order_probing *probing);
char *order_answer_write(const struct order *order, size_t *ret_length);

// order_record.c
void order_record_attempt(struct order *order, struct order_attempt *attempt,
			  const struct order_verdict *verdict);
void order_record_probes(struct order *order, const struct order_probing *probing);
// `only_committed`: declares no attempt whose records are not known to be in the log. NULL without memory.
json_t *order_record_write(const struct order *order, enum order_ending ending,
			   bool only_committed);

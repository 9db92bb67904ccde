// SPDX-License-Identifier: BSD-3-Clause
// A table of orders on a real loop with a real audit log in a folder of its own, and perspectives that answer by script.

#pragma once

#include "../audit/audit_fixture.h"
#include "cunit_runner.h"
#include "order/order_id.h"
#include "order/order_table.h"

#include <parallax/base/random_source.h>

#include <event2/event.h>
#include <jansson.h>

#include <stdbool.h>
#include <sys/queue.h>

#define FIXTURE_REMOTES 6
#define FIXTURE_SEATS (1 + FIXTURE_REMOTES)
// What each perspective says that the evidence of its first look-up is called.
#define SCRIPT_TRACE "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define FIXTURE_NOW_S 1795435200 // 2026-11-23T12:00:00Z

// What a scripted perspective says to a check.
enum script {
	SCRIPT_PASS = 'P',
	SCRIPT_OTHER = 'O',   // passes, and saw something else than the primary
	SCRIPT_FOLDED = 'V',  // passes, and saw the same in another case
	SCRIPT_NOTHING = 'N', // passes, and does not say what it saw
	SCRIPT_FAIL = 'F',
	SCRIPT_ERROR = 'E',
	SCRIPT_LOST = 'L',    // the channel broke
	SCRIPT_SILENT = 'S',  // never answers
	SCRIPT_REFUSES = 'R', // cannot be asked
	SCRIPT_GARBAGE = 'G', // answers what is no result
	SCRIPT_CUT = 'U',     // answers what cannot be told of without cutting a character in two
	SCRIPT_SWAPPED = 'W', // answers the other kind of check
	SCRIPT_TWICE = '2',   // answers passed, then failed
	SCRIPT_SIGNED = 'I',  // passes, in a signed line
};

struct pending_answer;
TAILQ_HEAD(pending_list, pending_answer);

struct scripted_perspective {
	struct order_fixture *fixture;
	unsigned seat;
	struct perspective_resolver resolver;
	char name[16];
	const char *dcv; // script: one letter for each attempt, the last one repeats
	const char *caa;
	const char *probe; // what is said to probes, as above
	unsigned room;     // checks at a time; 0: no limit
	unsigned open_count;
	unsigned open_max;
	unsigned asked_count;
	unsigned cancelled_count;
	unsigned refused_count; // -EAGAIN
	json_t *asked;          // "check identifier" -> how often
};

struct order_fixture {
	struct audit_fixture audit;
	struct plx_random random;
	struct suffix_table *suffixes;
	struct order_table *table;
	struct order_panel *panel;
	struct order_limits limits;
	struct scripted_perspective perspectives[FIXTURE_SEATS];
	unsigned remote_count;
	struct pending_list pending;
	struct event *answer_timer;
	bool is_holding; // no answer is given
	int64_t wall_us;
	int64_t skew_ms; // of the monotonic clock
	enum mode mode;
	enum order_scope scope; // of the orders that start
	bool is_for_readiness;  // of the orders that start
	struct order_clock clock;
	unsigned step_at_question; // the clock steps when it is asked for the nth time; 0: never
	unsigned diagnosed_count;
	// What diagnosis wishes for, and what it was told of the last identifier.
	struct order_probe_wish wishes[ORDER_PROBES_MAX];
	size_t wish_count;
	size_t told_count;
	struct order_probe_finding told[ORDER_PROBES_MAX];
	// Of the orders that ended.
	unsigned ended_count;
	unsigned ending_counts[ORDER_ENDING_COUNT];
	json_t *answer; // of the last one
	struct order_end last;
};

// With the remotes of the default panel: 0 fra RIPE NCC, 1 iad ARIN, 2 sin APNIC, 3 gru LACNIC, 4 jnb AFRINIC, 5 sjc
// ARIN. All pass. The table is made by order_fixture_open, so that limits can be changed before.
void order_fixture_init(struct order_fixture *fixture, unsigned remote_count);
void order_fixture_open(struct order_fixture *fixture);
void order_fixture_fini(struct order_fixture *fixture);
struct order_panel *order_fixture_panel(struct order_fixture *fixture, unsigned remote_count);

struct order_request_rules order_fixture_rules(struct order_fixture *fixture);
struct order_request *order_fixture_read(struct order_fixture *fixture, const char *text);
// Reads and starts; the order must be admitted.
struct order *order_fixture_start(struct order_fixture *fixture, const char *text);
enum order_admission order_fixture_try(struct order_fixture *fixture, const char *text);
void order_fixture_hold(struct order_fixture *fixture, bool is_holding);
// Runs the loop until so many orders have ended. False: the deadline passed.
bool order_fixture_wait(struct order_fixture *fixture, unsigned ended_count);
// Runs the loop until no order is in flight.
bool order_fixture_wait_idle(struct order_fixture *fixture);
// The checks that wait for an answer, a new array.
json_t *order_fixture_pending_checks(const struct order_fixture *fixture);
// That each check record, and there are so many, tells of the name that it is about.
void order_fixture_expect_own_evidence(struct order_fixture *fixture, size_t count);
// Runs the loop until so many answers are held back.
bool order_fixture_wait_pending(struct order_fixture *fixture, unsigned count);
void order_fixture_turn(struct order_fixture *fixture);
struct order_statistics order_fixture_statistics(const struct order_fixture *fixture);

// dns-01 for `name`, as one element of "identifiers".
#define ORDER_DNS_01(name)                                                                         \
	"{\"type\":\"dns\",\"value\":\"" name "\",\"dcv\":{\"validation_method\":\"acme-dns-01\"," \
	"\"key_authorization_hash\":\"LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo\"}}"
#define ORDER_OF(identifiers) "{\"identifiers\":[" identifiers "]}"

// Text at a path of members and indexes, as in "identifiers/0/dcv/quorum"; "" when there is none.
const char *answer_text(const json_t *answer, const char *path);
const json_t *answer_get(const json_t *answer, const char *path);
// How many records of this kind the log has.
size_t order_fixture_count(struct order_fixture *fixture, enum audit_kind kind);
// Closes the log and verifies its chain; all orders must have ended.
void order_fixture_verify(struct order_fixture *fixture);
// The envelope of an answer (perspective/signed_line.h), signed together with another one.
json_t *order_fixture_sign(const char *perspective, json_t *answer);
// Whether this is the signature of this payload: what an auditor finds from a record alone.
bool order_fixture_is_signed(const char *perspective, const char *signature, const json_t *payload);

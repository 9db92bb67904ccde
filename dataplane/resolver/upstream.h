// SPDX-License-Identifier: BSD-3-Clause
// One upstream server as one worker knows it: health, timeouts, limits, cookie, downgrades. Share-nothing: every
// worker has its own view, and limits are divided by the number of workers.
//
// Memory of a server may only get worse on evidence that an off-path attacker cannot forge (reliability: pdns
// CVE-2026-52690): a TCP answer or an echoed cookie. A flood of forged answers makes a server TCP-only for a while,
// which is slower but never weaker.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/dns/message_writer.h>

#include "ratelimit/flow_window.h"
#include "ratelimit/token_bucket.h"
#include "resolver/upstream_config.h"
#include "tcp/tcp_query.h"

#include <stdbool.h>
#include <stdint.h>

#define UPSTREAM_RTO_START_NS (400ull * 1000 * 1000)
#define UPSTREAM_RTO_MIN_NS (50ull * 1000 * 1000)
#define UPSTREAM_RTO_MAX_NS (3200ull * 1000 * 1000)
// A server is down after this many timeouts in a row while nothing came for UPSTREAM_SILENCE_NS.
#define UPSTREAM_DOWN_TIMEOUTS 3
#define UPSTREAM_SILENCE_NS (1000ull * 1000 * 1000)
#define UPSTREAM_PROBE_NS (60ull * 1000 * 1000 * 1000) // a server that is down is tried this often
// A server that answered so many queries in a row with a refusal or a failure of its own, and none with an answer, is
// asked only this often while there is a better one: it answers soonest of all and would draw all questions.
#define UPSTREAM_FAILING_ROW 16
#define UPSTREAM_FAILING_PROBE_NS (1000ull * 1000 * 1000)
// One server whose TCP stalls must not use up the TCP thread's TCP_OUTSTANDING_MAX, nor, with more than half of what it
// may have outstanding, keep UDP from it.
#define UPSTREAM_TCP_IN_FLIGHT_MAX (TCP_OUTSTANDING_MAX / 2)
// So many attempts in a row to connect that failed break a server's TCP: other servers are asked instead, and it only
// every UPSTREAM_PROBE_NS. No handshake within UPSTREAM_TCP_CONNECT_NS, after which the kernel sends SYN again, is a
// failed attempt; a shorter wait says nothing. Queries that wait for one attempt learn its end within
// UPSTREAM_TCP_APART_NS.
#define UPSTREAM_TCP_BROKEN_ROW 3
#define UPSTREAM_TCP_CONNECT_NS (1000ull * 1000 * 1000)
#define UPSTREAM_TCP_APART_NS (10ull * 1000 * 1000)
#define UPSTREAM_DOWNGRADE_NS (900ull * 1000 * 1000 * 1000)
// Unwanted answers from one server's address within UPSTREAM_ALARM_WINDOW_NS that raise the spoofing alarm, and how
// long TCP is used after it. Duplicates and late answers are not unwanted.
#define UPSTREAM_ALARM_UNWANTED 100
#define UPSTREAM_ALARM_WINDOW_NS (1000ull * 1000 * 1000)
#define UPSTREAM_ALARM_NS (10ull * 1000 * 1000 * 1000)

enum upstream_health {
	UPSTREAM_UP = 0,
	UPSTREAM_DOWN,
	UPSTREAM_PROBING, // one query is on its way to a server that was down
};

struct upstream {
	struct upstream_config config;
	bool is_set;
	bool is_draining;
	bool is_reachable;
	uint8_t health;         // enum upstream_health
	uint32_t in_flight;     // by UDP
	uint32_t tcp_in_flight; // given to the TCP thread and not answered yet
	uint32_t timeouts_in_row;
	uint32_t failures_in_row;
	uint64_t failing_probe_after_ns; // while failures_in_row has reached UPSTREAM_FAILING_ROW
	uint32_t tcp_failures_in_row;
	uint64_t tcp_failed_ns;      // the last of them
	uint64_t tcp_probe_after_ns; // while they have reached UPSTREAM_TCP_BROKEN_ROW
	uint64_t heard_ns;           // last accepted answer, or when it was set
	uint64_t probe_after_ns;     // while down
	uint64_t srtt_ns;            // 0 until the first answer
	uint64_t rttvar_ns;
	struct flow_window window;
	struct token_bucket bucket;

	uint64_t no_edns_until_ns;
	uint64_t no_cookie_until_ns;
	uint64_t no_case_until_ns; // does not echo 0x20 case
	uint64_t alarm_until_ns;   // spoofing alarm
	uint64_t unwanted_since_ns;
	uint32_t unwanted_recent;

	uint8_t cookie[PLX_COOKIE_CLIENT_BYTES + PLX_COOKIE_SERVER_MAX]; // ours, then the server's
	uint8_t server_cookie_length; // 0: the server is not known to do cookies

	// worker: rw, control: ro (relaxed)
	uint64_t sent;
	uint64_t answered;
	uint64_t timeouts;
	uint64_t failures;
	uint64_t unwanted;
};

struct plx_siphash_key;

// Which of how many workers this is: together they keep to the limits of the configuration.
struct worker_share {
	unsigned worker;
	unsigned worker_count;
};

void upstream_init(struct upstream *upstream, const struct upstream_config *config,
		   const struct worker_share *share, const struct plx_siphash_key *cookie_key,
		   uint64_t now_ns);

// False when this worker's part of in_flight_max is nothing: it never asks the server.
static inline bool upstream_has_share(const struct upstream *upstream)
{
	return upstream->window.size_max > 0;
}

// The wait for one query: SRTT + 4 x variance (RFC 6298), doubled after every second try.
uint64_t upstream_timeout_ns(const struct upstream *upstream, unsigned attempts);

// Whether a query may go to it now; UPSTREAM_DOWN servers only when `is_last_resort`.
bool upstream_may_send(const struct upstream *upstream, uint64_t now_ns, bool is_last_resort);
// Whether its limits let another query go by TCP.
bool upstream_may_send_tcp(const struct upstream *upstream, uint64_t now_ns);
void upstream_sent(struct upstream *upstream, uint64_t now_ns);
void upstream_sent_tcp(struct upstream *upstream, uint64_t now_ns);
// The TCP thread sent one again: its token is taken late, so that the rate holds on average.
void upstream_resent_tcp(struct upstream *upstream, uint64_t now_ns);
// A query ended: exactly one of these per upstream_sent (UDP).
void upstream_answered(struct upstream *upstream, uint64_t rtt_ns, uint64_t now_ns);
void upstream_timed_out(struct upstream *upstream, uint64_t now_ns);
void upstream_abandoned(struct upstream *upstream); // nobody waits any more, or TCP took over

// A late answer to an earlier query of a question: too late to be used, not to teach the RTT.
void upstream_heard_late(struct upstream *upstream, uint64_t rtt_ns, uint64_t now_ns);
// A sign of life by TCP.
void upstream_heard(struct upstream *upstream, uint64_t now_ns);
// SERVFAIL, REFUSED, FORMERR, NOTIMP, LAME and the like; `is_its_own`: may be the server's fault and not the name's.
void upstream_failed(struct upstream *upstream, bool is_its_own);
void upstream_served(struct upstream *upstream); // a definitive answer
static inline bool upstream_is_failing(const struct upstream *upstream)
{
	return upstream->failures_in_row >= UPSTREAM_FAILING_ROW;
}
// A query by TCP found a connection, or none for `waited_ns`; `error` as in struct tcp_answer.
void upstream_tcp_connected(struct upstream *upstream);
void upstream_tcp_unconnected(struct upstream *upstream, int error, uint64_t waited_ns,
			      uint64_t now_ns);
static inline bool upstream_is_tcp_broken(const struct upstream *upstream, uint64_t now_ns)
{
	return upstream->tcp_failures_in_row >= UPSTREAM_TCP_BROKEN_ROW &&
	       now_ns < upstream->tcp_probe_after_ns;
}
// Counts a packet from its address that failed the acceptance rules; true when this one raised the alarm.
bool upstream_unwanted(struct upstream *upstream, uint64_t now_ns);

// The current rules for talking to it.
static inline bool upstream_uses_edns(const struct upstream *upstream, uint64_t now_ns)
{
	return now_ns >= upstream->no_edns_until_ns;
}
// Whether queries carry a COOKIE option.
static inline bool upstream_uses_cookie(const struct upstream *upstream, uint64_t now_ns)
{
	return upstream_uses_edns(upstream, now_ns) && now_ns >= upstream->no_cookie_until_ns;
}
// The server folds case, and its cookie, which comes with every answer, stands in for it.
static inline bool upstream_may_fold_case(const struct upstream *upstream, uint64_t now_ns)
{
	return now_ns < upstream->no_case_until_ns && upstream->server_cookie_length > 0 &&
	       upstream_uses_cookie(upstream, now_ns);
}
// With the case gone, UDP would rest on port and ID alone, unless the server does cookies.
static inline bool upstream_wants_tcp(const struct upstream *upstream, uint64_t now_ns)
{
	return now_ns < upstream->alarm_until_ns ||
	       (now_ns < upstream->no_case_until_ns && !upstream_may_fold_case(upstream, now_ns));
}

// Learns the server's cookie from an accepted answer whose client part was ours (RFC 7873 5.3).
void upstream_learn_cookie(struct upstream *upstream, const uint8_t *cookie, uint8_t length);
const char *upstream_health_name(enum upstream_health health);

// SPDX-License-Identifier: BSD-3-Clause
// A scenario as read from a .rpl or .scenario file (docs/scenarios.md): what servers say to which query in which
// step, and what is asked, waited for and expected. Read-only after parsing; who plays it keeps the state.

#pragma once

#include "scenario_text.h"
#include "zone_record.h"

#include <parallax/base/ip_address.h>
#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stdint.h>

#define RANGE_ADDRESSES_MAX 16
#define SCENARIO_RECORDS_MAX 100000u
#define SCENARIO_LIST_MAX 10000u // ranges, entries, steps, configuration lines: each

// Words of MATCH. In an answer to be checked only rcode, flags, answer, ttl and all mean something.
#define MATCH_WORDS(X)                                                                             \
	X(opcode)                                                                                  \
	X(qtype)                                                                                   \
	X(qname)                                                                                   \
	X(qcase)                                                                                   \
	X(question)                                                                                \
	X(subdomain)                                                                               \
	X(flags)                                                                                   \
	X(rcode)                                                                                   \
	X(answer)                                                                                  \
	X(authority)                                                                               \
	X(additional)                                                                              \
	X(all)                                                                                     \
	X(all_noedns)                                                                              \
	X(ttl)                                                                                     \
	X(edns)                                                                                    \
	X(noedns)                                                                                  \
	X(DO)                                                                                      \
	X(cookie)                                                                                  \
	X(client_cookie)                                                                           \
	X(nocookie)                                                                                \
	X(server_cookie)                                                                           \
	X(UDP)                                                                                     \
	X(TCP)

enum match_word {
#define MATCH_ENTRY(name) MATCH_##name,
	MATCH_WORDS(MATCH_ENTRY)
#undef MATCH_ENTRY
		MATCH_COUNT
};
#define MATCH_BIT(name) (1u << MATCH_##name)

// Words of ADJUST: a word alone is 1, `word=VALUE` its value.
#define ADJUST_WORDS(X)                                                                            \
	X(copy_id, FLAG)    /* public dialect; both are done anyway */                             \
	X(copy_query, FLAG) /* */                                                                  \
	X(raw_id, FLAG)     /* ID 0 */                                                             \
	X(do_not_answer, FLAG)                                                                     \
	X(drop, FLAG)             /* the same */                                                   \
	X(loss, SHARE)            /* of queries, and of replies */                                 \
	X(delay, DURATION)        /* besides the round trip */                                     \
	X(sleep, DURATION)        /* Unbound: the same */                                          \
	X(packet_sleep, DURATION) /* */                                                            \
	X(jitter, DURATION)       /* at most this much more */                                     \
	X(copies, NUMBER)         /* datagrams instead of one */                                   \
	X(times, NUMBER)          /* the entry serves this often, then no more */                  \
	X(forge, NUMBER)          /* datagrams with other IDs before the reply */                  \
	X(wrong_id, FLAG)         /* */                                                            \
	X(wrong_src, FLAG)        /* another address */                                            \
	X(wrong_port, FLAG)       /* another source port */                                        \
	X(wrong_q, FLAG)          /* the first letter of the question changed */                   \
	X(wrong_qtype, FLAG)      /* */                                                            \
	X(no_question, FLAG)      /* QDCOUNT 0 */                                                  \
	X(two_questions, FLAG)                                                                     \
	X(lowercase, FLAG) /* 0x20 case not echoed */                                              \
	X(tc, FLAG)                                                                                \
	X(truncated_tail, FLAG) /* the last three octets cut off */                                \
	X(trailing, NUMBER)     /* octets appended */                                              \
	X(octets, NUMBER)       /* only the first so many are sent */                              \
	X(server_cookie, FLAG)  /* ours echoed, with a server cookie */                            \
	X(wrong_cookie, FLAG)   /* another client cookie */                                        \
	X(badcookie, FLAG)      /* RCODE BADCOOKIE and a fresh server cookie */                    \
	X(badvers, FLAG)                                                                           \
	X(noedns, FLAG)    /* no OPT even though the query has one */                              \
	X(ede, NUMBER)     /* RFC 8914 info-code */                                                \
	X(options, NUMBER) /* empty EDNS options */                                                \
	X(opt_twice, FLAG)                                                                         \
	X(opt_owner, FLAG) /* OPT not at the root */                                               \
	X(tcp_refused, FLAG)                                                                       \
	X(tcp_close, FLAG)                                                                         \
	X(tcp_framing, FLAG)

struct entry_adjust {
#define ADJUST_FIELD(name, kind)                                                                   \
	uint64_t name##_value;                                                                     \
	bool name;
	ADJUST_WORDS(ADJUST_FIELD)
#undef ADJUST_FIELD
};

// JOB in a QUERY step; without it the question is looked up as it is.
struct entry_job {
	bool is_relevant_caa;
	bool is_tcp_only;
	bool is_interactive; // else bulk
	bool is_uncached;    // no-cache: for evidence
	uint32_t timeout_ms; // 0: the engine's default
	uint8_t attempts;    // 0: the engine's default
	uint32_t repeat;     // so many look-ups, of 0.NAME, 1.NAME, ...; 0: one, of NAME
};

// What a CHECK_ANSWER step says beyond RCODE and records.
struct entry_check {
	bool has_status, has_dnssec, has_transport, has_found_at, has_ede, has_server;
	enum plx_status status;
	enum plx_dnssec dnssec;
	enum plx_transport transport;
	struct plx_name found_at; // length 0: nowhere
	uint16_t ede;
	struct plx_ip server;
	uint32_t share_permille; // AT_LEAST; of repeated look-ups; the others must have failed
};

struct scenario_entry {
	unsigned line;
	unsigned index; // among all entries of the scenario
	uint32_t match; // MATCH_BIT
	uint16_t flags; // REPLY, as in the header, without RCODE
	uint16_t rcode;
	bool has_rcode;
	bool has_do; // in a QUERY step: whoever asks reads AD
	bool is_raw; // a server's: the only record is the whole message
	bool has_question;
	struct plx_name question_name;
	uint16_t question_type;
	struct entry_adjust adjust;
	struct entry_job job;
	struct entry_check check;
	struct zone_record *records; // owned
	uint32_t record_count;
	uint32_t record_capacity;
};

struct scenario_range {
	unsigned line;
	uint32_t first_step;
	uint32_t last_step;
	unsigned address_count; // 0: any
	struct plx_ip addresses[RANGE_ADDRESSES_MAX];
	unsigned first_entry; // of scenario.entries
	unsigned entry_count;
};

enum upstream_change {
	UPSTREAM_CHANGE_DOWN, // it and the way to it are dead: nothing comes back
	UPSTREAM_CHANGE_UP,
	UPSTREAM_CHANGE_UNREACHABLE, // no route: the engine is told
	UPSTREAM_CHANGE_REACHABLE,
	UPSTREAM_CHANGE_DRAINING,
	UPSTREAM_CHANGE_SERVING,
	UPSTREAM_CHANGE_REMOVED,
	UPSTREAM_CHANGE_COUNT
};

struct expectation {
	int count; // enum round_count
	bool has_address;
	struct plx_ip address;
	char comparison[3]; // "<=", ">=", "==", "<", ">"
	uint64_t number;
};
#define STEP_EXPECTATIONS_MAX 16

enum step_kind {
	STEP_QUERY,
	STEP_CHECK_ANSWER,
	STEP_CHECK_WAITING, // there is no result yet
	STEP_TIME_PASSES,
	STEP_UPSTREAM,
	STEP_FLUSH, // the cache, at and below a zone
	STEP_EXPECT,
};

struct scenario_step {
	unsigned line;
	uint32_t id;
	enum step_kind kind;
	int entry;   // of scenario.entries, or -1
	bool has_of; // of the query of step `of`; else of the last query
	uint32_t of;
	uint64_t elapse_ns;
	struct plx_ip upstream;
	enum upstream_change change;
	struct plx_name zone;
	unsigned expectation_count;
	struct expectation expectations[STEP_EXPECTATIONS_MAX];
};

struct scenario_setting {
	unsigned line;
	char key[48];
	char value[1200]; // a DNSKEY of 4096 bits
};

struct scenario {
	char title[200];
	bool is_iterative;     // from the root servers down; set by whoever read the file
	unsigned record_count; // of all entries
	unsigned setting_count, range_count, entry_count, step_count;
	struct scenario_setting *settings;
	struct scenario_range *ranges;
	struct scenario_entry *entries;
	struct scenario_step *steps;
};

// -EINVAL with a fault, -ENOMEM. The text need not outlive the call.
PLX_MUST_CHECK int scenario_parse(const char *text, size_t length, struct scenario *ret_scenario,
				  struct scenario_fault *fault);
void scenario_release(struct scenario *scenario);

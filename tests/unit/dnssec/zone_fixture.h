// SPDX-License-Identifier: BSD-3-Clause
// The signed zones of zone_messages.tsv, or of another table of its form: their messages, and the keys that the chain
// from the anchor gives.

#pragma once

#include "dnssec/chain.h"

#include <parallax/dns/rr_type.h>

#include <stdbool.h>
#include <stdint.h>

#define FIXTURE_NOW 1782864000 // 2026-07-01; the signatures are valid from 2026-01-01 to 2027-01-01
#define FIXTURE_MESSAGE_MAX 2048
#define FIXTURE_ZONES_MAX 64

struct fixture_row {
	struct plx_name zone;
	struct plx_name name; // judged: the question's, or the referral's
	uint16_t type;
	char judge[12]; // "answer", "delegation" (referrals too), "keys"
	char kind[16];
	char state[16];
	char cause[24];
	char title[128]; // for failures
	size_t length;
	uint8_t wire[FIXTURE_MESSAGE_MAX];
};

struct fixture {
	unsigned row_count;
	struct fixture_row *rows;
	struct trust_anchors *anchors;
	struct canonical_workspace *workspace;
	struct dnssec_policy policy;
	struct judge_budget budget;
	struct judge judge; // production policy, FIXTURE_NOW, the budget above
	unsigned key_set_count;
	struct key_set *key_sets[FIXTURE_ZONES_MAX]; // filled by fixture_open: every signed zone's
};

// What a row was judged as.
struct fixture_verdict {
	const char *kind;
	enum plx_dnssec state;
	enum dnssec_cause cause;
	uint32_t ttl_s;
};

// Ends the program when the table is wrong or the chain does not hold.
struct fixture *fixture_open(void);
struct fixture *fixture_open_at(const char *messages_path, const char *anchor_path);
void fixture_close(struct fixture *fixture);
const struct key_set *fixture_keys(const struct fixture *fixture, const struct plx_name *zone);
// The first row of this judge with the name (text, absolute) and type; ends the program when there is none.
const struct fixture_row *fixture_find(const struct fixture *fixture, const char *judge,
				       const char *name, uint16_t type);
// Opens and checks `wire`; false when it is no message.
bool fixture_message(const uint8_t *wire, size_t length, struct plx_message *ret_message);
// Judges a message as the row says, with a fresh budget.
struct fixture_verdict fixture_judge(struct fixture *fixture, const struct fixture_row *row,
				     const struct plx_message *message);
struct plx_name fixture_name(const char *text);

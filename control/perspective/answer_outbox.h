// SPDX-License-Identifier: BSD-3-Clause
// Answers on their way out: those that become ready together are signed together (signed_line.h), since a signature costs
// more than everything else that is done for an answer.
//
//	ready --> waiting --(end of the loop's turn, or of the hold)--> a tree of up to 64, signed --> lines
//
// When the last signature is longer ago than the hold, answers leave at the end of the turn that they became ready in; so
// do those after which nothing is left to wait for. All others wait for what is left of the hold: a perspective signs at
// most once in a hold, or once for 64 answers.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

// Small beside the round trips of a check, large beside the time that a signature takes.
#define ANSWER_HOLD_MS 5

struct answer_outbox;
struct event_base;

struct answer_outbox_config {
	struct event_base *base;
	const char *perspective; // borrowed for the outbox's life, as is the key
	EVP_PKEY *key;
	// Once for each answer, from the loop: the line with its LF, borrowed; NULL when it cannot be signed (no memory) or when
	// the outbox is destroyed. Adds no answers.
	void (*on_line)(const char *line, size_t length, void *answer);
};

// NULL without memory.
struct answer_outbox *answer_outbox_create(const struct answer_outbox_config *config);
void answer_outbox_destroy(struct answer_outbox *outbox); // NULL is accepted

// Takes the payload over, made by signed_payload_write. -ENOMEM: it is freed, and on_line does not come.
PLX_MUST_CHECK int answer_outbox_add(struct answer_outbox *outbox, char *payload, void *answer);
// Nothing else will become ready soon: what waits leaves at the end of this turn.
void answer_outbox_hurry(struct answer_outbox *outbox);

size_t answer_outbox_waiting(const struct answer_outbox *outbox);

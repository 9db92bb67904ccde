// SPDX-License-Identifier: BSD-3-Clause
// What is signed together, and how long an answer waits.

#include "cunit_runner.h"

#include "perspective/answer_outbox.h"
#include "perspective/signed_line.h"

#include <event2/event.h>
#include <jansson.h>
#include <openssl/evp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ANSWERS_MAX 200

static struct event_base *base;
static struct answer_outbox *outbox;
static EVP_PKEY *key;
static struct root_verifier verifier;
static unsigned left_count;
static unsigned unsigned_count;
static unsigned turn;
static unsigned left_in_turn[ANSWERS_MAX];
static int numbers[ANSWERS_MAX];

static void on_line(const char *line, size_t length, void *context)
{
	const int *number = context;
	json_t *envelope = NULL;
	if (line == NULL) {
		unsigned_count++;
		return;
	}
	CU_ASSERT_EQUAL(line[length - 1], '\n');
	CU_ASSERT_EQUAL(signed_line_read(line, length - 1, &verifier, &envelope),
			SIGNED_LINE_VALID);
	CU_ASSERT_EQUAL(
		json_integer_value(json_object_get(json_object_get(envelope, "payload"), "n")),
		*number);
	CU_ASSERT_EQUAL(*number, (int)left_count); // in the order that they were added
	left_in_turn[left_count++] = turn;
	json_decref(envelope);
}

static void open_outbox(void)
{
	static const unsigned char seed[32] = {9};
	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
	base = event_base_new();
	root_verifier_init(&verifier, "fra-1", key);
	left_count = unsigned_count = turn = 0;
	outbox = answer_outbox_create(&(struct answer_outbox_config) {
		.base = base, .perspective = "fra-1", .key = key, .on_line = on_line});
	CU_ASSERT_PTR_NOT_NULL_FATAL(outbox);
}

static void close_outbox(void)
{
	answer_outbox_destroy(outbox);
	EVP_PKEY_free(key);
	event_base_free(base);
}

static void add(int first, int count)
{
	for (int i = first; i < first + count; i++) {
		char text[32];
		numbers[i] = i;
		snprintf(text, sizeof(text), "{\"n\":%d}", i);
		CU_ASSERT_EQUAL(answer_outbox_add(outbox, strdup(text), &numbers[i]), 0);
	}
}

static void turn_without_waiting(void)
{
	turn++;
	event_base_loop(base, EVLOOP_NONBLOCK);
}

static void turn_until_left(unsigned count)
{
	for (unsigned i = 0; i < 1000 && left_count < count; i++) {
		turn++;
		event_base_loop(base, EVLOOP_ONCE);
	}
	CU_ASSERT_EQUAL(left_count, count);
}

TEST(a_lone_answer_leaves_at_once)
{
	open_outbox();
	add(0, 1);
	CU_ASSERT_EQUAL(left_count, 0); // from the loop only
	CU_ASSERT_EQUAL(answer_outbox_waiting(outbox), 1);
	turn_without_waiting();
	CU_ASSERT_EQUAL(left_count, 1);
	CU_ASSERT_EQUAL(answer_outbox_waiting(outbox), 0);
	close_outbox();
}

TEST(answers_of_a_turn_are_signed_together)
{
	open_outbox();
	add(0, 10);
	turn_without_waiting();
	CU_ASSERT_EQUAL(left_count, 10);
	CU_ASSERT_EQUAL(verifier.verified_count, 1);
	close_outbox();
}

TEST(shortly_after_a_signature_answers_wait_for_each_other)
{
	open_outbox();
	add(0, 1);
	turn_without_waiting();
	add(1, 3);
	add(4, 2);
	CU_ASSERT_EQUAL(left_count, 1);
	turn_until_left(6); // by the timer: nothing else wakes the loop
	CU_ASSERT_EQUAL(verifier.verified_count, 2);
	close_outbox();
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

TEST(signatures_are_a_hold_apart)
{
	open_outbox();
	int64_t start_ms = now_ms();
	for (int i = 0; i < (int)HASH_TREE_LEAVES_MAX; i++) {
		add(i, 1);
		turn_without_waiting();
	}
	turn_until_left(HASH_TREE_LEAVES_MAX);
	// A slow machine may sign more often. One that is not has done all this in a few of them.
	CU_ASSERT(verifier.verified_count <= 2 + (uint64_t)(now_ms() - start_ms) / ANSWER_HOLD_MS);
	close_outbox();
}

TEST(what_nothing_is_to_be_waited_for_leaves_at_once)
{
	open_outbox();
	answer_outbox_hurry(outbox); // nothing there
	add(0, 1);
	turn_without_waiting();
	add(1, 2);
	answer_outbox_hurry(outbox);
	turn_without_waiting();
	CU_ASSERT_EQUAL(left_count, 3);
	CU_ASSERT_EQUAL(verifier.verified_count, 2);
	CU_ASSERT_EQUAL(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED),
			0); // no timer is left
	close_outbox();
}

TEST(a_full_tree_is_not_held)
{
	open_outbox();
	add(0, 1);
	turn_without_waiting();
	add(1, (int)HASH_TREE_LEAVES_MAX);
	turn_without_waiting();
	CU_ASSERT_EQUAL(left_count, 1 + HASH_TREE_LEAVES_MAX);
	CU_ASSERT_EQUAL(verifier.verified_count, 2);
	close_outbox();
}

TEST(more_than_a_tree_holds_leaves_as_several)
{
	open_outbox();
	add(0, 150);
	turn_without_waiting();
	CU_ASSERT_EQUAL(left_count, 150);
	CU_ASSERT_EQUAL(verifier.verified_count, 3);
	close_outbox();
}

TEST(what_waits_when_it_is_destroyed_is_told_so)
{
	open_outbox();
	add(0, 3);
	close_outbox();
	CU_ASSERT_EQUAL(left_count, 0);
	CU_ASSERT_EQUAL(unsigned_count, 3);
	answer_outbox_destroy(NULL);
}

TEST_MAIN(answer_outbox, T(a_lone_answer_leaves_at_once), T(answers_of_a_turn_are_signed_together),
	  T(shortly_after_a_signature_answers_wait_for_each_other), T(signatures_are_a_hold_apart),
	  T(what_nothing_is_to_be_waited_for_leaves_at_once), T(a_full_tree_is_not_held),
	  T(more_than_a_tree_holds_leaves_as_several),
	  T(what_waits_when_it_is_destroyed_is_told_so))

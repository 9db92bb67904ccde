// SPDX-License-Identifier: BSD-3-Clause
// Whatever octet of whatever message of a secure proof is changed, and whichever message is left out: the answer is as it
// was signed, or not secure; and it is never insecure.

#include "validation/proof.h"

#include "cunit_runner.h"
#include "unit/dnssec/zone_fixture.h"
#include "world_verdict.h"

#include <parallax/base/attributes.h>
#include <parallax/exchange/result.h>

#include <stdio.h>
#include <string.h>

#define MESSAGES_MAX 16

static struct world world;
static struct proof whole; // all messages, so that nothing is asked for
static uint8_t octets[MESSAGES_MAX][2048];

static void answer_nothing(void *context, const struct proof_need *need,
			   struct proof_message *ret_message)
{
	(void)context;
	(void)need;
	(void)ret_message;
}

static void open_world(void)
{
	world_init(&world);
	world_add(&world, "com", true);
	world_add(&world, "example.com", true);
	world_add(&world, "other.com", true);
	world_add_alias(&world, "alias.example.com", "www.other.com", false);
	world_add_alias(&world, "moved.example.com", "example.com", true);
}

// Everything that the judge asks for, in octets of our own.
static void gather(const char *name, uint16_t type)
{
	world_reset(&world);
	world.driver.answer = world_reply;
	world_look_up(&world, name, type);
	CU_ASSERT_EQUAL_FATAL(world_prove(&world), PLX_DNSSEC_SECURE);
	whole = world.proof;
	CU_ASSERT_TRUE_FATAL(whole.message_count <= MESSAGES_MAX);
	for (unsigned i = 0; i < whole.message_count; i++) {
		struct proof_message *message = &whole.messages[i];
		CU_ASSERT_TRUE_FATAL(message->length <= sizeof(octets[i]));
		memcpy(octets[i], message->wire, message->length);
		message->wire = octets[i];
	}
	world.driver.answer = answer_nothing;
}

static struct proof_verdict judge(const struct proof *proof)
{
	world.proof = *proof;
	world.budget = judge_budget_init();
	world_prove(&world);
	return world.driver.verdict;
}

// The records of name and type in the answer section, as a sum that order does not change; TTLs left out.
static uint64_t content_of(const struct proof *proof, const struct plx_name *name)
{
	uint64_t sum = 0;
	const struct plx_siphash_key key = {7, 8};
	for (unsigned i = 0; i < proof->message_count; i++) {
		struct plx_message message;
		struct plx_record record;
		if (proof->messages[i].kind != PROOF_ANSWER ||
		    proof->messages[i].type != proof->type ||
		    !fixture_message(proof->messages[i].wire, proof->messages[i].length,
				     &message)) {
			continue;
		}
		struct plx_record_cursor cursor = plx_message_records(&message);
		while (plx_message_next(&message, &cursor, &record)) {
			if (record.section == PLX_SECTION_ANSWER && record.class == PLX_CLASS_IN &&
			    record.type == proof->type &&
			    plx_message_name_equal(&message, record.owner_offset, name)) {
				sum += plx_siphash(&key, record.rdata, record.rdata_length);
			}
		}
	}
	return sum;
}

// Returns whether it is still secure.
static bool check_verdict(const struct proof *changed, const struct proof_verdict *before,
			  uint64_t content, const char *what)
{
	struct proof_verdict after = judge(changed);
	bool is_secure = after.state == PLX_DNSSEC_SECURE;
	bool is_same = after.kind == before->kind && plx_name_equal(&after.owner, &before->owner) &&
		       content_of(changed, &after.owner) == content;
	bool is_right = after.state != PLX_DNSSEC_INSECURE && after.state != PLX_DNSSEC_UNCHECKED &&
			after.unsigned_ttl_s == 0 && (!is_secure || is_same);
	if (!is_right) {
		printf("\n  %s: %s %s", what, plx_dnssec_name(after.state),
		       dnssec_cause_name(after.cause));
	}
	CU_ASSERT_TRUE(is_right);
	return is_secure;
}

static const struct {
	const char *name;
	uint16_t type;
} questions[] = {
	{"www.example.com", PLX_TYPE_A},   {"www.example.com", PLX_TYPE_MX},
	{"nope.example.com", PLX_TYPE_A},  {"wild.example.com", PLX_TYPE_A},
	{"alias.example.com", PLX_TYPE_A}, {"www.moved.example.com", PLX_TYPE_A},
	{"example.com", PLX_TYPE_DS},
};

TEST(no_octet_of_a_secure_proof_can_be_changed_to_another_answer)
{
	unsigned secure_count = 0;
	unsigned changed_count = 0;
	open_world();
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(questions); i++) {
		gather(questions[i].name, questions[i].type);
		struct proof_verdict before = judge(&whole);
		uint64_t content = content_of(&whole, &before.owner);
		for (unsigned j = 0; j < whole.message_count; j++) {
			for (unsigned at = 2; at < whole.messages[j].length; at++) {
				uint8_t kept = octets[j][at];
				octets[j][at] = (uint8_t)(kept ^ (1U << (at + j) % 8));
				secure_count +=
					check_verdict(&whole, &before, content, questions[i].name);
				octets[j][at] = kept;
				changed_count++;
			}
		}
	}
	CU_ASSERT_TRUE(changed_count > 5000);
	// Flags, counts and unsigned records may change without harm; most octets may not.
	CU_ASSERT_TRUE(secure_count < changed_count / 2);
	world_fini(&world);
}

TEST(no_message_of_a_secure_proof_can_be_left_out_or_cut_to_an_insecure_one)
{
	open_world();
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(questions); i++) {
		gather(questions[i].name, questions[i].type);
		struct proof_verdict before = judge(&whole);
		uint64_t content = content_of(&whole, &before.owner);
		for (unsigned set = 0; set < 1U << whole.message_count && set < 512; set++) {
			struct proof fewer = whole;
			fewer.message_count = 0;
			for (unsigned j = 0; j < whole.message_count; j++) {
				if ((set >> j & 1) != 0) {
					fewer.messages[fewer.message_count++] = whole.messages[j];
				}
			}
			check_verdict(&fewer, &before, content, questions[i].name);
		}
	}
	world_fini(&world);
}

// One zone's messages in the place of another's: each is signed, none says this.
TEST(messages_of_a_secure_proof_in_each_others_place_prove_nothing_else)
{
	open_world();
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(questions); i++) {
		gather(questions[i].name, questions[i].type);
		struct proof_verdict before = judge(&whole);
		uint64_t content = content_of(&whole, &before.owner);
		for (unsigned j = 0; j < whole.message_count; j++) {
			for (unsigned k = 0; k < whole.message_count; k++) {
				struct proof swapped = whole;
				swapped.messages[j].wire = whole.messages[k].wire;
				swapped.messages[j].length = whole.messages[k].length;
				check_verdict(&swapped, &before, content, questions[i].name);
			}
		}
	}
	world_fini(&world);
}

#define CASES                                                                                      \
	T(no_octet_of_a_secure_proof_can_be_changed_to_another_answer),                            \
		T(no_message_of_a_secure_proof_can_be_left_out_or_cut_to_an_insecure_one),         \
		T(messages_of_a_secure_proof_in_each_others_place_prove_nothing_else)

int main(void)
{
	static const struct test_entry tests[] = {CASES};
	return cunit_run("validation_proof_mutation", tests, PLX_ARRAY_SIZE(tests));
}

// SPDX-License-Identifier: BSD-3-Clause
// Proofs of real zones (tests/unit/dnssec/zone_messages.tsv) of which the input chooses what is there: octet 0 the answer,
// octet 1 flags (cache kept from before, a failed look-up, referrals), then three octets for each message: as it is, left
// out, another row's, or with a bit flipped.
// Oracle: the judge ends, never asks twice, and never spends more than the budget; nothing is secure or insecure that
// the zones did not make so, and a kind is told only of what is secure and is the true one.

#include "fuzz_target.h"

#include "unit/validation/row_replies.h"

#include <string.h>

#define ANSWERS_MAX 256
#define OPERATION_OCTETS 3
#define FLAG_CACHE 1
#define FLAG_FAILED 2
#define REFERRALS(flags) (((flags) >> 2) & 3)

static struct fixture *fixture;
static struct trust_cache *cache;
static const struct fixture_row *answers[ANSWERS_MAX];
static unsigned answer_count;
static struct proof proof;
static uint8_t octets[PROOF_MESSAGES_MAX][FIXTURE_MESSAGE_MAX];

struct input {
	const uint8_t *data;
	size_t left;
};

static void open_fixture(void)
{
	struct trust_cache_config config = {.hash_key = {1, 2}, .zones_max = 4, .rrsets_max = 32};
	fixture = fixture_open();
	cache = trust_cache_create(&config);
	for (unsigned i = 0; i < fixture->row_count && answer_count < ANSWERS_MAX; i++) {
		if (strcmp(fixture->rows[i].judge, "answer") == 0) {
			answers[answer_count++] = &fixture->rows[i];
		}
	}
}

static const struct fixture_row *row_at(uint8_t octet)
{
	return &fixture->rows[octet % fixture->row_count];
}

// Does to the message what the next three octets say.
static void change(struct input *input, struct proof_message *message, unsigned index)
{
	if (input->left < OPERATION_OCTETS || message->kind == PROOF_UNANSWERED) {
		return;
	}
	const uint8_t *operation = input->data;
	input->data += OPERATION_OCTETS;
	input->left -= OPERATION_OCTETS;
	unsigned at = (unsigned)operation[1] << 8 | operation[2];
	switch (operation[0] & 3) {
	case 1:
		message->kind = PROOF_UNANSWERED;
		message->wire = NULL;
		message->length = 0;
		break;
	case 2:
		message->wire = row_at(operation[1])->wire;
		message->length = (uint32_t)row_at(operation[1])->length;
		message->zone = row_at(operation[2])->zone;
		break;
	case 3:
		memcpy(octets[index], message->wire, message->length);
		octets[index][at % message->length] ^= (uint8_t)(1U << (operation[0] >> 2) % 8);
		message->wire = octets[index];
		break;
	default:
		break;
	}
}

static void reply(void *context, const struct proof_need *need, struct proof_message *ret_message)
{
	row_reply(fixture, need, ret_message);
	change(context, ret_message, (unsigned)(ret_message - proof.messages));
}

static void add_referrals(struct input *input, unsigned count)
{
	for (unsigned i = 0; i < count && input->left >= 2; i++) {
		const struct fixture_row *row = row_at(input->data[0]);
		const struct fixture_row *child = row_at(input->data[1]);
		input->data += 2;
		input->left -= 2;
		proof_add(&proof, PROOF_REFERRAL, &child->name, PLX_TYPE_NS, &row->zone, row->wire,
			  row->length);
	}
}

static void check(const struct fixture_row *row, const struct proof_verdict *verdict)
{
	struct plx_name opted_out = fixture_name("optout.test.");
	bool is_opted_out = plx_name_equal(&row->zone, &opted_out);
	must(verdict->state != PLX_DNSSEC_UNCHECKED && verdict->state < PLX_DNSSEC_COUNT);
	must((verdict->kind != JUDGED_NOT_EVALUATED) ==
	     (verdict->state == PLX_DNSSEC_SECURE && !proof.is_failed));
	must(verdict->state != PLX_DNSSEC_INSECURE || is_opted_out);
	if (verdict->state == PLX_DNSSEC_SECURE) {
		must(verdict->cause == DNSSEC_CAUSE_NONE);
		must(proof.is_failed || strcmp(row->state, "secure") == 0);
		must(proof.is_failed || strcmp(row->kind, "alias") == 0 ||
		     strcmp(row->kind, judged_kind_name(verdict->kind)) == 0);
	} else {
		must(verdict->cause != DNSSEC_CAUSE_NONE);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (fixture == NULL) {
		open_fixture();
	}
	if (size < 2) {
		return 0;
	}
	const struct fixture_row *row = answers[data[0] % answer_count];
	uint8_t flags = data[1];
	struct input input = {.data = data + 2, .left = size - 2};
	struct proof_driver driver = {
		.judge = {.anchors = fixture->anchors, .judge = fixture->judge},
		.answer = reply,
		.context = &input};
	fixture->budget = judge_budget_init();
	driver.judge.cache = (flags & FLAG_CACHE) != 0 ? cache : NULL;
	row_begin(&proof, row);
	proof.is_failed = (flags & FLAG_FAILED) != 0;
	proof.zone = row->zone;
	change(&input, &proof.messages[0], 0);
	add_referrals(&input, REFERRALS(flags));
	must(proof_drive(&driver, &proof));
	must(fixture->budget.validations_left <= VALIDATIONS_PER_LOOKUP_MAX);
	check(row, &driver.verdict);
	return 0;
}

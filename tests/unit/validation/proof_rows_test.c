// SPDX-License-Identifier: BSD-3-Clause
// Answers of real zones, signed and served by other people's programs, are proved from the root down as the table of
// tests/unit/dnssec says.

#include "validation/proof.h"

#include "cunit_runner.h"
#include "row_replies.h"

#include <parallax/base/attributes.h>
#include <parallax/exchange/result.h>

#include <stdio.h>
#include <string.h>

static struct fixture *fixture;
static struct proof proof;
static struct proof_driver driver;

static void begin_row(const struct fixture_row *row)
{
	row_begin(&proof, row);
	fixture->budget = judge_budget_init();
}

static bool has_state(const char *title, const char *state, const char *cause)
{
	bool is_right = strcmp(plx_dnssec_name(driver.verdict.state), state) == 0 &&
			strcmp(dnssec_cause_name(driver.verdict.cause), cause) == 0;
	if (!is_right) {
		printf("\n  %s: %s %s, not %s %s", title, plx_dnssec_name(driver.verdict.state),
		       dnssec_cause_name(driver.verdict.cause), state, cause);
	}
	return is_right;
}

static bool is_answer(const struct fixture_row *row)
{
	return strcmp(row->judge, "answer") == 0;
}

TEST(every_answer_is_proved_as_the_table_says)
{
	unsigned count = 0;
	for (unsigned i = 0; i < fixture->row_count; i++) {
		const struct fixture_row *row = &fixture->rows[i];
		if (!is_answer(row)) {
			continue;
		}
		begin_row(row);
		CU_ASSERT_TRUE_FATAL(proof_drive(&driver, &proof));
		// An alias is as weak as its target, whose name may be in an opt-out range.
		bool is_opted_out = strcmp(row->title, "z.dname.optout.test. A (answer)") == 0;
		CU_ASSERT_TRUE(has_state(row->title, is_opted_out ? "insecure" : row->state,
					 is_opted_out ? "opt-out" : row->cause));
		bool is_secure = driver.verdict.state == PLX_DNSSEC_SECURE;
		CU_ASSERT_EQUAL(driver.verdict.kind != JUDGED_NOT_EVALUATED, is_secure);
		if (is_secure && strcmp(row->kind, "alias") != 0) {
			CU_ASSERT_STRING_EQUAL(judged_kind_name(driver.verdict.kind), row->kind);
		}
		if (is_secure) {
			CU_ASSERT_TRUE(plx_name_equal(&driver.verdict.zone, &row->zone));
			CU_ASSERT_TRUE(driver.verdict.ttl_s > 0 && driver.verdict.ttl_s <= 3600);
		}
		// All rows are of signed zones. What an opt-out range covers is insecure, the zone is not.
		bool is_of_zone = plx_name_equal(&driver.verdict.zone, &row->zone);
		CU_ASSERT_TRUE(driver.verdict.unsigned_ttl_s == 0 || !is_of_zone);
		count++;
	}
	CU_ASSERT_TRUE(count > 50);
}

// The root's keys, and DS and keys of the two zones below it, at most: two cuts are told by nobody but the signer.
TEST(needs_of_zones_that_are_told_of_are_asked_at_once)
{
	begin_row(fixture_find(fixture, "answer", "www.nsec.test.", PLX_TYPE_A));
	CU_ASSERT_TRUE_FATAL(proof_drive(&driver, &proof));
	CU_ASSERT_EQUAL(driver.verdict.state, PLX_DNSSEC_SECURE);
	CU_ASSERT_EQUAL(driver.need_count, 5);
	CU_ASSERT_TRUE(driver.round_count <= 3);
}

// Keeps the header and question of the row's message, and of its records those that are no DNSSEC records.
static size_t strip_signatures(const struct fixture_row *row, uint8_t *stripped)
{
	struct plx_message message;
	struct plx_record record;
	CU_ASSERT_TRUE_FATAL(fixture_message(row->wire, row->length, &message));
	struct plx_record_cursor cursor = plx_message_records(&message);
	memcpy(stripped, row->wire, row->length);
	while (plx_message_next(&message, &cursor, &record)) {
		bool is_dnssec = record.type == PLX_TYPE_RRSIG || record.type == PLX_TYPE_NSEC ||
				 record.type == PLX_TYPE_NSEC3;
		if (is_dnssec) { // a type that nobody knows
			stripped[record.rdata_offset - 10] = 0xff;
			stripped[record.rdata_offset - 9] = 0x00;
		}
	}
	return row->length;
}

static uint8_t octets[FIXTURE_MESSAGE_MAX];

static void begin_stripped(const struct fixture_row *row)
{
	begin_row(row);
	proof.messages[0].length = (uint32_t)strip_signatures(row, octets);
	proof.messages[0].wire = octets;
}

TEST(answer_without_signatures_from_a_signed_zone_is_bogus)
{
	static const char *const names[] = {"www.nsec.test.", "www.nsec3.test."};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(names); i++) {
		begin_stripped(fixture_find(fixture, "answer", names[i], PLX_TYPE_A));
		CU_ASSERT_TRUE_FATAL(proof_drive(&driver, &proof));
		CU_ASSERT_TRUE(has_state(names[i], "bogus", "signature-missing"));
	}
}

// The material to tell a missing cut from a missing signature cannot be had.
TEST(answer_without_signatures_is_never_believed)
{
	for (unsigned i = 0; i < fixture->row_count; i++) {
		const struct fixture_row *row = &fixture->rows[i];
		if (!is_answer(row) || strcmp(row->state, "secure") != 0) {
			continue;
		}
		begin_stripped(row);
		CU_ASSERT_TRUE_FATAL(proof_drive(&driver, &proof));
		enum plx_dnssec state = driver.verdict.state;
		bool is_believed = state == PLX_DNSSEC_SECURE || state == PLX_DNSSEC_INSECURE;
		// An opt-out range says that an unsigned zone may be there.
		bool is_opted_out = driver.verdict.cause == DNSSEC_CAUSE_OPT_OUT &&
				    strstr(row->title, "optout") != NULL;
		if (is_believed && !is_opted_out) {
			printf("\n  %s: %s %s", row->title, plx_dnssec_name(state),
			       dnssec_cause_name(driver.verdict.cause));
		}
		CU_ASSERT_TRUE(!is_believed || is_opted_out);
	}
}

static void judge_as_answer_of(const char *name)
{
	struct plx_name owner = fixture_name(name);
	struct plx_name zone;
	begin_stripped(fixture_find(fixture, "answer", "www.nsec.test.", PLX_TYPE_A));
	plx_name_parent(&owner, &zone);
	// The octets are another name's: what an insecure answer says is not read here.
	proof.name = owner;
	proof.messages[0].name = owner;
	proof.messages[0].zone = zone;
	CU_ASSERT_TRUE_FATAL(proof_drive(&driver, &proof));
}

TEST(zones_without_a_ds_that_we_support_are_insecure)
{
	judge_as_answer_of("www.unsigned.test.");
	CU_ASSERT_TRUE(has_state("unsigned", "insecure", "no-ds"));
	struct plx_name zone = fixture_name("unsigned.test.");
	CU_ASSERT_TRUE(plx_name_equal(&driver.verdict.zone, &zone));
	CU_ASSERT_EQUAL(driver.verdict.unsigned_ttl_s, driver.verdict.ttl_s);
	judge_as_answer_of("www.sha1.test.");
	CU_ASSERT_TRUE(has_state("sha1", "insecure", "algorithm-unsupported"));
	CU_ASSERT_TRUE(driver.verdict.unsigned_ttl_s > 0);
	judge_as_answer_of("www.digest.test.");
	CU_ASSERT_TRUE(has_state("digest", "insecure", "digest-unsupported"));
}

TEST(too_many_iterations_are_indeterminate_or_insecure_by_the_switch)
{
	const struct fixture_row *row =
		fixture_find(fixture, "answer", "nope.heavy.test.", PLX_TYPE_A);
	begin_row(row);
	CU_ASSERT_TRUE_FATAL(proof_drive(&driver, &proof));
	CU_ASSERT_TRUE(has_state(row->title, "indeterminate", "nsec3-iterations"));
	fixture->policy.iterations_insecure = true;
	begin_row(row);
	CU_ASSERT_TRUE_FATAL(proof_drive(&driver, &proof));
	CU_ASSERT_TRUE(has_state(row->title, "insecure", "nsec3-iterations"));
	fixture->policy.iterations_insecure = false;
}

TEST(nothing_is_secure_before_or_after_its_signatures_are_valid)
{
	const struct fixture_row *row =
		fixture_find(fixture, "answer", "www.nsec3.test.", PLX_TYPE_A);
	driver.judge.judge.now_s = 1767225599; // a second before 2026-01-01
	begin_row(row);
	CU_ASSERT_TRUE_FATAL(proof_drive(&driver, &proof));
	CU_ASSERT_TRUE(has_state(row->title, "bogus", "not-yet-valid"));
	driver.judge.judge.now_s = 1798761601;
	begin_row(row);
	CU_ASSERT_TRUE_FATAL(proof_drive(&driver, &proof));
	CU_ASSERT_TRUE(has_state(row->title, "bogus", "expired"));
	driver.judge.judge.now_s = FIXTURE_NOW;
}

TEST(without_an_anchor_above_it_a_name_is_indeterminate)
{
	static struct trust_anchors anchors;
	anchors = *fixture->anchors;
	anchors.zones[0].zone = fixture_name("elsewhere.");
	driver.judge.anchors = &anchors;
	begin_row(fixture_find(fixture, "answer", "www.nsec.test.", PLX_TYPE_A));
	CU_ASSERT_TRUE_FATAL(proof_drive(&driver, &proof));
	CU_ASSERT_TRUE(has_state("no anchor", "indeterminate", "no-anchor"));
	CU_ASSERT_EQUAL(driver.need_count, 0);
	driver.judge.anchors = fixture->anchors;
}

#define CASES                                                                                      \
	T(every_answer_is_proved_as_the_table_says),                                               \
		T(needs_of_zones_that_are_told_of_are_asked_at_once),                              \
		T(answer_without_signatures_from_a_signed_zone_is_bogus),                          \
		T(answer_without_signatures_is_never_believed),                                    \
		T(zones_without_a_ds_that_we_support_are_insecure),                                \
		T(too_many_iterations_are_indeterminate_or_insecure_by_the_switch),                \
		T(nothing_is_secure_before_or_after_its_signatures_are_valid),                     \
		T(without_an_anchor_above_it_a_name_is_indeterminate)

int main(void)
{
	static const struct test_entry tests[] = {CASES};
	fixture = fixture_open();
	driver.judge = (struct proof_judge) {.anchors = fixture->anchors, .judge = fixture->judge};
	driver.answer = row_reply;
	driver.context = fixture;
	int status = cunit_run("validation_proof_rows", tests, PLX_ARRAY_SIZE(tests));
	fixture_close(fixture);
	return status;
}

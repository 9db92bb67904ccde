// SPDX-License-Identifier: BSD-3-Clause
// Whatever is changed in an evidence, replay never agrees: what the digest does not tell, because it was made anew, the
// messages and the signatures tell.

#include <parallax/evidence/replay.h>

#include "cunit_runner.h"
#include "evidence/evidence.h"
#include "recorded_lookup.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

#define OCTETS_BETWEEN_FLIPS 23 // of the text: each run judges all again

static json_t *recorded_object(enum recorded_kind kind)
{
	char *text = recorded_text(kind);
	json_t *object = json_loads(text, JSON_ALLOW_NUL, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(object);
	free(text);
	return object;
}

static enum plx_replay_verdict verdict_of_text(const char *text, size_t length)
{
	char fault[PLX_EVIDENCE_FAULT_MAX];
	struct plx_evidence *evidence;
	struct plx_replay_report report = {.verdict = PLX_REPLAY_NOT_EVALUATED};
	if (plx_evidence_read(text, length, &evidence, fault) != 0) {
		return PLX_REPLAY_NOT_EVALUATED;
	}
	CU_ASSERT_EQUAL(plx_replay(evidence, NULL, NULL, &report), 0);
	plx_evidence_destroy(evidence);
	return report.verdict;
}

// With a digest that fits. Takes the object.
static enum plx_replay_verdict verdict_of(json_t *object)
{
	char digest[EVIDENCE_DIGEST_TEXT];
	CU_ASSERT_EQUAL_FATAL(evidence_digest(object, digest), 0);
	json_object_set_new(object, "digest", json_string(digest));
	char *text = json_dumps(object, JSON_COMPACT);
	enum plx_replay_verdict verdict = verdict_of_text(text, strlen(text));
	free(text);
	json_decref(object);
	return verdict;
}

static json_t *step_of(json_t *object, size_t index)
{
	return json_array_get(json_object_get(object, "steps"), index);
}

static size_t step_count(enum recorded_kind kind)
{
	json_t *object = recorded_object(kind);
	size_t count = json_array_size(json_object_get(object, "steps"));
	json_decref(object);
	return count;
}

static bool is_kind(json_t *step, const char *kind)
{
	return strcmp(json_string_value(json_object_get(step, "kind")), kind) == 0;
}

TEST(untouched_evidence_agrees)
{
	for (enum recorded_kind kind = 0; kind < RECORDED_KINDS; kind++) {
		CU_ASSERT_EQUAL(verdict_of(recorded_object(kind)), PLX_REPLAY_AGREES);
	}
}

TEST(changed_octet_of_the_file_never_agrees)
{
	char *text = recorded_text(RECORDED_SIGNED);
	size_t length = strlen(text) - 1; // the newline says nothing
	for (size_t at = 0; at < length; at += OCTETS_BETWEEN_FLIPS) {
		char kept = text[at];
		text[at] = (char)(kept ^ 1);
		CU_ASSERT_NOT_EQUAL(verdict_of_text(text, length), PLX_REPLAY_AGREES);
		text[at] = kept;
	}
	CU_ASSERT_EQUAL(verdict_of_text(text, length), PLX_REPLAY_AGREES);
	free(text);
}

TEST(missing_step_never_agrees)
{
	const enum recorded_kind kinds[] = {RECORDED_SIGNED, RECORDED_UNSIGNED, RECORDED_BOGUS};
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		size_t count = step_count(kinds[k]);
		for (size_t i = 0; i < count; i++) {
			json_t *object = recorded_object(kinds[k]);
			json_array_remove(json_object_get(object, "steps"), i);
			CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
		}
	}
}

TEST(response_of_another_step_never_agrees)
{
	size_t count = step_count(RECORDED_SIGNED);
	for (size_t i = 0; i < count; i++) {
		json_t *object = recorded_object(RECORDED_SIGNED);
		json_t *step = step_of(object, i);
		json_t *other = step_of(object, (i + 1) % count);
		if (!is_kind(step, "query") || !is_kind(other, "query")) {
			json_decref(object);
			continue;
		}
		json_object_set(step, "response", json_object_get(other, "response"));
		CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
	}
}

TEST(silence_instead_of_a_response_never_agrees)
{
	size_t count = step_count(RECORDED_SIGNED);
	for (size_t i = 0; i < count; i++) {
		json_t *object = recorded_object(RECORDED_SIGNED);
		json_t *step = step_of(object, i);
		if (!is_kind(step, "query")) {
			json_decref(object);
			continue;
		}
		json_object_set_new(step, "response", json_null());
		json_object_set_new(step, "verdict", json_string("timeout"));
		CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
	}
}

TEST(other_server_or_zone_or_verdict_never_agrees)
{
	static const struct {
		const char *member;
		const char *value;
	} changes[] = {{"zone", "other.test"},
		       {"name", "other.test"},
		       {"type", "TXT"},
		       {"verdict", "lame"},
		       {"verdict", "timeout"}};
	size_t count = step_count(RECORDED_SIGNED);
	for (size_t i = 0; i < count; i++) {
		for (size_t c = 0; c < sizeof(changes) / sizeof(changes[0]); c++) {
			json_t *object = recorded_object(RECORDED_SIGNED);
			json_object_set_new(step_of(object, i), changes[c].member,
					    json_string(changes[c].value));
			CU_ASSERT_NOT_EQUAL(verdict_of(object), PLX_REPLAY_AGREES);
		}
	}
}

// But for the root's, and the TLD's once its referral is remembered.
TEST(server_that_no_referral_names_never_agrees)
{
	size_t count = step_count(RECORDED_UNSIGNED);
	unsigned checked = 0;
	for (size_t i = 0; i < count; i++) {
		json_t *object = recorded_object(RECORDED_UNSIGNED);
		json_t *step = step_of(object, i);
		if (!is_kind(step, "query") ||
		    strcmp(json_string_value(json_object_get(step, "zone")), ".") == 0) {
			json_decref(object);
			continue;
		}
		checked++;
		json_object_set_new(step, "server", json_string("203.0.113.9"));
		CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
	}
	CU_ASSERT(checked > 5);
}

static void change_proofs(json_t *object, const char *member, json_t *value)
{
	size_t index;
	json_t *step;
	json_array_foreach(json_object_get(object, "steps"), index, step)
	{
		if (is_kind(step, "proof")) {
			json_object_set(step, member, value);
		}
	}
	json_decref(value);
}

static void expect_time_to_matter(int64_t seconds, const char *time)
{
	json_t *object = recorded_object(RECORDED_SIGNED);
	change_proofs(object, "judged_at", json_integer(RECORDED_AT + seconds));
	json_object_set_new(json_object_get(object, "result"), "time", json_string(time));
	CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
}

TEST(other_time_never_agrees)
{
	// Everything moved together: past the signatures, and before them.
	expect_time_to_matter(1001, "2026-07-01T00:16:41Z");
	expect_time_to_matter(-1001, "2026-06-30T23:43:19Z");
	// The proofs alone, the result alone.
	expect_time_to_matter(500, "2026-07-01T00:00:00Z");
	expect_time_to_matter(0, "2026-07-01T01:00:00Z");
	expect_time_to_matter(0, "2026-06-30T23:59:59Z");
	expect_time_to_matter(0, "yesterday");
}

TEST(other_anchor_never_agrees)
{
	json_t *object = recorded_object(RECORDED_SIGNED);
	json_t *anchors = json_object_get(object, "trust_anchors");
	char *anchor = strdup(json_string_value(json_array_get(anchors, 0)));
	char *last = anchor + strlen(anchor) - 1;
	*last = *last == '0' ? '1' : '0';
	json_array_set_new(anchors, 0, json_string(anchor));
	CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
	free(anchor);

	object = recorded_object(RECORDED_SIGNED);
	json_array_clear(json_object_get(object, "trust_anchors"));
	CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
}

TEST(other_state_or_cause_never_agrees)
{
	static const struct {
		enum recorded_kind kind;
		const char *member;
		const char *value;
	} changes[] = {
		{RECORDED_SIGNED, "dnssec", "insecure"}, {RECORDED_SIGNED, "cause", "no-ds"},
		{RECORDED_SIGNED, "zone", "test"},       {RECORDED_UNSIGNED, "dnssec", "secure"},
		{RECORDED_UNSIGNED, "cause", "opt-out"}, {RECORDED_BOGUS, "dnssec", "secure"},
		{RECORDED_BOGUS, "cause", "expired"},    {RECORDED_FAILED, "verdict", "nodata"},
		{RECORDED_FAILED, "dnssec", "insecure"}};
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		json_t *object = recorded_object(changes[i].kind);
		change_proofs(object, changes[i].member, json_string(changes[i].value));
		CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
	}
	json_t *object = recorded_object(RECORDED_SIGNED);
	change_proofs(object, "ede", json_integer(6));
	CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
}

TEST(other_result_never_agrees)
{
	static const struct {
		enum recorded_kind kind;
		const char *member;
		const char *value; // JSON
	} changes[] = {
		{RECORDED_SIGNED, "status", "\"NXDOMAIN\""},
		{RECORDED_SIGNED, "found_at", "\"www.example.test\""},
		{RECORDED_SIGNED, "found_at", "null"},
		{RECORDED_SIGNED, "records", "[]"},
		{RECORDED_SIGNED, "aliases", "[\"a.test\"]"},
		{RECORDED_SIGNED, "dnssec", "\"insecure\""},
		{RECORDED_SIGNED, "server", "\"192.0.2.9\""},
		{RECORDED_SIGNED, "transport", "\"tcp\""},
		{RECORDED_SIGNED, "rtt_us", "5"},
		{RECORDED_SIGNED, "name", "\"example.test\""},
		{RECORDED_SIGNED, "error", "\"none\""},
		{RECORDED_UNSIGNED, "dnssec", "\"secure\""},
		{RECORDED_BOGUS, "status", "\"NOERROR\""},
		{RECORDED_BOGUS, "status", "\"TIMEOUT\""},
		{RECORDED_BOGUS, "dnssec", "\"secure\""},
		{RECORDED_MENDED, "status", "\"BOGUS\""},
		{RECORDED_MENDED, "dnssec", "\"bogus\""},
		{RECORDED_WRONG, "status", "\"NOERROR\""},
		{RECORDED_WRONG, "dnssec", "\"secure\""},
		{RECORDED_FAILED, "status", "\"NOERROR\""},
		{RECORDED_FAILED, "status", "\"NXDOMAIN\""},
		{RECORDED_FAILED, "found_at", "\"example.test\""},
		{RECORDED_FAILED, "dnssec", "\"insecure\""},
		{RECORDED_FAILED, "records", "[1]"},
		{RECORDED_FAILED, "name", "\"example.test\""},
		{RECORDED_FAILED, "type", "\"TXT\""},
		{RECORDED_FAILED, "ede", "6"},
		{RECORDED_BOGUS, "name", "\"example.test\""},
		{RECORDED_BOGUS, "ede", "5"},
		{RECORDED_FAILED, "aliases", "[\"a.test\"]"},
		{RECORDED_SIGNED, "note", "\"fine\""},
		{RECORDED_FAILED, "note", "\"fine\""},
	};
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		json_t *object = recorded_object(changes[i].kind);
		json_object_set_new(json_object_get(object, "result"), changes[i].member,
				    json_loads(changes[i].value, JSON_DECODE_ANY, NULL));
		CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
	}
}

// What makes a second answer worth more than the first is that others gave it, or the same by TCP.
TEST(second_answer_of_the_same_server_by_udp_never_agrees)
{
	size_t count = step_count(RECORDED_MENDED);
	unsigned checked = 0;
	for (size_t i = 0; i < count; i++) {
		json_t *object = recorded_object(RECORDED_MENDED);
		json_t *step = step_of(object, i);
		json_t *transport = json_object_get(step, "transport");
		if (transport == NULL || strcmp(json_string_value(transport), "tcp") != 0) {
			json_decref(object);
			continue;
		}
		checked++;
		json_object_set_new(step, "transport", json_string("udp"));
		CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
	}
	CU_ASSERT_EQUAL(checked, 6);
}

static void set_texts(json_t *object, const char *const pairs[][2], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_object_set_new(object, pairs[i][0], json_string(pairs[i][1]));
	}
}

// Nobody answers in a signed zone, and the proof is of another zone, which is unsigned: that would be permission
// (BR 4.2.2.1). All that proves it is in the file, signed and in order.
TEST(failure_in_another_zone_never_agrees)
{
	static const char *const of_proof[][2] = {
		{"zone", "plain.test"}, {"dnssec", "insecure"}, {"cause", "no-ds"}};
	json_t *object = recorded_object(RECORDED_FAILED);
	json_t *other = recorded_object(RECORDED_UNSIGNED);
	json_t *steps = json_object_get(object, "steps");
	json_t *proof = json_array_get(steps, json_array_size(steps) - 1);
	CU_ASSERT_TRUE_FATAL(is_kind(proof, "proof"));
	set_texts(proof, of_proof, sizeof(of_proof) / sizeof(of_proof[0]));
	json_object_set_new(proof, "ede", json_null());
	json_object_set_new(json_object_get(object, "result"), "dnssec", json_string("insecure"));
	json_array_insert(steps, 1, step_of(other, 1));
	json_decref(other);
	CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
}

// The zone that failed is the deepest one that was come to, not one that works on the way there.
TEST(failure_of_a_zone_on_the_way_never_agrees)
{
	static const char *const of_proof[][2] = {
		{"zone", "test"}, {"dnssec", "secure"}, {"cause", "none"}};
	json_t *object = recorded_object(RECORDED_FAILED);
	json_t *steps = json_object_get(object, "steps");
	json_t *proof = json_array_get(steps, json_array_size(steps) - 1);
	set_texts(proof, of_proof, sizeof(of_proof) / sizeof(of_proof[0]));
	json_object_set_new(proof, "ede", json_null());
	json_object_set_new(json_object_get(object, "result"), "dnssec", json_string("secure"));
	CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
}

TEST(steps_behind_the_end_never_agree)
{
	for (enum recorded_kind kind = 0; kind < RECORDED_KINDS; kind++) {
		size_t count = step_count(kind);
		for (size_t i = 0; i < count; i++) {
			json_t *object = recorded_object(kind);
			json_array_append(json_object_get(object, "steps"), step_of(object, i));
			CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
		}
	}
}

TEST(other_question_never_agrees)
{
	json_t *object = recorded_object(RECORDED_SIGNED);
	json_object_set_new(object, "name", json_string("example.test"));
	CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
	object = recorded_object(RECORDED_SIGNED);
	json_object_set_new(object, "kind", json_string("lookup"));
	CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
}

TEST(cut_and_remembered_steps_never_agree)
{
	json_t *object = recorded_object(RECORDED_SIGNED);
	json_array_append_new(json_object_get(object, "steps"), json_pack("{ss}", "kind", "cut"));
	CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
	object = recorded_object(RECORDED_SIGNED);
	json_array_append_new(json_object_get(object, "steps"),
			      json_pack("{ss si sn ss ss si}", "kind", "remembered", "depth", 0,
					"zone", "name", "www.example.test", "type", "CAA", "at_us",
					1));
	CU_ASSERT_EQUAL(verdict_of(object), PLX_REPLAY_DIFFERS);
}

int main(void)
{
	static const struct test_entry tests[] = {
		T(untouched_evidence_agrees),
		T(changed_octet_of_the_file_never_agrees),
		T(missing_step_never_agrees),
		T(response_of_another_step_never_agrees),
		T(silence_instead_of_a_response_never_agrees),
		T(other_server_or_zone_or_verdict_never_agrees),
		T(server_that_no_referral_names_never_agrees),
		T(other_time_never_agrees),
		T(other_anchor_never_agrees),
		T(other_state_or_cause_never_agrees),
		T(other_result_never_agrees),
		T(second_answer_of_the_same_server_by_udp_never_agrees),
		T(failure_in_another_zone_never_agrees),
		T(failure_of_a_zone_on_the_way_never_agrees),
		T(steps_behind_the_end_never_agree),
		T(other_question_never_agrees),
		T(cut_and_remembered_steps_never_agree),
	};
	recorded_start();
	int status = cunit_run("tamper", tests, sizeof(tests) / sizeof(tests[0]));
	recorded_stop();
	return status;
}

// SPDX-License-Identifier: BSD-3-Clause
// What is signed cannot be changed, left out, moved to another name, another zone or another time and still be believed.

#include "zone_fixture.h"

#include "cunit_runner.h"

#include "dnssec/name_order.h"

#include <parallax/dns/record.h>
#include <parallax/exchange/result.h>

#include <string.h>

#define INCEPTION 1767225600  // 2026-01-01
#define EXPIRATION 1798761600 // 2027-01-01
#define TYPE_UNUSED 65280
// From the RDATA of a record back to its type field: TYPE, CLASS, TTL, RDLENGTH.
#define TYPE_BEFORE_RDATA 10
#define TTL_BEFORE_RDATA 6

static struct fixture *fixture;
static uint8_t wire[FIXTURE_MESSAGE_MAX];

static bool is_believed(enum plx_dnssec state)
{
	return state == PLX_DNSSEC_SECURE || state == PLX_DNSSEC_INSECURE;
}

// Rows whose verdict rests on signatures that can be broken.
static bool is_proved(const struct fixture_row *row)
{
	return strcmp(row->state, "secure") == 0 || strcmp(row->state, "insecure") == 0;
}

static uint16_t type_covered(const struct plx_record *record)
{
	return record->type == PLX_TYPE_RRSIG ? (uint16_t)(record->rdata[0] << 8 | record->rdata[1])
					      : record->type;
}

// A record of the answer section that the verdict rests on. Aliases bring their target's records with them, a DNAME a
// CNAME: those do not count.
static bool is_judged_answer(const struct fixture_row *row, const struct plx_message *message,
			     const struct plx_record *record)
{
	uint16_t type = type_covered(record);
	bool is_type = type == row->type || type == PLX_TYPE_CNAME;
	struct plx_name owner;
	if (record->section != PLX_SECTION_ANSWER ||
	    plx_message_name(message, record->owner_offset, &owner, NULL) < 0) {
		return false;
	}
	return type == PLX_TYPE_DNAME || (is_type && plx_name_equal(&owner, &row->name) &&
					  strstr(row->title, "dname") == NULL);
}

// With a whole answer the authority section says nothing that is asked for, with one made from a wildcard it does.
static bool is_authority_judged(const struct fixture_row *row, const struct plx_message *message)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	while (plx_message_next(message, &cursor, &record)) {
		if (is_judged_answer(row, message, &record)) {
			return strstr(row->title, "wild") != NULL ||
			       strstr(row->title, ".cname") != NULL;
		}
	}
	return true;
}

static bool is_judged(const struct fixture_row *row, const struct plx_message *message,
		      const struct plx_record *record)
{
	uint16_t type = type_covered(record);
	bool is_denial = type == PLX_TYPE_NSEC || type == PLX_TYPE_NSEC3 || type == PLX_TYPE_DS;
	return is_judged_answer(row, message, record) ||
	       (record->section == PLX_SECTION_AUTHORITY && is_denial &&
		is_authority_judged(row, message));
}

static unsigned signature_count(const struct plx_message *message, const struct plx_record *rrsig)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	struct plx_name owner;
	unsigned count = 0;
	CU_ASSERT_EQUAL(plx_message_name(message, rrsig->owner_offset, &owner, NULL), 0);
	while (plx_message_next(message, &cursor, &record)) {
		count += record.type == PLX_TYPE_RRSIG && record.section == rrsig->section &&
			 type_covered(&record) == type_covered(rrsig) &&
			 plx_message_name_equal(message, record.owner_offset, &owner);
	}
	return count;
}

static bool is_letter_of_signer(const struct plx_record *record, size_t at, unsigned bit)
{
	uint8_t lower = plx_ascii_lower(record->rdata[at]);
	return record->type == PLX_TYPE_RRSIG && bit == 0x20 && lower >= 'a' && lower <= 'z' &&
	       at >= RRSIG_FIXED_BYTES && at < RRSIG_FIXED_BYTES + 16;
}

static size_t expand(const struct plx_message *message, uint32_t rdata_offset,
		     uint8_t expanded[static FIXTURE_MESSAGE_MAX])
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	struct plx_writer writer = plx_writer_init(expanded, FIXTURE_MESSAGE_MAX);
	while (plx_message_next(message, &cursor, &record)) {
		if (record.rdata_offset == rdata_offset) {
			(void)!plx_rdata_expand(message, &record, &writer);
		}
	}
	for (size_t i = 0; i < writer.position; i++) {
		expanded[i] = plx_ascii_lower(expanded[i]);
	}
	return writer.position;
}

// A letter's case in a name that may be compressed is no change (RFC 4034 6.2), nor is a pointer to the same name elsewhere.
static bool is_same_name(const struct fixture_row *row, const struct plx_record *record)
{
	static uint8_t expanded[2][FIXTURE_MESSAGE_MAX];
	struct plx_message messages[2];
	switch (record->type) {
	case PLX_TYPE_CNAME:
	case PLX_TYPE_DNAME:
	case PLX_TYPE_SOA:
	case PLX_TYPE_MX:
		break;
	default:
		return false;
	}
	if (!fixture_message(row->wire, row->length, &messages[0]) ||
	    !fixture_message(wire, row->length, &messages[1])) {
		return false;
	}
	size_t length = expand(&messages[0], record->rdata_offset, expanded[0]);
	return expand(&messages[1], record->rdata_offset, expanded[1]) == length &&
	       memcmp(expanded[0], expanded[1], length) == 0;
}

static struct fixture_verdict judge_wire(const struct fixture_row *row)
{
	struct plx_message message;
	if (!fixture_message(wire, row->length, &message)) {
		return (struct fixture_verdict) {.state = PLX_DNSSEC_BOGUS};
	}
	return fixture_judge(fixture, row, &message);
}

// What was secure must be bogus. What was insecure has no proof to lose: it must not become secure.
static void expect_not_believed(const struct fixture_row *row, const char *what, size_t at)
{
	enum plx_dnssec state = judge_wire(row).state;
	bool is_wrong =
		strcmp(row->state, "secure") == 0 ? is_believed(state) : state == PLX_DNSSEC_SECURE;
	if (is_wrong) {
		printf("\n  %s: believed after %s at %zu", row->title, what, at);
		CU_FAIL("believed");
	}
}

// Every bit for the names "www", which each kind of zone has; for others one of each octet.
static void flip_bits(const struct fixture_row *row, const struct plx_record *record)
{
	bool is_thorough = strncmp(row->title, "www", 3) == 0;
	for (size_t at = 0; at < record->rdata_length; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			if ((!is_thorough && bit != at % 8) ||
			    is_letter_of_signer(record, at, 1U << bit)) {
				continue;
			}
			memcpy(wire, row->wire, row->length);
			wire[record->rdata_offset + at] ^= (uint8_t)(1U << bit);
			if (!is_same_name(row, record)) {
				expect_not_believed(row, "a flipped bit", at);
			}
		}
	}
}

static void leave_out(const struct fixture_row *row, const struct plx_record *record)
{
	memcpy(wire, row->wire, row->length);
	wire[record->rdata_offset - TYPE_BEFORE_RDATA] = TYPE_UNUSED >> 8;
	wire[record->rdata_offset - TYPE_BEFORE_RDATA + 1] = TYPE_UNUSED & 0xff;
	expect_not_believed(row, "a record left out", record->rdata_offset);
}

typedef void mutate_cb(const struct fixture_row *row, const struct plx_record *record);

// Signatures of which there are two may be missed one by one.
static unsigned for_each_judged(mutate_cb *mutate)
{
	unsigned count = 0;
	for (unsigned i = 0; i < fixture->row_count; i++) {
		const struct fixture_row *row = &fixture->rows[i];
		struct plx_message message;
		struct plx_record record;
		CU_ASSERT_TRUE_FATAL(fixture_message(row->wire, row->length, &message));
		struct plx_record_cursor cursor = plx_message_records(&message);
		while (is_proved(row) && plx_message_next(&message, &cursor, &record)) {
			if (is_judged(row, &message, &record) &&
			    (record.type != PLX_TYPE_RRSIG ||
			     signature_count(&message, &record) == 1)) {
				mutate(row, &record);
				count++;
			}
		}
	}
	return count;
}

TEST(no_flipped_bit_is_believed)
{
	CU_ASSERT_TRUE(for_each_judged(flip_bits) > 300);
}

TEST(no_record_can_be_left_out)
{
	CU_ASSERT_TRUE(for_each_judged(leave_out) > 300);
}

// A zone tells the truth: whatever a message of it proves of a name must be what is so.
TEST(no_message_proves_what_is_false)
{
	unsigned proved_count = 0;
	for (unsigned i = 0; i < fixture->row_count; i++) {
		const struct fixture_row *row = &fixture->rows[i];
		for (unsigned j = 0; j < fixture->row_count; j++) {
			const struct fixture_row *other = &fixture->rows[j];
			struct plx_message message;
			if (!plx_name_equal(&row->zone, &other->zone) ||
			    strcmp(row->judge, "keys") == 0 ||
			    !fixture_message(other->wire, other->length, &message)) {
				continue;
			}
			struct fixture_verdict verdict = fixture_judge(fixture, row, &message);
			if (!is_believed(verdict.state)) {
				continue;
			}
			proved_count++;
			// Opt-out leaves open whether a name or only its type is missing.
			bool is_kind_right = strcmp(verdict.kind, row->kind) == 0 ||
					     verdict.state == PLX_DNSSEC_INSECURE;
			if (!is_kind_right ||
			    strcmp(plx_dnssec_name(verdict.state), row->state) != 0) {
				printf("\n  %s by %s: %s %s", row->title, other->title,
				       verdict.kind, plx_dnssec_name(verdict.state));
				CU_FAIL("a false proof");
			}
		}
	}
	CU_ASSERT_TRUE(proved_count > fixture->row_count);
}

TEST(no_other_zone_is_believed)
{
	for (unsigned i = 0; i < fixture->row_count; i++) {
		const struct fixture_row *row = &fixture->rows[i];
		struct plx_message message;
		CU_ASSERT_TRUE_FATAL(fixture_message(row->wire, row->length, &message));
		for (unsigned j = 0; j < fixture->key_set_count; j++) {
			const struct key_set *keys = fixture->key_sets[j];
			if (plx_name_equal(&keys->zone, &row->zone)) {
				continue;
			}
			fixture->budget = judge_budget_init();
			struct answer_verdict verdict = answer_judge(&fixture->judge, &message,
								     &row->name, row->type, keys);
			CU_ASSERT_EQUAL(verdict.state, PLX_DNSSEC_BOGUS);
			CU_ASSERT_EQUAL(verdict.kind, JUDGED_NOT_EVALUATED);
		}
	}
}

static void expect_at(int64_t now_s, bool is_valid, enum dnssec_cause cause)
{
	fixture->judge.now_s = now_s;
	for (unsigned i = 0; i < fixture->row_count; i++) {
		const struct fixture_row *row = &fixture->rows[i];
		if (is_proved(row)) {
			memcpy(wire, row->wire, row->length);
			struct fixture_verdict verdict = judge_wire(row);
			CU_ASSERT_EQUAL(is_believed(verdict.state), is_valid);
			CU_ASSERT_TRUE(is_valid || verdict.cause == cause);
		}
	}
	fixture->judge.now_s = FIXTURE_NOW;
}

TEST(validity_ends_with_its_second)
{
	expect_at(INCEPTION - 1, false, DNSSEC_CAUSE_NOT_YET_VALID);
	expect_at(INCEPTION, true, DNSSEC_CAUSE_NONE);
	expect_at(EXPIRATION, true, DNSSEC_CAUSE_NONE);
	expect_at(EXPIRATION + 1, false, DNSSEC_CAUSE_EXPIRED);
}

TEST(ttl_is_no_longer_than_signed_and_valid)
{
	for (unsigned i = 0; i < fixture->row_count; i++) {
		const struct fixture_row *row = &fixture->rows[i];
		struct plx_message message;
		struct plx_record record;
		CU_ASSERT_TRUE_FATAL(fixture_message(row->wire, row->length, &message));
		memcpy(wire, row->wire, row->length);
		struct plx_record_cursor cursor = plx_message_records(&message);
		while (plx_message_next(&message, &cursor, &record)) {
			if (record.type != PLX_TYPE_OPT) {
				wire[record.rdata_offset - TTL_BEFORE_RDATA + 0] = 0x7f;
			}
		}
		struct fixture_verdict verdict = judge_wire(row);
		CU_ASSERT_STRING_EQUAL(plx_dnssec_name(verdict.state), row->state);
		CU_ASSERT_TRUE(verdict.ttl_s <= 3600);
		fixture->judge.now_s = EXPIRATION - 7;
		verdict = judge_wire(row);
		CU_ASSERT_TRUE(verdict.ttl_s <= 7);
		fixture->judge.now_s = FIXTURE_NOW;
	}
}

int main(void)
{
	static const struct test_entry tests[] = {
		T(no_flipped_bit_is_believed),      T(no_record_can_be_left_out),
		T(no_message_proves_what_is_false), T(no_other_zone_is_believed),
		T(validity_ends_with_its_second),   T(ttl_is_no_longer_than_signed_and_valid)};
	fixture = fixture_open();
	int status = cunit_run("dnssec_mutation", tests, PLX_ARRAY_SIZE(tests));
	fixture_close(fixture);
	return status;
}

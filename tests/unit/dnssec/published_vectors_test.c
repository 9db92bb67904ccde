// SPDX-License-Identifier: BSD-3-Clause
// Examples printed in RFC 4035, 5155, 5702, 6605 and 8080. Judged by the test profile: some use SHA-1, some keys of 512
// bits.

#include "zone_fixture.h"

#include "cunit_runner.h"
#include "tsv_rows.h"

#include <parallax/exchange/result.h>

#include <stdio.h>
#include <string.h>

static struct canonical_workspace *workspace;

// Reads hexadecimal octets up to a blank or the end; returns where it stopped.
static const char *read_hex(const char *text, uint8_t *bytes, size_t capacity, size_t *ret_length)
{
	size_t length = 0;
	unsigned octet;
	for (; text[0] != '\0' && text[0] != ' ' && sscanf(text, "%2x", &octet) == 1; text += 2) {
		CU_ASSERT_TRUE_FATAL(length < capacity);
		bytes[length++] = (uint8_t)octet;
	}
	*ret_length = length;
	return text + (text[0] == ' ');
}

static struct key_set *read_keys(const struct tsv_rows *rows, const struct dnssec_policy *policy,
				 uint8_t rdata[static 512], struct dnskey *ret_last)
{
	struct plx_name zone = fixture_name(rows->fields[2]);
	struct key_set *keys = key_set_create(&zone);
	const char *text = rows->fields[7];
	while (*text != '\0') {
		size_t length;
		text = read_hex(text, rdata, 512, &length);
		CU_ASSERT_EQUAL_FATAL(dnskey_parse(rdata, length, ret_last), 0);
		CU_ASSERT_EQUAL_FATAL(key_set_add(keys, ret_last, policy), 0);
	}
	return keys;
}

static void expect_ds(const struct tsv_rows *rows, const struct dnskey *key)
{
	struct plx_name zone = fixture_name(rows->fields[2]);
	struct judge_budget budget = judge_budget_init();
	uint8_t rdata[64];
	size_t length;
	struct ds ds;
	if (rows->fields[8][0] == '\0') {
		return;
	}
	(void)read_hex(rows->fields[8], rdata, sizeof(rdata), &length);
	CU_ASSERT_EQUAL_FATAL(ds_parse(rdata, length, &ds), 0);
	CU_ASSERT_EQUAL(ds_match(&ds, &zone, key, &budget), DS_MATCH_EQUAL);
	ds.digest[0] ^= 1;
	CU_ASSERT_EQUAL(ds_match(&ds, &zone, key, &budget), DS_MATCH_DIFFERENT);
}

static struct answer_verdict judge_row(const struct tsv_rows *rows, const struct key_set *keys,
				       const struct dnssec_policy *policy, int64_t now_s)
{
	static uint8_t wire[FIXTURE_MESSAGE_MAX];
	size_t length;
	uint16_t type;
	struct plx_message message;
	struct plx_name name = fixture_name(rows->fields[3]);
	struct judge_budget budget = judge_budget_init();
	struct judge judge = {
		.workspace = workspace, .policy = policy, .budget = &budget, .now_s = now_s};
	(void)read_hex(rows->fields[9], wire, sizeof(wire), &length);
	CU_ASSERT_TRUE_FATAL(fixture_message(wire, length, &message));
	CU_ASSERT_EQUAL_FATAL(plx_type_parse(rows->fields[4], strlen(rows->fields[4]), &type), 0);
	return answer_judge(&judge, &message, &name, type, keys);
}

static void check_row(const struct tsv_rows *rows)
{
	struct dnssec_policy policy = dnssec_policy_test();
	uint8_t rdata[512];
	struct dnskey key;
	int64_t now_s = strtol(rows->fields[1], NULL, 10);
	struct key_set *keys = read_keys(rows, &policy, rdata, &key);
	expect_ds(rows, &key);
	struct answer_verdict verdict = judge_row(rows, keys, &policy, now_s);
	if (strcmp(judged_kind_name(verdict.kind), rows->fields[5]) != 0 ||
	    strcmp(plx_dnssec_name(verdict.state), rows->fields[6]) != 0) {
		printf("\n  %s: %s %s %s", rows->fields[0], judged_kind_name(verdict.kind),
		       plx_dnssec_name(verdict.state), dnssec_cause_name(verdict.cause));
		CU_FAIL("another verdict");
	}
	// Half a century on nothing of it holds.
	CU_ASSERT_EQUAL(judge_row(rows, keys, &policy, now_s + 1500000000).state, PLX_DNSSEC_BOGUS);
	key_set_destroy(keys);
}

TEST(published_examples_are_judged_as_published)
{
	struct tsv_rows rows;
	tsv_open(&rows, PUBLISHED_VECTORS_FILE, 10);
	while (tsv_next(&rows)) {
		check_row(&rows);
	}
	CU_ASSERT_EQUAL(rows.row_count, 13);
}

TEST(keys_that_production_refuses_fail)
{
	struct tsv_rows rows;
	struct dnssec_policy policy = dnssec_policy_production();
	unsigned refused_count = 0;
	tsv_open(&rows, PUBLISHED_VECTORS_FILE, 10);
	while (tsv_next(&rows)) {
		uint8_t rdata[512];
		struct dnskey key;
		struct key_set *keys = read_keys(&rows, &policy, rdata, &key);
		struct answer_verdict verdict =
			judge_row(&rows, keys, &policy, strtol(rows.fields[1], NULL, 10));
		bool is_old = strncmp(rows.fields[0], "RFC 4035", 8) == 0 ||
			      strncmp(rows.fields[0], "RFC 5155", 8) == 0 ||
			      strncmp(rows.fields[0], "RFC 5702 6.1", 12) == 0;
		CU_ASSERT_EQUAL(verdict.state == PLX_DNSSEC_BOGUS, is_old);
		refused_count += is_old;
		key_set_destroy(keys);
	}
	CU_ASSERT_EQUAL(refused_count, 8);
}

int main(void)
{
	static const struct test_entry tests[] = {T(published_examples_are_judged_as_published),
						  T(keys_that_production_refuses_fail)};
	workspace = malloc(sizeof(*workspace));
	int status = cunit_run("dnssec_published_vectors", tests, PLX_ARRAY_SIZE(tests));
	free(workspace);
	return status;
}

// SPDX-License-Identifier: BSD-3-Clause
// Every row of caa_vectors.tsv, and for every row the properties that hold for all RRsets: the order of the records
// does not matter, and no unknown critical property ever turns a refusal into a permission.

#include "policy/caa_evaluate.h"

#include "caa_lookup_text.h"
#include "cunit_runner.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS 10
#define LINE_MAX_BYTES 1024
#define ROWS_LEAST 150 // a table that was cut short is a failure

enum column {
	VECTOR,
	PROFILE,
	IDENTIFIER,
	RECORDS,
	ACCOUNT,
	METHODS,
	SWITCHES,
	DATE,
	OUTCOME,
	REASON,
};

static const char *const issuers[] = {"ca.test", "second.ca.example"};
static const char *const covering[] = {"https://ca.test/other", "https://ca.test/parent"};

struct row {
	char *cells[COLUMNS];
	char account[128];
	struct caa_switches switches;
	struct caa_request request;
};

static FILE *table;
static struct caa_lookup_text lookup;
static struct caa_lookup_text variant;

static enum caa_profile profile_of(const char *text)
{
	static const char *const names[] = {"none", "tls", "smime", "private"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(names); i++) {
		if (strcmp(names[i], text) == 0) {
			return (enum caa_profile)i;
		}
	}
	CU_FAIL_FATAL("profile");
	return CAA_PROFILE_NONE;
}

static void set_switches(struct row *row)
{
	enum caa_switch which;
	const char *text = row->cells[SWITCHES];
	if (strcmp(text, "-") == 0) {
		return;
	}
	CU_ASSERT_TRUE_FATAL(text[0] == '+' || text[0] == '-');
	CU_ASSERT_EQUAL_FATAL(caa_switch_find(text + 1, &which), 0);
	CU_ASSERT_NOT_EQUAL(caa_switch_is_on(&row->switches, which), text[0] == '+');
	caa_switch_set(&row->switches, which, text[0] == '+');
}

static void set_requester(struct row *row)
{
	struct caa_requester *requester = &row->request.requester;
	const char *account = row->cells[ACCOUNT];
	const char *methods = row->cells[METHODS];
	char acme[CAA_METHOD_LABEL_MAX];
	caa_account_expand(strcmp(account, "-") == 0 ? "U1" : account, row->account,
			   sizeof(row->account));
	requester->account_uri = strcmp(account, "none") == 0 ? NULL : row->account;
	requester->covering_uris = covering;
	requester->covering_count = PLX_ARRAY_SIZE(covering);
	methods = strcmp(methods, "-") == 0 ? "http-01/19" : methods;
	const char *slash = strchr(methods, '/');
	CU_ASSERT_PTR_NOT_NULL_FATAL(slash);
	snprintf(acme, sizeof(acme), "%.*s", (int)(slash - methods), methods);
	CU_ASSERT_EQUAL_FATAL(caa_method_labels_make(strcmp(acme, "none") == 0 ? NULL : acme,
						     (unsigned)strtoul(slash + 1, NULL, 10),
						     &requester->methods),
			      0);
}

// The next row of the table; false at its end.
static bool read_row(char *line, struct row *ret_row)
{
	do {
		if (fgets(line, LINE_MAX_BYTES, table) == NULL) {
			return false;
		}
	} while (line[0] == '#');
	line[strcspn(line, "\n")] = '\0';
	*ret_row = (struct row) {.cells = {NULL}};
	for (int i = 0; i < COLUMNS; i++) {
		ret_row->cells[i] = strsep(&line, "\t");
		CU_ASSERT_PTR_NOT_NULL_FATAL(ret_row->cells[i]);
	}
	CU_ASSERT_PTR_NULL(line);
	CU_ASSERT_TRUE_FATAL(caa_lookup_parse(ret_row->cells[RECORDS], &lookup));
	set_switches(ret_row);
	set_requester(ret_row);
	struct caa_request *request = &ret_row->request;
	request->profile = profile_of(ret_row->cells[PROFILE]);
	request->is_wildcard = strcmp(ret_row->cells[IDENTIFIER], "wildcard") == 0;
	request->issuers = issuers;
	request->issuer_count = PLX_ARRAY_SIZE(issuers);
	request->switches = &ret_row->switches;
	request->insecure_proof = lookup.has_proof ? &lookup.proof : NULL;
	request->resolution = lookup.resolution;
	request->now = CAA_LOOKUP_TIME_S;
	request->rules_at = strcmp(ret_row->cells[DATE], "-") == 0 ? CAA_LOOKUP_TIME_S : 1805068800;
	return true;
}

static struct caa_verdict judge(const struct row *row, const struct caa_lookup_text *text)
{
	struct caa_record_set set;
	caa_record_set_read(&text->result, text->body, &set);
	return caa_evaluate(&row->request, &set);
}

static void for_each_row(void (*check)(const struct row *row, const struct caa_verdict *verdict))
{
	char line[LINE_MAX_BYTES];
	struct row row;
	unsigned count = 0;
	rewind(table);
	for (; read_row(line, &row); count++) {
		struct caa_verdict verdict = judge(&row, &lookup);
		check(&row, &verdict);
	}
	CU_ASSERT_TRUE(count >= ROWS_LEAST);
}

static void check_expected(const struct row *row, const struct caa_verdict *verdict)
{
	char reason[64];
	snprintf(reason, sizeof(reason), "%s%s", caa_reason_name(verdict->reason),
		 verdict->is_compliant ? "" : "!");
	bool is_right = strcmp(caa_outcome_name(verdict->outcome), row->cells[OUTCOME]) == 0 &&
			strcmp(reason, row->cells[REASON]) == 0;
	if (!is_right) {
		printf("\nvector %s: %s: %s %s, expected %s %s\n", row->cells[VECTOR],
		       row->cells[RECORDS], caa_outcome_name(verdict->outcome), reason,
		       row->cells[OUTCOME], row->cells[REASON]);
	}
	CU_ASSERT_TRUE(is_right);
	CU_ASSERT_EQUAL(verdict->usable_until > 0, verdict->outcome == CAA_PERMIT);
}

TEST(every_vector_has_the_verdict_and_the_reason_of_the_table)
{
	for_each_row(check_expected);
}

// The records of `lookup` from last to first; false when there are none, or none that can be read.
static bool reverse_records(void)
{
	struct plx_result_view view;
	struct plx_result_record records[8];
	struct plx_writer writer;
	unsigned count = 0;
	if (lookup.result.record_count == 0 ||
	    plx_result_open(&lookup.result, lookup.body, &view) != 0) {
		return false;
	}
	while (count < PLX_ARRAY_SIZE(records) && plx_result_next(&view, &records[count])) {
		count++;
	}
	caa_lookup_begin(&variant, &writer);
	for (unsigned i = count; i-- > 0;) {
		size_t start = plx_result_body_record_begin(&writer, records[i].ttl);
		plx_write_bytes(&writer, records[i].rdata, records[i].rdata_length);
		plx_result_body_record_end(&writer, start);
	}
	variant.result.record_count = (uint16_t)count;
	caa_lookup_finish(&variant, &writer);
	return true;
}

static void check_reversed(const struct row *row, const struct caa_verdict *verdict)
{
	if (reverse_records()) {
		struct caa_verdict reversed = judge(row, &variant);
		CU_ASSERT_EQUAL(reversed.outcome, verdict->outcome);
		CU_ASSERT_EQUAL(reversed.reason, verdict->reason);
	}
}

TEST(the_order_of_the_records_does_not_matter)
{
	for_each_row(check_reversed);
}

static void check_with_critical(const struct row *row, const struct caa_verdict *verdict)
{
	struct plx_writer writer;
	if (!plx_result_is_definitive(&lookup.result)) {
		return;
	}
	if (lookup.result.record_count == 0) {
		caa_lookup_begin(&variant, &writer);
	} else {
		variant = lookup;
		writer = plx_writer_init(variant.body, sizeof(variant.body));
		writer.position = lookup.result.body_length;
	}
	caa_lookup_add(&variant, &writer, 128, "tbs", "ca.test");
	caa_lookup_finish(&variant, &writer);
	struct caa_verdict critical = judge(row, &variant);
	CU_ASSERT_TRUE(critical.outcome == CAA_PROHIBIT || critical.outcome == CAA_ERROR);
	CU_ASSERT_TRUE(verdict->outcome != CAA_PERMIT || critical.outcome == CAA_PROHIBIT);
}

TEST(with_an_unknown_critical_property_nothing_is_permitted)
{
	for_each_row(check_with_critical);
}

static int vectors_run(void)
{
	static const struct test_entry tests[] = {
		T(every_vector_has_the_verdict_and_the_reason_of_the_table),
		T(the_order_of_the_records_does_not_matter),
		T(with_an_unknown_critical_property_nothing_is_permitted),
	};
	return cunit_run("caa_vectors", tests, PLX_ARRAY_SIZE(tests));
}

// The folder of the table is the argument.
int main(int argc, char **argv)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/caa_vectors.tsv", argc > 1 ? argv[1] : ".");
	table = fopen(path, "re");
	if (table == NULL) {
		perror(path);
		return EXIT_FAILURE;
	}
	int status = vectors_run();
	fclose(table);
	return status;
}

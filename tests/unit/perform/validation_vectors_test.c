// SPDX-License-Identifier: BSD-3-Clause
// Every row of validation_vectors.tsv, from the request to the result: what a DNSSEC state makes of a CAA check and of a
// DCV by DNS. Of iterative look-ups none may be answered from what is remembered of the name's own zones.

#include <parallax/dns/rr_type.h>

#include "perform_session.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS 10
#define ROW_BYTES 256
#define ROWS_LEAST 200 // a table that was cut short is a failure
#define HASH "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"

enum column {
	CHECK,
	ROLE,
	RESOLUTION,
	ANSWER,
	STATE,
	ATTEMPTS,
	PROOF,
	SWITCH,
	OUTCOME,
	REASON,
};

static const struct {
	const char *word;
	enum plx_status status;
	enum plx_cause cause;
	enum plx_rcode rcode;
} answers[] = {
	{"records", PLX_STATUS_ANSWERED, PLX_CAUSE_NONE, PLX_RCODE_NOERROR},
	{"none", PLX_STATUS_ANSWERED, PLX_CAUSE_NONE, PLX_RCODE_NOERROR},
	{"nxdomain", PLX_STATUS_ANSWERED, PLX_CAUSE_NONE, PLX_RCODE_NXDOMAIN},
	{"timeout", PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_ANSWER, PLX_RCODE_NOERROR},
	{"no-server", PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_SERVER, PLX_RCODE_NOERROR},
	{"servfail", PLX_STATUS_ANSWERED, PLX_CAUSE_RCODE, PLX_RCODE_SERVFAIL},
	{"refused", PLX_STATUS_ANSWERED, PLX_CAUSE_RCODE, PLX_RCODE_REFUSED},
	{"notimp", PLX_STATUS_ANSWERED, PLX_CAUSE_RCODE, PLX_RCODE_NOTIMP},
	{"lame", PLX_STATUS_LAME, PLX_CAUSE_NOT_AUTHORITATIVE, PLX_RCODE_NOERROR},
	{"truncated", PLX_STATUS_TRUNCATED, PLX_CAUSE_TCP_REFUSED, PLX_RCODE_NOERROR},
	{"malformed", PLX_STATUS_MALFORMED, PLX_CAUSE_BAD_MESSAGE, PLX_RCODE_NOERROR},
	{"loop", PLX_STATUS_LOOP, PLX_CAUSE_ALIAS_LOOP, PLX_RCODE_NOERROR},
	{"limit", PLX_STATUS_LIMIT, PLX_CAUSE_QUERY_LIMIT, PLX_RCODE_NOERROR},
	{"bogus", PLX_STATUS_BOGUS, PLX_CAUSE_VALIDATION_FAILED, PLX_RCODE_SERVFAIL},
};

static FILE *table;
static unsigned unlike_jobs; // whose resolution or flags are not those of the row
static enum plx_resolution expected_resolution;

static uint8_t dnssec_of(const char *word)
{
	for (int i = 0; i < PLX_DNSSEC_COUNT; i++) {
		if (strcmp(word, plx_dnssec_name((enum plx_dnssec)i)) == 0) {
			return (uint8_t)i;
		}
	}
	CU_FAIL_FATAL("a DNSSEC state");
	return PLX_DNSSEC_UNCHECKED;
}

// On a thread of the dataplane, while the test waits.
static void look_at_job(const struct plx_job *job)
{
	uint8_t flags = expected_resolution == PLX_RESOLUTION_ITERATIVE ? PLX_JOB_NO_CACHE : 0;
	if (job->resolution != expected_resolution || job->flags != flags) {
		__atomic_add_fetch(&unlike_jobs, 1, __ATOMIC_ACQ_REL);
	}
}

// The look-up of the check, then the one that may prove the Base Domain insecure.
static void zone_make(char *const cells[static COLUMNS], struct zone_row zone[static 3])
{
	bool is_caa = strcmp(cells[CHECK], "caa") == 0;
	zone[0] = (struct zone_row) {
		.name = is_caa ? "a.base.test" : "_acme-challenge.a.base.test",
		.type = is_caa ? PLX_TYPE_CAA : PLX_TYPE_TXT,
		.dnssec = dnssec_of(cells[STATE]),
		.attempts = (uint8_t)(cells[ATTEMPTS][0] - '0'),
		.status = PLX_STATUS_COUNT,
	};
	if (strcmp(cells[ANSWER], "records") == 0) {
		zone[0].texts[0] = is_caa ? "0 issue ca.test" : HASH;
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(answers); i++) {
		if (strcmp(answers[i].word, cells[ANSWER]) == 0) {
			zone[0].status = (uint8_t)answers[i].status;
			zone[0].cause = (uint8_t)answers[i].cause;
			zone[0].rcode = (uint8_t)answers[i].rcode;
		}
	}
	CU_ASSERT_NOT_EQUAL_FATAL(zone[0].status, PLX_STATUS_COUNT);
	zone[1] =
		(struct zone_row) {.name = "base.test", .type = PLX_TYPE_SOA, .texts = {"x.test"}};
	if (strcmp(cells[PROOF], "failed") == 0) {
		zone[1] = (struct zone_row) {.name = "base.test",
					     .type = PLX_TYPE_SOA,
					     .status = PLX_STATUS_TIMEOUT,
					     .cause = PLX_CAUSE_NO_ANSWER,
					     .dnssec = zone[0].dnssec};
	} else if (strcmp(cells[PROOF], "-") != 0) {
		zone[1].dnssec = dnssec_of(cells[PROOF]);
	}
	zone[2] = (struct zone_row) {.name = NULL};
}

// Definitive answers of the evidence that nobody validated.
static unsigned unvalidated_count(const struct perform_session *session)
{
	unsigned count = 0;
	size_t index;
	json_t *answer;
	json_array_foreach(session_evidence(session, "dns"), index, answer)
	{
		const char *status = json_string_value(json_object_get(answer, "status"));
		const char *dnssec = json_string_value(json_object_get(answer, "dnssec"));
		bool is_definitive =
			strcmp(status, "NOERROR") == 0 || strcmp(status, "NXDOMAIN") == 0;
		count += is_definitive && strcmp(dnssec, "unchecked") == 0;
	}
	return count;
}

static void row_check(char *const cells[static COLUMNS])
{
	struct perform_session session;
	struct zone_row zone[3];
	char expected[128];
	zone_make(cells, zone);
	CU_ASSERT_EQUAL_FATAL(plx_resolution_parse(cells[RESOLUTION], &expected_resolution), 0);
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session.config.lookup.resolution = expected_resolution;
	session.config.requires_validation = strcmp(cells[ROLE], "primary") == 0;
	caa_switch_set(&session.config.caa_switches, CAA_SWITCH_LOOKUP_FAILURE_PERMITS,
		       cells[SWITCH][0] == '+');
	session_runner_open(&session);
	session_check(&session, strcmp(cells[CHECK], "caa") == 0
					? request_caa("dns", "a.base.test", "")
					: request_dcv("dns", "a.base.test", NULL,
						      "'validation_method':'acme-dns-01',"
						      "'key_authorization_hash':'" HASH "'"));
	snprintf(expected, sizeof(expected), "%s %s", cells[OUTCOME], cells[REASON]);
	CU_ASSERT_STRING_EQUAL(session_told(&session), expected);
	if (strcmp(session_told(&session), expected) != 0) {
		printf("\n%s %s %s %s %s %s %s %s: %s, expected %s\n", cells[CHECK], cells[ROLE],
		       cells[RESOLUTION], cells[ANSWER], cells[STATE], cells[ATTEMPTS],
		       cells[PROOF], cells[SWITCH], session_told(&session), expected);
	}
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.0.resolution"),
			       cells[RESOLUTION]);
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.0.dnssec"), cells[STATE]);
	struct lookup_stats stats;
	lookup_service_stats(session.lookup, &stats);
	CU_ASSERT_TRUE(stats.by_state[expected_resolution][zone[0].dnssec] > 0);
	CU_ASSERT_EQUAL(stats.unvalidated, unvalidated_count(&session));
	session_close(&session);
}

TEST(every_row_has_its_outcome_and_its_reason)
{
	char line[ROW_BYTES];
	unsigned count = 0;
	zone_table_watch(look_at_job);
	while (fgets(line, sizeof(line), table) != NULL) {
		if (line[0] == '#') {
			continue;
		}
		char *cells[COLUMNS];
		char *rest = line;
		line[strcspn(line, "\n")] = '\0';
		for (int i = 0; i < COLUMNS; i++) {
			cells[i] = strsep(&rest, "\t");
			CU_ASSERT_PTR_NOT_NULL_FATAL(cells[i]);
		}
		CU_ASSERT_PTR_NULL(rest);
		row_check(cells);
		count++;
	}
	CU_ASSERT_TRUE(count >= ROWS_LEAST);
	CU_ASSERT_EQUAL(unlike_jobs, 0);
}

// The folder of the table is the argument.
int main(int argc, char **argv)
{
	static const struct test_entry tests[] = {T(every_row_has_its_outcome_and_its_reason)};
	char path[4096];
	snprintf(path, sizeof(path), "%s/validation_vectors.tsv", argc > 1 ? argv[1] : ".");
	table = fopen(path, "re");
	if (table == NULL) {
		perror(path);
		return EXIT_FAILURE;
	}
	int status = cunit_run("validation_vectors", tests, PLX_ARRAY_SIZE(tests));
	fclose(table);
	return status;
}

// SPDX-License-Identifier: BSD-3-Clause
// Plays dcv_vectors.tsv, one row a case.   Usage: policy_dcv_vectors_test FOLDER

#include "policy/account_label.h"
#include "policy/authorization_domain.h"
#include "policy/contact_record.h"
#include "policy/dcv_corroboration.h"
#include "policy/dns_challenge.h"
#include "policy/http_challenge_verdict.h"
#include "policy/persistent_record.h"
#include "policy/redirect_rules.h"

#include <parallax/dns/rr_type.h>

#include "cunit_runner.h"
#include "txt_records.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS 7
#define ROWS_MIN 80 // a table cut short must not pass
#define KEY_AUTHORIZATION                                                                          \
	"LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"

static const char *vectors_folder;
static const char *const issuers[] = {"ca.test"};
static const struct dcv_switches strict = {0};
static char label[ACCOUNT_LABEL_TEXT_MAX];

static struct plx_name name_of(const char *text)
{
	struct plx_name name = {0};
	if (strcmp(text, "-") != 0) {
		CU_ASSERT_EQUAL_FATAL(plx_name_parse(text, strlen(text), &name), 0);
	}
	return name;
}

static const char *play_adn(char **a)
{
	struct authorization_domain_step chain[AUTHORIZATION_DOMAIN_STEPS_MAX];
	size_t count = 0;
	char *rest = a[2];
	for (char *step = strsep(&rest, ">"); step != NULL; step = strsep(&rest, ">")) {
		char *base = step;
		const char *name = strsep(&base, "/");
		chain[count++] = (struct authorization_domain_step) {name_of(name), name_of(base)};
	}
	struct plx_name applied = name_of(a[1]);
	struct plx_name chosen = name_of(a[3]);
	struct plx_name domain = {0};
	struct authorization_domain_facts facts = {
		.method = dcv_method_find(a[0]),
		.is_onion = strstr(a[1], ".onion") != NULL,
		.applied = &applied,
		.chain = chain,
		.chain_count = count,
		.chosen = chosen.length == 0 ? NULL : &chosen,
	};
	enum authorization_domain_reason reason = authorization_domain_judge(&facts, &domain);
	CU_ASSERT_EQUAL(authorization_domain_is_allowed(reason), domain.length > 0);
	return authorization_domain_reason_name(reason);
}

static const char *play_parameters(char **a)
{
	struct dcv_identifier identifier = {.is_ip = strcmp(a[1], "ip") == 0,
					    .is_wildcard = strcmp(a[1], "wildcard") == 0};
	struct dcv_parameters parameters = {
		.method = dcv_method_find(a[0]),
		.challenge_value = "a@b.test",
		.key_authorization_hash = "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo",
		.account_uri = "https://ca.test/a/1",
		.dns_record_type = PLX_TYPE_TXT,
		.issued_at = strtoll(a[3], NULL, 10),
	};
	if (strstr(a[0], "phone") != NULL) {
		parameters.challenge_value = "+15550100";
	}
	return dcv_parameters_verdict_name(
		dcv_parameters_check(&parameters, &identifier, strtoll(a[2], NULL, 10), &strict)
			.verdict);
}

static const char *play_txt(char **a)
{
	struct dcv_parameters parameters = {.method = DCV_ACME_DNS_01,
					    .key_authorization_hash = a[0]};
	struct txt_records set = {0};
	struct dns_challenge challenge;
	size_t index = 0;
	txt_records_add(&set, a[1]);
	CU_ASSERT_TRUE_FATAL(dns_challenge_of(&parameters, &challenge));
	return dns_challenge_reason_name(
		dns_challenge_judge(&challenge, set.records, set.count, &index));
}

static const char *play_http(char **a)
{
	struct dcv_switches switches = {.http_accepts_any_2xx = strcmp(a[3], "any-2xx") == 0};
	struct dcv_parameters parameters = {.method = dcv_method_find(a[0]),
					    .challenge_value = "the-value",
					    .key_authorization = KEY_AUTHORIZATION,
					    .require_exact_case = true};
	struct http_page page = {.status = (unsigned)strtoul(a[1], NULL, 10),
				 .body = a[2],
				 .body_length = strlen(a[2])};
	return http_challenge_reason_name(http_challenge_judge(&parameters, &page, &switches));
}

static const char *play_redirect(char **a)
{
	struct redirect_target target = {.status = (unsigned)strtoul(a[0], NULL, 10),
					 .scheme = a[1],
					 .host = a[2],
					 .host_length = strlen(a[2]),
					 .port = (uint32_t)strtoul(a[3], NULL, 10)};
	return redirect_reason_name(redirect_judge(&target, &strict));
}

static const char *play_persistent(char **a)
{
	struct dcv_switches switches = {
		.persistent_ignores_policy = strcmp(a[3], "ignore-policy") == 0,
		.persistent_folds_account = strcmp(a[3], "fold-account") == 0,
	};
	struct persistent_expected expected = {.issuer_domain_names = issuers,
					       .issuer_domain_name_count = 1,
					       .account_uri = "https://ca.test/a/1",
					       .covers_more = strcmp(a[1], "more") == 0,
					       .unix_time = strtoll(a[2], NULL, 10),
					       .switches = &switches};
	return persistent_reason_name(persistent_text_judge(&expected, a[0], strlen(a[0])));
}

static const char *play_contact(char **a)
{
	struct txt_records set = {0};
	size_t index = 0;
	txt_records_add_one(&set, a[2]);
	return contact_reason_name(
		contact_records_judge(dcv_method_find(a[0]), a[1], set.records, set.count, &index));
}

static const char *play_corroborate(char **a)
{
	struct dcv_observation primary = {dcv_method_find(a[0]), CHECK_PASS, a[1]};
	struct dcv_observation remote = {dcv_method_find(a[0]), CHECK_PASS, a[2]};
	return dcv_corroboration_name(dcv_corroboration_judge(&primary, &remote, &strict));
}

static const char *play_label(char **a)
{
	return account_label_make(a[0], label) == 0 ? label : "error";
}

static const struct {
	const char *kind;
	const char *(*play)(char **arguments);
} kinds[] = {
	{"adn", play_adn},           {"parameters", play_parameters},
	{"txt", play_txt},           {"http", play_http},
	{"redirect", play_redirect}, {"persistent", play_persistent},
	{"contact", play_contact},   {"corroborate", play_corroborate},
	{"label", play_label},
};

// \r and \n stand for themselves in a cell.
static void unescape(char *cell)
{
	char *to = cell;
	for (const char *from = cell; *from != '\0'; from++) {
		bool is_escape = from[0] == '\\' && (from[1] == 'n' || from[1] == 'r');
		*to++ = !is_escape ? *from : *++from == 'n' ? '\n' : '\r';
	}
	*to = '\0';
}

static void play_row(char *line)
{
	char *cells[COLUMNS] = {NULL};
	char *rest = line;
	for (size_t i = 0; i < COLUMNS; i++) {
		cells[i] = strsep(&rest, "\t");
		CU_ASSERT_PTR_NOT_NULL_FATAL(cells[i]);
		unescape(cells[i]);
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].kind, cells[1]) == 0) {
			const char *seen = kinds[i].play(&cells[2]);
			if (strcmp(seen, cells[6]) != 0) {
				(void)fprintf(stderr, "vector %s %s %s: %s, not %s\n", cells[0],
					      cells[1], cells[2], seen, cells[6]);
			}
			CU_ASSERT_STRING_EQUAL(seen, cells[6]);
			return;
		}
	}
	CU_FAIL("a row of an unknown kind");
}

TEST(every_vector_has_its_expected_verdict)
{
	char path[4096];
	char line[1024];
	unsigned rows = 0;
	(void)snprintf(path, sizeof(path), "%s/dcv_vectors.tsv", vectors_folder);
	FILE *file = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '#') {
			play_row(line);
			rows++;
		}
	}
	(void)fclose(file);
	CU_ASSERT_TRUE(rows >= ROWS_MIN);
}

int main(int argument_count, char **arguments)
{
	static const struct test_entry tests[] = {T(every_vector_has_its_expected_verdict)};
	if (argument_count != 2) {
		(void)fprintf(stderr, "Usage: policy_dcv_vectors_test FOLDER\n");
		return EXIT_FAILURE;
	}
	vectors_folder = arguments[1];
	return cunit_run("dcv_vectors", tests, PLX_ARRAY_SIZE(tests));
}

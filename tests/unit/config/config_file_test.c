// SPDX-License-Identifier: BSD-3-Clause

#include "config/config.h"
#include "config/config_spec.h"

#include <parallax/base/attributes.h>
#include <parallax/exchange/job.h>

#include "mode/mode.h"

#include "cunit_runner.h"

#include <stdio.h>
#include <string.h>

static struct plx_setting_fault fault;

static struct config *read_text(const char *text)
{
	memset(&fault, 0, sizeof(fault));
	return config_read_document("t.yaml", text, strlen(text), &fault);
}

static void expect_fault(const char *text, const char *message)
{
	struct config *config = read_text(text);
	CU_ASSERT_PTR_NULL(config);
	CU_ASSERT_STRING_EQUAL(fault.text, message);
	if (strcmp(fault.text, message) != 0) {
		fprintf(stderr, "\nexpected: %s\nfound:    %s\n", message, fault.text);
	}
	config_free(config);
}

#define RESOLVER "{address: 192.0.2.53, rir: RIPE NCC, latitude: 52.3, longitude: 4.9}"
#define PRIMARY                                                                                    \
	"control:\n"                                                                               \
	"  role: primary\n"                                                                        \
	"  perspective: {name: ams-1, rir: ripe ncc, latitude: 52.37, longitude: -4.9, "           \
	"resolvers: [" RESOLVER "]}\n"                                                             \
	"  listen: [\"127.0.0.1:8443\", \"[::1]:8443\"]\n"                                         \
	"  tls: {certificate: /c.pem, key: /k.pem, server_ca: /ca.pem}\n"                          \
	"  signing_key: /s.pem\n"                                                                  \
	"  issuer_domains: [ca.test, ca2.test]\n"
#define REMOTE(name, more)                                                                         \
	"    - {name: " name ", rir: LACNIC, latitude: -23.5, longitude: -46.6, resolvers: "       \
	"[" RESOLVER "], url: \"https://gru.test:8443\"" more "}\n"

TEST(a_primary_is_read_with_its_remotes)
{
	struct config *config = read_text(
		PRIMARY "  allow_addresses: [10.0.0.0/8]\n  limits: {check_timeout: 5s}\n"
			"  profiles:\n    tls:\n      mode: report-only\n      force: true\n      "
			"schedule:\n"
			"        - {name: w1, mode: test-window, start: 2026-12-01T10:00:00Z, end: "
			"2026-12-01T11:00:00Z}\n"
			"  perspectives:\n" REMOTE("gru-1", ", public_key: /g.pem")
				REMOTE("om-1", ", protocol: open-mpic"));
	CU_ASSERT_STRING_EQUAL(fault.text, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_EQUAL(config->role, CONFIG_ROLE_PRIMARY);
	CU_ASSERT_STRING_EQUAL(config->perspective.name, "ams-1");
	CU_ASSERT_DOUBLE_EQUAL(config->perspective.longitude, -4.9, 1e-9);
	CU_ASSERT_EQUAL(config->listen_count, 2);
	CU_ASSERT_EQUAL(config->listen[1].ip.family, 6);
	CU_ASSERT_EQUAL(config->issuer_domain_count, 2);
	CU_ASSERT_STRING_EQUAL(config->issuer_domains[1], "ca2.test");
	CU_ASSERT_EQUAL(config->perspective_count, 2);
	CU_ASSERT_STRING_EQUAL(config->perspectives[0].resolvers[0].address, "192.0.2.53");
	CU_ASSERT_EQUAL(config->perspectives[1].protocol, CONFIG_PROTOCOL_OPEN_MPIC);
	CU_ASSERT_EQUAL(config->profiles.tls.mode, MODE_REPORT_ONLY);
	CU_ASSERT_EQUAL(config->profiles.smime.mode, MODE_ENFORCE);
	CU_ASSERT_EQUAL(config->profiles.tls.schedule[0].start, 1796119200);
	CU_ASSERT_EQUAL(config->limits.check_timeout_ms, 5000);
	CU_ASSERT_EQUAL(config->allow_addresses[0].length_bits, 8);
	config_free(config);
}

TEST(defaults_hold_also_in_sections_that_are_not_there)
{
	struct config *config = read_text(PRIMARY);
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_EQUAL(config->limits.orders, 2000);
	CU_ASSERT_EQUAL(config->limits.check_timeout_ms, 20000);
	CU_ASSERT_EQUAL(config->limits.probes, 200);
	CU_ASSERT_EQUAL(config->limits.probe_wait_ms, 5000);
	CU_ASSERT_EQUAL(config->guard.stable_ms, 60000);
	CU_ASSERT_TRUE(config->guard.needs_confirmation);
	CU_ASSERT_EQUAL(config->evidence.store, CONFIG_EVIDENCE_ALL);
	CU_ASSERT_EQUAL(config->evidence.keep_days, 0);
	CU_ASSERT_EQUAL(config->dcv.switches.challenge_characters_min, 19);
	CU_ASSERT_EQUAL(config->profiles.private_use.mode, MODE_ENFORCE);
	CU_ASSERT_STRING_EQUAL(config->audit_log, "/var/lib/parallax/audit.db");
	for (int i = 0; i < CAA_SWITCH_COUNT; i++) {
		CU_ASSERT_EQUAL(config->caa.is_on[i],
				caa_switch_get((enum caa_switch)i)->is_on_by_default);
	}
	config_free(config);
}

TEST(resolution_is_iterative_unless_the_file_says_stub)
{
	struct config *config = read_text(PRIMARY);
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_EQUAL(config->resolution, PLX_RESOLUTION_ITERATIVE);
	config_free(config);
	config = read_text(PRIMARY "  resolution: stub\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_EQUAL(config->resolution, PLX_RESOLUTION_STUB);
	config_free(config);
	expect_fault(PRIMARY "  resolution: Stub\n",
		     "t.yaml:8:15: resolution: \"Stub\" is none of iterative, stub");
}

TEST(trusted_upstreams_of_the_other_section_are_counted)
{
	static const struct {
		const char *section;
		unsigned upstreams, trusted;
	} cases[] = {
		{"", 0, 0},
		{"dataplane:\n", 0, 0},
		{"dataplane: {workers: 2}\n", 0, 0},
		{"dataplane: {upstreams: }\n", 0, 0},
		{"dataplane: {upstreams: 192.0.2.1}\n", 0, 0},
		{"dataplane: [upstreams]\n", 0, 0},
		{"dataplane: {upstreams: [192.0.2.1, \"192.0.2.2:53,rate=1k\"]}\n", 2, 0},
		{"dataplane: {upstreams: [\"192.0.2.1,trusted\", \"192.0.2.2:53,rate=1k, "
		 "trusted\"]}\n",
		 2, 2},
		{"dataplane: {upstreams: [\"192.0.2.1,untrusted\", \"192.0.2.2,trustedly\", "
		 "trusted, "
		 "\"192.0.2.3,\"]}\n",
		 4, 0},
		{"dataplane: {upstreams: [{address: 192.0.2.1, trusted: true}, {trusted: yes}]}\n",
		 2, 2},
		{"dataplane: {upstreams: [{address: 192.0.2.1, trusted: false}, {trusted: [true]}, "
		 "{address: trusted}]}\n",
		 3, 0},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		char text[2048];
		// In front of our own section and behind it.
		for (int behind = 0; behind < 2; behind++) {
			snprintf(text, sizeof(text), "%s%s%s", behind ? "" : cases[i].section,
				 PRIMARY, behind ? cases[i].section : "");
			struct config *config = read_text(text);
			CU_ASSERT_PTR_NOT_NULL_FATAL(config);
			CU_ASSERT_EQUAL(config->upstream_count, cases[i].upstreams);
			CU_ASSERT_EQUAL(config->trusted_upstream_count, cases[i].trusted);
			config_free(config);
		}
	}
}

TEST(every_caa_switch_is_a_key)
{
	const struct config_spec *caa = config_spec_find(&config_control_section, "caa");
	CU_ASSERT_PTR_NOT_NULL_FATAL(caa);
	CU_ASSERT_EQUAL(caa->section->spec_count, CAA_SWITCH_COUNT);
	for (int i = 0; i < CAA_SWITCH_COUNT; i++) {
		char key[64];
		snprintf(key, sizeof(key), "%s", caa_switch_get((enum caa_switch)i)->name);
		for (char *c = key; *c != '\0'; c++) {
			*c = *c == '-' ? '_' : *c;
		}
		const struct config_spec *spec = config_spec_find(caa->section, key);
		CU_ASSERT_PTR_NOT_NULL_FATAL(spec);
		CU_ASSERT_EQUAL(spec->offset, offsetof(struct config_caa, is_on) + (size_t)i);
	}
}

TEST(faults_say_where_and_what)
{
	expect_fault("", "t.yaml: is empty; it needs the section `control:`");
	expect_fault("dataplane: {}\n", "t.yaml: has no section `control:`");
	expect_fault(
		"controls: {}\n",
		"t.yaml:1:1: unknown section \"controls\"; the file has dataplane and control");
	expect_fault("control: {role: boss}\n",
		     "t.yaml:1:17: role: \"boss\" is none of primary, remote");
	expect_fault(
		"control:\n  role: primary\n",
		"t.yaml:1:1: control has no perspective; add `perspective: {name: ams-1, ...}`");
	expect_fault(PRIMARY "  role: remote\n",
		     "t.yaml:8:3: duplicate key \"role\", first given in line 2");
	expect_fault(
		PRIMARY "  limits: {check_timeout: 5}\n",
		"t.yaml:8:27: check_timeout: \"5\" is not a duration; write 250ms, 10s, 5m or 1h");
	expect_fault(PRIMARY "  limits: {orders: 0}\n",
		     "t.yaml:8:20: orders: \"0\" is not a number from 1 to 100000");
	expect_fault(
		PRIMARY "  limits: {probe_wait: 2s}\n",
		"t.yaml:8:3: probe_delay: is not shorter than probe_wait, so that no such probe "
		"could end; make it shorter");
	expect_fault(
		PRIMARY "  audit_log: audit.db\n",
		"t.yaml:8:14: audit_log: \"audit.db\" is not an absolute path; start it with /");
	expect_fault(PRIMARY "  perspectives: 5\n",
		     "t.yaml:8:17: perspectives: expected a list, found a single value");
	expect_fault("control:\n  listen: []\n",
		     "t.yaml:2:11: listen: is empty; give at least one, such as "
		     "[\"192.0.2.1:8443\"]");
	expect_fault("control:\n  perspective: {name: a, rir: ARIN, resolvers: []}\n",
		     "t.yaml:2:48: resolvers: is empty; give at least one, such as [{address: "
		     "192.0.2.53, rir: RIPE NCC, latitude: 52.37, longitude: 4.90}]");
	expect_fault(PRIMARY "  limits: [1]\n",
		     "t.yaml:8:11: limits: expected a mapping of keys to values, found a list");
	expect_fault(
		PRIMARY "  mpic: {secret: x}\n",
		"t.yaml:8:10: unknown key \"secret\" in mpic; it has default_perspective_count, "
		"absolute_max_attempts, any_caa_domain, hash_secret");
	expect_fault(
		PRIMARY "---\ncontrol: {}\n",
		"t.yaml:8:1: a second document begins; one file is one document: remove the line "
		"\"---\" or what follows it");
	expect_fault("control: [\n", "t.yaml:2:1: not YAML: did not find expected node content");
}

TEST(what_does_not_go_together_is_refused)
{
	expect_fault(PRIMARY "  perspectives:\n" REMOTE("gru-1", ""),
		     "t.yaml:9:7: has no public_key; add `public_key: FILE`, which its answers are "
		     "verified with");
	expect_fault(PRIMARY "  perspectives:\n" REMOTE("ams-1", ", public_key: /g.pem"),
		     "t.yaml:9:7: name: \"ams-1\" is taken; give each perspective its own");
	expect_fault(PRIMARY
		     "  profiles: {tls: {schedule: [{name: a, mode: enforce, start: "
		     "2026-12-01T10:00:00Z, end: 2026-12-01T11:00:00Z}, {name: b, mode: enforce, "
		     "start: 2026-12-01T10:59:59Z, end: 2026-12-01T12:00:00Z}]}}\n",
		     "t.yaml:8:113: window \"b\" overlaps \"a\" of line 8");
	expect_fault("control:\n  role: remote\n  perspective: {name: a, rir: ARIN, latitude: 1, "
		     "longitude: 1, resolvers: [" RESOLVER "]}\n  listen: [\"127.0.0.1:1\"]\n"
		     "  tls: {certificate: /c, key: /k}\n  signing_key: /s\n",
		     "t.yaml:1:1: needs tls.client_ca: a remote answers only callers whose "
		     "certificates it can check");
	expect_fault(PRIMARY "  callers: [ra.ca.test]\n",
		     "t.yaml:1:1: needs tls.client_ca: callers are known by certificates from it");
	expect_fault("control:\n  role: primary\n  perspective: {name: a, rir: MARS, latitude: 1, "
		     "longitude: 1, resolvers: [" RESOLVER "]}\n  listen: [\"127.0.0.1:1\"]\n"
		     "  tls: {certificate: /c, key: /k}\n  signing_key: /s\n  issuer_domains: "
		     "[c.test]\n",
		     "t.yaml:3:3: rir: \"MARS\" is none of AFRINIC, APNIC, ARIN, LACNIC, RIPE NCC");
}

TEST(evidence_is_kept_for_two_years_or_as_long_as_the_log)
{
	expect_fault(PRIMARY "  evidence: {keep_days: 730}\n",
		     "t.yaml:8:3: keep_days: evidence is kept for two years at least (BR 5.4.3); "
		     "write 731 or more, or 0 to keep it as long as the audit log");
	struct config *config = read_text(PRIMARY "  evidence: {store: refused, keep_days: 731}\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	CU_ASSERT_EQUAL(config->evidence.store, CONFIG_EVIDENCE_REFUSED);
	CU_ASSERT_EQUAL(config->evidence.keep_days, 731);
	CU_ASSERT_EQUAL(config->evidence.max_megabytes, 0);
	config_free(config);
}

TEST(the_printed_example_is_a_configuration)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	config_print_example(out);
	fclose(out);
	struct config *config = config_read_document("example", text, length, &fault);
	CU_ASSERT_PTR_NOT_NULL(config);
	if (config == NULL) {
		fprintf(stderr, "\n%s\n", fault.text);
	}
	config_free(config);
	free(text);
}

TEST_MAIN(config_file, T(a_primary_is_read_with_its_remotes),
	  T(defaults_hold_also_in_sections_that_are_not_there),
	  T(resolution_is_iterative_unless_the_file_says_stub),
	  T(trusted_upstreams_of_the_other_section_are_counted), T(every_caa_switch_is_a_key),
	  T(faults_say_where_and_what), T(what_does_not_go_together_is_refused),
	  T(evidence_is_kept_for_two_years_or_as_long_as_the_log),
	  T(the_printed_example_is_a_configuration))

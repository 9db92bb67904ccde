// SPDX-License-Identifier: BSD-3-Clause
// parallaxd as a process: start, control socket, reload, end, and what goes wrong on the way.

#include "cunit_runner.h"

#include <parallax/base/attributes.h>

#include "daemon_fixture.h"

#include <jansson.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned count_records(const char *kind)
{
	json_t *shown =
		daemon_ask(&fixture.primary, "audit.show", json_pack("{s:s}", "kind", kind));
	size_t count = json_array_size(json_object_get(shown, "records"));
	json_decref(shown);
	return (unsigned)count;
}

TEST(a_good_configuration_is_called_good)
{
	fixture_init(NULL);
	CU_ASSERT_EQUAL(daemon_run(&fixture.primary, "--check-config"), 0);
	CU_ASSERT_TRUE(daemon_log_has(&fixture.primary, "the configuration is good"));
	CU_ASSERT_EQUAL(daemon_run(&fixture.remote, "--check-config"), 0);
	fixture_fini();
}

TEST(a_bad_configuration_is_one_line_with_its_place)
{
	static const struct {
		const char *from, *to, *message;
	} bad[] = {
		{"role: primary", "rolle: primary", "one.yaml:2:3: "},
		{"rir: RIPE NCC, latitude: 52.3", "rir: EUROPE, latitude: 52.3",
		 "is none of AFRINIC, APNIC, ARIN, LACNIC, RIPE NCC"},
		{"issuer_domains: [ca.test]",
		 "issuer_domains: [ca.test]\n  profiles: {tls: {mode: report-only}}",
		 "when the rules demand enforce"},
		{"role: primary", "role: primary\n  resolution: recursive",
		 "one.yaml:3:15: resolution: \"recursive\" is none of iterative, stub"},
		{"control:\n",
		 "dataplane: {upstreams: [192.0.2.53]}\ncontrol:\n  resolution: stub\n",
		 "mark one of `dataplane: upstreams:` as trusted, or set resolution: iterative"},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		fixture_init(NULL);
		daemon_edit_config(&fixture.primary, bad[i].from, bad[i].to);
		CU_ASSERT_EQUAL(daemon_run(&fixture.primary, "--check-config"), 1);
		CU_ASSERT_TRUE(daemon_log_has(&fixture.primary, bad[i].message));
		CU_ASSERT_EQUAL(daemon_run(&fixture.primary, NULL), 1);
		fixture_fini();
	}
}

// A remote need not validate, and upstreams that are not in the file may be trusted ones.
TEST(stub_look_ups_of_a_primary_need_a_trusted_upstream)
{
	static const char *const good[] = {
		"control:\n  resolution: stub\n",
		"dataplane: {upstreams: [192.0.2.53]}\ncontrol:\n",
		"dataplane: {upstreams: [192.0.2.53, \"192.0.2.54,trusted\"]}\ncontrol:\n  "
		"resolution: "
		"stub\n",
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(good); i++) {
		fixture_init(NULL);
		daemon_edit_config(&fixture.primary, "control:\n", good[i]);
		CU_ASSERT_EQUAL(daemon_run(&fixture.primary, "--check-config"), 0);
		fixture_fini();
	}
	fixture_init(NULL);
	daemon_edit_config(&fixture.remote, "control:\n",
			   "dataplane: {upstreams: [192.0.2.53]}\ncontrol:\n  resolution: stub\n");
	CU_ASSERT_EQUAL(daemon_run(&fixture.remote, "--check-config"), 0);
	fixture_fini();
}

TEST(a_wrong_flag_ends_with_one)
{
	fixture_init(NULL);
	CU_ASSERT_EQUAL(daemon_run(&fixture.primary, "--nonsense"), 1);
	CU_ASSERT_TRUE(daemon_log_has(&fixture.primary, "--help lists all flags"));
	CU_ASSERT_EQUAL(daemon_run(&fixture.primary, "--version"), 0);
	CU_ASSERT_EQUAL(daemon_run(&fixture.primary, "--help"), 0);
	fixture_fini();
}

TEST(a_missing_file_is_told_at_the_start)
{
	static const char *const files[] = {"one-sign.key", "one.pem", "ca.pem"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(files); i++) {
		char path[160];
		fixture_init(NULL);
		snprintf(path, sizeof(path), "%s/%s", fixture.directory, files[i]);
		CU_ASSERT_EQUAL(unlink(path), 0);
		CU_ASSERT_EQUAL(daemon_run(&fixture.primary, NULL), 1);
		CU_ASSERT_TRUE(daemon_log_has(&fixture.primary, "event=start_failed"));
		CU_ASSERT_TRUE(daemon_log_has(&fixture.primary, files[i]));
		fixture_fini();
	}
}

TEST(a_primary_without_dataplane_says_so)
{
	fixture_init(NULL);
	daemon_start(&fixture.primary);
	json_t *status = daemon_ask(&fixture.primary, "status.get", NULL);
	CU_ASSERT_STRING_EQUAL(member_text(status, "program"), "parallaxd");
	CU_ASSERT_STRING_EQUAL(member_text(status, "state"), "running");
	CU_ASSERT_STRING_EQUAL(member_text(status, "role"), "primary");
	CU_ASSERT_TRUE(json_is_false(member(status, "dataplane/attached")));
	CU_ASSERT_TRUE(json_is_false(member(status, "dataplane/responding")));
	CU_ASSERT_STRING_EQUAL(member_text(status, "dataplane/state"), "not attached");
	CU_ASSERT_STRING_EQUAL(member_text(status, "validation/resolution"), "iterative");
	CU_ASSERT_TRUE(json_is_true(member(status, "validation/required")));
	CU_ASSERT_TRUE(json_is_true(member(status, "validation/compliant")));
	CU_ASSERT_TRUE(json_is_true(member(status, "audit/writable")));
	CU_ASSERT_TRUE(json_is_null(member(status, "audit/checkpoint_fault")));
	CU_ASSERT_TRUE(json_is_null(member(status, "audit/head_fault")));
	CU_ASSERT_STRING_EQUAL(member_text(status, "modes/0/mode"), "enforce");
	CU_ASSERT_STRING_EQUAL(member_text(status, "clock/state"), "ok");
	CU_ASSERT_STRING_EQUAL(member_text(status, "certificates/0/state"), "expiring"); // a day
	CU_ASSERT_TRUE(daemon_log_has(&fixture.primary, "event=certificate "));
	CU_ASSERT_EQUAL(json_integer_value(member(status, "remotes/configured")), 1);
	json_decref(status);
	json_t *counters = daemon_ask(&fixture.primary, "counters.get", NULL);
	CU_ASSERT_TRUE(
		json_is_integer(member(counters, "lookups/finished_by_dnssec/iterative/secure")));
	CU_ASSERT_TRUE(
		json_is_integer(member(counters, "lookups/finished_by_dnssec/stub/unchecked")));
	json_decref(counters);
	json_decref(daemon_ask(&fixture.primary, "rpc.describe", NULL));
	fixture_fini();
}

TEST(a_remote_answers_its_primary_with_an_error_while_its_dataplane_is_away)
{
	fixture_init(NULL);
	daemon_edit_config(&fixture.remote, "  callers",
			   "  limits: {lookup_timeout: 500ms}\n  callers");
	daemon_start(&fixture.remote);
	daemon_start(&fixture.primary);
	json_t *test =
		daemon_ask(&fixture.primary, "perspectives.test",
			   json_pack("{s:s, s:s}", "name", "fra-1", "domain", "www.example.test"));
	CU_ASSERT_TRUE(json_is_true(member(test, "answered")));
	CU_ASSERT_STRING_EQUAL(member_text(test, "answer/outcome"), "error");
	CU_ASSERT_STRING_EQUAL(member_text(test, "answer/reason"), "lookup-failed");
	CU_ASSERT_STRING_EQUAL(member_text(test, "answer/evidence/dns/0/status"), "LOST");
	json_decref(test);
	test = daemon_ask(&fixture.primary, "perspectives.test",
			  json_pack("{s:s, s:s}", "name", "fra-1", "domain", "no_name"));
	CU_ASSERT_STRING_EQUAL(member_text(test, "answer/reason"), "bad-request");
	// Without its time the primary would take it for malformed, and record that.
	CU_ASSERT_STRING_NOT_EQUAL(member_text(test, "answer/time"), "");
	json_decref(test);
	json_t *list = daemon_ask(&fixture.primary, "perspectives.list", NULL);
	CU_ASSERT_STRING_EQUAL(member_text(list, "perspectives/1/state"), "up");
	json_decref(list);
	fixture_fini();
}

TEST(a_test_of_a_perspective_outlasts_a_reload)
{
	fixture_init(NULL);
	daemon_edit_config(&fixture.remote,
			   "  callers:", "  limits: {lookup_timeout: 200ms}\n  callers:");
	daemon_start(&fixture.remote);
	daemon_start(&fixture.primary);
	int fd = daemon_send(&fixture.primary, "perspectives.test",
			     json_pack("{s:s}", "name", "fra-1"));
	json_decref(daemon_ask(&fixture.primary, "config.reload", NULL));
	json_t *answer = daemon_receive(fd);
	CU_ASSERT_STRING_EQUAL(member_text(answer, "result/cause"), "answered");
	json_decref(answer);
	fixture_fini();
}

TEST(a_drained_perspective_is_asked_no_more_until_it_is_resumed)
{
	fixture_init(NULL);
	daemon_start(&fixture.primary);
	json_t *one = daemon_ask(&fixture.primary, "perspectives.drain",
				 json_pack("{s:s}", "name", "fra-1"));
	CU_ASSERT_TRUE(json_is_true(member(one, "draining")));
	json_decref(one);
	json_decref(daemon_ask(&fixture.primary, "config.reload", NULL));
	json_t *status = daemon_ask(&fixture.primary, "status.get", NULL);
	CU_ASSERT_EQUAL(json_integer_value(member(status, "remotes/draining")), 1);
	json_decref(status);
	one = daemon_ask(&fixture.primary, "perspectives.resume",
			 json_pack("{s:s}", "name", "fra-1"));
	CU_ASSERT_TRUE(json_is_false(member(one, "draining")));
	json_decref(one);
	for (unsigned i = 0; i < 4000 && count_records("perspective") < 2; i++) {
	}
	json_t *shown = daemon_ask(&fixture.primary, "audit.show",
				   json_pack("{s:s}", "kind", "perspective"));
	CU_ASSERT_EQUAL(json_array_size(member(shown, "records")), 2);
	CU_ASSERT_STRING_EQUAL(member_text(shown, "records/0/body/perspective"), "fra-1");
	CU_ASSERT_STRING_EQUAL(member_text(shown, "records/0/body/to"), "drained");
	CU_ASSERT_STRING_EQUAL(member_text(shown, "records/1/body/to"), "asked");
	json_decref(shown);
	json_t *refused = daemon_call(&fixture.primary, "perspectives.drain",
				      json_pack("{s:s}", "name", "gru-1"));
	CU_ASSERT_STRING_EQUAL(member_text(refused, "error/data/pointer"), "/params/name");
	json_decref(refused);
	fixture_fini();
}

static json_t *mode_params(const char *mode, bool is_forced)
{
	return json_pack("{s:s, s:s, s:s, s:b}", "profile", "tls", "mode", mode, "reason",
			 "a drill", "force", (int)is_forced);
}

TEST(a_switch_of_the_mode_is_recorded_and_outlives_the_daemon)
{
	fixture_init(NULL);
	daemon_start(&fixture.primary);
	json_t *answer =
		daemon_call(&fixture.primary, "mode.set", mode_params("report-only", false));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(member_text(answer, "error/message"), "weaker than the rules"));
	json_decref(answer);
	answer = daemon_ask(&fixture.primary, "mode.set", mode_params("report-only", true));
	CU_ASSERT_STRING_EQUAL(member_text(answer, "change/to"), "report-only");
	CU_ASSERT_TRUE(json_is_false(member(answer, "change/compliant")));
	CU_ASSERT_PTR_NOT_NULL(strstr(member_text(answer, "change/actor"), "uid "));
	json_decref(answer);
	kill(fixture.primary.pid, SIGKILL);
	CU_ASSERT_EQUAL(daemon_wait(&fixture.primary), 128 + SIGKILL);
	daemon_start(&fixture.primary);
	answer = daemon_ask(&fixture.primary, "mode.get", NULL);
	CU_ASSERT_STRING_EQUAL(member_text(answer, "modes/0/mode"), "report-only");
	CU_ASSERT_STRING_EQUAL(member_text(answer, "modes/0/reason"), "a drill");
	json_decref(answer);
	json_decref(daemon_ask(&fixture.primary, "mode.release",
			       json_pack("{s:s, s:s}", "profile", "tls", "reason", "over")));
	answer = daemon_ask(&fixture.primary, "mode.get", NULL);
	CU_ASSERT_STRING_EQUAL(member_text(answer, "modes/0/mode"), "enforce");
	json_decref(answer);
	CU_ASSERT(count_records("mode-change") >= 5); // three by the schedule, two by hand
	answer = daemon_ask(&fixture.primary, "audit.verify", NULL);
	CU_ASSERT_TRUE(json_is_true(member(answer, "intact")));
	json_decref(answer);
	fixture_fini();
}

static json_t *window_params(const char *name, const char *start)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "profile", "tls", "name", name,
			 "mode", "test-window", "start", start, "end", "2098-01-01T00:00:00Z",
			 "reason", "a drill", "force", 1);
}

TEST(an_added_window_holds_outlives_daemon_and_reload_and_is_removed_again)
{
	fixture_init(NULL);
	daemon_start(&fixture.primary);
	json_t *answer =
		daemon_ask(&fixture.primary, "schedule.add", window_params("drill", "now"));
	CU_ASSERT_PTR_NOT_NULL(strstr(member_text(answer, "actor"), "uid "));
	json_decref(answer);
	kill(fixture.primary.pid, SIGKILL);
	CU_ASSERT_EQUAL(daemon_wait(&fixture.primary), 128 + SIGKILL);
	daemon_start(&fixture.primary);
	json_decref(daemon_ask(&fixture.primary, "config.reload", NULL));
	answer = daemon_ask(&fixture.primary, "mode.get", NULL);
	CU_ASSERT_STRING_EQUAL(member_text(answer, "modes/0/mode"), "test-window");
	CU_ASSERT_STRING_EQUAL(member_text(answer, "modes/0/reason"), "window drill");
	CU_ASSERT_TRUE(json_is_false(member(answer, "modes/0/compliant")));
	json_decref(answer);
	daemon_edit_config(&fixture.primary, "issuer_domains: [ca.test]",
			   "issuer_domains: [ca.test]\n  profiles: {tls: {schedule: [{name: later, "
			   "mode: enforce, start: 2097-12-31T00:00:00Z, end: "
			   "2098-02-01T00:00:00Z}]}}");
	answer = daemon_call(&fixture.primary, "config.reload", NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(member_text(answer, "error/message"), "overlap"));
	json_decref(answer);
	json_decref(daemon_ask(
		&fixture.primary, "schedule.remove",
		json_pack("{s:s, s:s, s:s}", "profile", "tls", "name", "drill", "reason", "over")));
	json_decref(daemon_ask(&fixture.primary, "config.reload", NULL));
	answer = daemon_ask(&fixture.primary, "mode.get", NULL);
	CU_ASSERT_STRING_EQUAL(member_text(answer, "modes/0/mode"), "enforce");
	json_decref(answer);
	answer = daemon_ask(&fixture.primary, "mode.schedule", NULL);
	CU_ASSERT_EQUAL(json_array_size(member(answer, "windows")), 1);
	CU_ASSERT_STRING_EQUAL(member_text(answer, "windows/0/actor"), "configuration");
	json_decref(answer);
	answer = daemon_ask(&fixture.primary, "audit.verify", NULL);
	CU_ASSERT_TRUE(json_is_true(member(answer, "intact")));
	json_decref(answer);
	fixture_fini();
}

TEST(a_reload_takes_a_new_schedule_and_is_recorded)
{
	fixture_init(NULL);
	daemon_start(&fixture.primary);
	unsigned before = count_records("configuration");
	daemon_edit_config(
		&fixture.primary, "issuer_domains: [ca.test]",
		"issuer_domains: [ca.test]\n  profiles: {tls: {mode: report-only, force: true}}");
	json_decref(daemon_ask(&fixture.primary, "config.reload", NULL));
	json_t *modes = daemon_ask(&fixture.primary, "mode.get", NULL);
	CU_ASSERT_STRING_EQUAL(member_text(modes, "modes/0/mode"), "report-only");
	CU_ASSERT_TRUE(json_is_false(member(modes, "modes/0/compliant")));
	json_decref(modes);
	CU_ASSERT_EQUAL(count_records("configuration"), before + 1);
	json_t *status = daemon_ask(&fixture.primary, "status.get", NULL);
	CU_ASSERT_EQUAL(json_integer_value(member(status, "configuration/reloads")), 1);
	json_decref(status);
	fixture_fini();
}

TEST(a_reload_of_a_bad_file_changes_nothing)
{
	fixture_init(NULL);
	daemon_start(&fixture.primary);
	unsigned before = count_records("configuration");
	daemon_edit_config(&fixture.primary, "  issuer_domains", "  nonsense: 1\n  issuer_domains");
	json_t *answer = daemon_call(&fixture.primary, "config.reload", NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(member_text(answer, "error/message"), "nonsense"));
	json_decref(answer);
	daemon_edit_config(&fixture.primary, "  nonsense: 1\n", "");
	daemon_edit_config(&fixture.primary, "one.sock", "two.sock");
	answer = daemon_call(&fixture.primary, "config.reload", NULL);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(member_text(answer, "error/message"), "socket cannot change"));
	json_decref(answer);
	CU_ASSERT_EQUAL(count_records("configuration"), before);
	CU_ASSERT_TRUE(daemon_log_has(&fixture.primary, "event=reload_failed"));
	fixture_fini();
}

TEST(a_drain_ends_the_daemon_and_says_who_asked)
{
	fixture_init(NULL);
	daemon_start(&fixture.primary);
	json_decref(daemon_ask(&fixture.primary, "drain.start", NULL));
	CU_ASSERT_EQUAL(daemon_wait(&fixture.primary), 0);
	CU_ASSERT_TRUE(daemon_log_has(&fixture.primary, "event=drained"));
	CU_ASSERT_NOT_EQUAL(access(fixture.primary.socket, F_OK), 0);
	daemon_start(&fixture.primary);
	json_t *shown =
		daemon_ask(&fixture.primary, "audit.show", json_pack("{s:s}", "kind", "stop"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(member_text(shown, "records/0/body/reason"), "drain.start by "));
	json_decref(shown);
	fixture_fini();
}

TEST(a_new_log_continues_the_one_that_was_archived)
{
	char log[160], archived[160], keys[320];
	fixture_init(NULL);
	snprintf(log, sizeof(log), "%s/audit.db", fixture.directory);
	snprintf(archived, sizeof(archived), "%s/archived.db", fixture.directory);
	snprintf(keys, sizeof(keys), "role: primary\n  previous_audit_log: %s", archived);
	daemon_start(&fixture.primary);
	kill(fixture.primary.pid, SIGTERM);
	CU_ASSERT_EQUAL(daemon_wait(&fixture.primary), 0);
	CU_ASSERT_EQUAL(rename(log, archived), 0);
	snprintf(log, sizeof(log), "%s/audit.db.head", fixture.directory);
	CU_ASSERT_EQUAL(unlink(log), 0);
	daemon_edit_config(&fixture.primary, "role: primary", keys);
	daemon_start(&fixture.primary);
	json_t *shown =
		daemon_ask(&fixture.primary, "audit.show", json_pack("{s:s}", "kind", "genesis"));
	const json_t *previous = member(shown, "records/0/body/previous_log");
	CU_ASSERT_TRUE(json_integer_value(member(previous, "sequence")) >= 4); // to its `stop`
	CU_ASSERT_EQUAL(json_string_length(member(previous, "hash")), 64);
	json_decref(shown);
	json_t *verified = daemon_ask(&fixture.primary, "audit.verify", NULL);
	CU_ASSERT_TRUE(json_is_true(member(verified, "intact")));
	json_decref(verified);
	fixture_fini();
}

TEST(an_export_is_made_once_and_only_beside_the_log)
{
	char path[160];
	fixture_init(NULL);
	daemon_start(&fixture.primary);
	json_t *none = daemon_call(&fixture.primary, "audit.export",
				   json_pack("{s:s, s:i}", "file", "log.ndjson", "first", 1000000));
	CU_ASSERT_PTR_NOT_NULL(json_object_get(none, "error")); // and leaves the name free
	json_decref(none);
	json_t *made = daemon_ask(&fixture.primary, "audit.export",
				  json_pack("{s:s}", "file", "log.ndjson"));
	CU_ASSERT(json_integer_value(member(made, "records")) >= 3);
	json_decref(made);
	snprintf(path, sizeof(path), "%s/log.ndjson", fixture.directory);
	CU_ASSERT_EQUAL(access(path, R_OK), 0);
	static const char *const refused[] = {"log.ndjson", "../log.ndjson", ".hidden"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(refused); i++) {
		json_t *answer = daemon_call(&fixture.primary, "audit.export",
					     json_pack("{s:s}", "file", refused[i]));
		CU_ASSERT_PTR_NOT_NULL(json_object_get(answer, "error"));
		json_decref(answer);
	}
	json_t *report = daemon_ask(&fixture.primary, "audit.report", NULL);
	CU_ASSERT_EQUAL(json_integer_value(member(report, "totals/missing_count")), 0);
	json_decref(report);
	fixture_fini();
}

// Another signature of the same head: only the public key shows it.
static void forge_head(void)
{
	char path[160], text[2048];
	snprintf(path, sizeof(path), "%s/audit.db.head", fixture.directory);
	FILE *file = fopen(path, "r+");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	const char *start = strstr(text, "\"signature\":\"");
	CU_ASSERT_PTR_NOT_NULL_FATAL(start);
	start += strlen("\"signature\":\"");
	fseek(file, start - text, SEEK_SET);
	fputc(*start == '0' ? '1' : '0', file); // a digit of hexadecimal and of base64
	fclose(file);
}

TEST(a_head_that_the_daemon_did_not_sign_is_found)
{
	fixture_init(NULL);
	daemon_start(&fixture.primary);
	json_t *answer = NULL;
	do { // the first head is on its way to the disk
		json_decref(answer);
		answer = daemon_ask(&fixture.primary, "audit.verify", NULL);
	} while (json_is_false(member(answer, "head_checked")));
	CU_ASSERT_STRING_EQUAL(member_text(answer, "finding"), "intact");
	json_decref(answer);
	forge_head();
	answer = daemon_ask(&fixture.primary, "audit.verify", NULL);
	CU_ASSERT_STRING_EQUAL(member_text(answer, "finding"), "bad-head");
	CU_ASSERT_TRUE(json_is_false(member(answer, "intact")));
	json_decref(answer);
	fixture_fini();
}

TEST(a_remote_has_neither_modes_nor_an_audit_log)
{
	static const char *const methods[] = {"mode.get", "audit.verify", "audit.report"};
	fixture_init(NULL);
	daemon_start(&fixture.remote);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(methods); i++) {
		json_t *answer = daemon_call(&fixture.remote, methods[i], NULL);
		CU_ASSERT_PTR_NOT_NULL(strstr(member_text(answer, "error/message"), "primary"));
		json_decref(answer);
	}
	json_decref(daemon_ask(&fixture.remote, "config.reload", NULL));
	kill(fixture.remote.pid, SIGHUP);
	json_decref(daemon_ask(&fixture.remote, "status.get", NULL));
	kill(fixture.remote.pid, SIGINT);
	CU_ASSERT_EQUAL(daemon_wait(&fixture.remote), 0);
	fixture_fini();
}

TEST_MAIN(daemon_process, T(a_good_configuration_is_called_good),
	  T(a_bad_configuration_is_one_line_with_its_place),
	  T(stub_look_ups_of_a_primary_need_a_trusted_upstream), T(a_wrong_flag_ends_with_one),
	  T(a_missing_file_is_told_at_the_start), T(a_primary_without_dataplane_says_so),
	  T(a_remote_answers_its_primary_with_an_error_while_its_dataplane_is_away),
	  T(a_test_of_a_perspective_outlasts_a_reload),
	  T(a_drained_perspective_is_asked_no_more_until_it_is_resumed),
	  T(a_switch_of_the_mode_is_recorded_and_outlives_the_daemon),
	  T(an_added_window_holds_outlives_daemon_and_reload_and_is_removed_again),
	  T(a_reload_takes_a_new_schedule_and_is_recorded),
	  T(a_reload_of_a_bad_file_changes_nothing), T(a_drain_ends_the_daemon_and_says_who_asked),
	  T(a_new_log_continues_the_one_that_was_archived),
	  T(an_export_is_made_once_and_only_beside_the_log),
	  T(a_head_that_the_daemon_did_not_sign_is_found),
	  T(a_remote_has_neither_modes_nor_an_audit_log))

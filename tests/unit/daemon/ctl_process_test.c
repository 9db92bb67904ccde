// SPDX-License-Identifier: BSD-3-Clause
// parallaxctl against a real parallaxd: commands, tables, JSON, exit statuses.

#include "cunit_runner.h"
#include "daemon_fixture.h"

#include <parallax/base/attributes.h>

#include <jansson.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

#define WORDS_MAX 16

static char output[64 * 1024];

// Runs it to its end; stdout and stderr are in `output`.
static int ctl(const struct daemon_process *daemon, const char *const *words)
{
	char path[160];
	const char *arguments[WORDS_MAX + 4] = {"parallaxctl", "--socket", daemon->socket};
	unsigned count = 3;
	for (unsigned i = 0; words[i] != NULL; i++) {
		arguments[count++] = words[i];
	}
	snprintf(path, sizeof(path), "%s/ctl.out", fixture.directory);
	pid_t pid = fork();
	if (pid == 0) {
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		execv(PARALLAXCTL, (char **)(uintptr_t)arguments);
		_exit(127);
	}
	int status = 0;
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	FILE *file = fopen(path, "r");
	size_t length = file == NULL ? 0 : fread(output, 1, sizeof(output) - 1, file);
	output[length] = '\0';
	if (file != NULL) {
		fclose(file);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct use {
	const char *words[WORDS_MAX];
	int status;
	const char *shown;
};

static void run_uses(const struct use *uses, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int status = ctl(&fixture.primary, uses[i].words);
		bool is_right = status == uses[i].status && strstr(output, uses[i].shown) != NULL;
		if (!is_right) {
			printf("%s %s: %d\n%s\n", uses[i].words[0],
			       uses[i].words[1] != NULL ? uses[i].words[1] : "", status, output);
		}
		CU_ASSERT_TRUE(is_right);
	}
}

TEST(each_command_asks_and_shows)
{
	static const struct use uses[] = {
		{{"status"}, 0, "parallaxd"},
		{{"status"}, 0, "report-only"}, // by the calendar below
		{{"mode", "get"}, 0, "RULES DEMAND"},
		{{"mode", "schedule"}, 0, "the drill"},
		{{"mode", "schedule", "add", "tls", "another", "enforce", "2098-02-01T10:00:00Z",
		  "2098-02-01T11:00:00Z", "announced to all"},
		 0,
		 "added"},
		{{"mode", "schedule"}, 0, "announced to all"},
		{{"mode", "schedule", "add", "tls", "third", "enforce", "2098-01-01T10:59:59Z",
		  "2098-01-01T11:30:00Z", "overlaps"},
		 1,
		 "\"third\" and \"the drill\""},
		{{"mode", "schedule", "add", "tls", "weak", "test-window", "now",
		  "2098-01-01T09:00:00Z", "why not"},
		 1,
		 "weaker than the rules"},
		{{"mode", "schedule", "add", "tls", "odd", "enforce", "tomorrow",
		  "2098-01-01T09:00:00Z", "why not"},
		 1,
		 "start must be a time in UTC"},
		{{"mode", "schedule", "add", "tls", "short"}, 1, "MODE is missing"},
		{{"mode", "schedule", "remove", "tls", "another", "called off"}, 0, "removed"},
		{{"mode", "schedule", "remove", "tls", "the drill", "called off"},
		 1,
		 "in the configuration file"},
		{{"mode", "schedule", "remove", "tls"}, 1, "NAME is missing"},
		{{"mode", "schedule", "delete", "tls"}, 1, "there is also mode schedule add"},
		{{"audit", "show", "--kind", "mode-change"}, 0, "action=removed"},
		{{"audit", "show", "--kind", "mode-change"}, 0, "window=another"},
		{{"order", "get"}, 1, "ID is missing"},
		{{"order", "get", "short"}, 1, "it must have 26\n"},
		{{"order", "/nowhere"}, 1, "order: unable to open /nowhere: No such file"},
		{{"lookup", "a.test", "TXT"}, 1, "it is one of parallax-dataplane"},
		{{"--nonsense", "status"}, 1, "no flag of parallaxctl itself"},
		{{"mode", "set", "tls", "enforce", "back to normal"}, 0, "back to normal"},
		{{"mode", "set", "tls", "test-window", "--reason", "a drill", "--force", "--until",
		  "2099-01-01T00:00:00Z"},
		 0,
		 "test-window"},
		{{"mode", "set", "smime", "report-only", "why not"}, 1, "weaker than the rules"},
		{{"mode", "set", "tls", "enforce"}, 1, "REASON is missing"},
		{{"mode", "release", "tls", "over"}, 0, "over"},
		{{"mode", "release", "tls", "twice"}, 1, "nothing to release"},
		{{"perspectives", "list"}, 0, "fra-1"},
		{{"perspectives", "drain", "fra-1"}, 0, "draining"},
		{{"perspectives", "resume", "fra-1"}, 0, "draining"},
		{{"perspectives", "test", "fra-1"}, 2, "unreachable"},
		{{"audit", "verify"}, 0, "intact"},
		{{"audit", "verify", "--signatures"}, 0, "signatures"},
		{{"audit", "show", "--kind", "mode-change", "--limit", "2"}, 0, "there are more"},
		{{"audit", "show", "--kind", "nonsense"}, 1, "kind must be"},
		{{"audit", "export", "all.ndjson"}, 0, "records"},
		{{"audit", "report"}, 0, "missing_count"},
		{{"config", "reload"}, 0, "reloaded"},
		{{"counters"}, 0, "lookups"},
		{{"watch", "--count", "1"}, 0, "dataplane NOT ATTACHED"},
		{{"watch", "--count", "2"}, 0, "orders issued"},
		{{"watch", "--count", "1"}, 0, "RULES DEMAND"},
		{{"watch", "--count", "1"}, 0, "fra-1"},
		{{"--json", "watch", "--count", "1"}, 0, "\"perspectives\":[{"},
		{{"describe"}, 0, "order.run"},
		{{"--json", "mode", "get"}, 0, "{\"modes\":[{"},
		{{"perspectives"}, 1, "needs another word"},
		{{"nonsense"}, 1, "there is no command"},
	};
	fixture_init(&(struct daemon_options_text) {
		.primary_extra = "  profiles: {tls: {mode: report-only, force: true, schedule: "
				 "[{name: the drill, "
				 "mode: test-window, start: 2098-01-01T10:00:00Z, end: "
				 "2098-01-01T11:00:00Z}]}}\n"});
	daemon_start(&fixture.primary);
	run_uses(uses, PLX_ARRAY_SIZE(uses));
	fixture_fini();
}

TEST(an_order_is_a_file_or_the_word_itself_and_a_refusal_is_two)
{
	char good[160], bad[160];
	fixture_init(&(struct daemon_options_text) {.primary_extra =
							    "  limits: {lookup_timeout: 200ms}\n"});
	daemon_start(&fixture.primary);
	snprintf(good, sizeof(good), "%s/order.json", fixture.directory);
	snprintf(bad, sizeof(bad), "%s/bad.json", fixture.directory);
	FILE *file = fopen(good, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs("{\"profile\":\"tls\",\"identifiers\":[{\"type\":\"dns\",\"value\":\"www.example."
	      "test\","
	      "\"dcv\":{\"validation_method\":\"acme-dns-01\",\"key_authorization_hash\":"
	      "\"LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ\"}}]}",
	      file);
	fclose(file);
	file = fopen(bad, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs("{\"profile\":\n oops}", file);
	fclose(file);
	const struct use uses[] = {
		{{"order", good}, 2, "www.example.test"},
		{{"order", good}, 2, "perspective-down"},
		{{"order", bad}, 1, "bad.json:2:"},
		{{"readiness", "--input", good}, 2, "1 of 1 identifiers would fail"},
		{{"readiness", "--input", bad}, 2, "line 2: \"oops}\" is not an order"},
		{{"order", "/nowhere/order.json"}, 1, "/nowhere/order.json"},
		{{"order", "{\"profile\":\"tls\"}"}, 1, "identifiers"},
		{{"order", "get", "01ARZ3NDEKTSV4RRFFQ69G5FAV"}, 1, "there is no such order"},
		{{"audit", "report"}, 0, "www.example.test"},
	};
	run_uses(uses, PLX_ARRAY_SIZE(uses));
	fixture_fini();
}

TEST(a_daemon_that_is_not_there_is_three)
{
	static const struct use uses[] = {{{"status"}, 3, "is the daemon running"}};
	fixture_init(NULL);
	run_uses(uses, PLX_ARRAY_SIZE(uses));
	fixture_fini();
}

TEST(a_drain_ends_the_daemon)
{
	static const struct use uses[] = {{{"drain"}, 0, "draining"}};
	fixture_init(NULL);
	daemon_start(&fixture.primary);
	run_uses(uses, PLX_ARRAY_SIZE(uses));
	CU_ASSERT_EQUAL(daemon_wait(&fixture.primary), 0);
	fixture_fini();
}

TEST_MAIN(ctl_process, T(each_command_asks_and_shows),
	  T(an_order_is_a_file_or_the_word_itself_and_a_refusal_is_two),
	  T(a_daemon_that_is_not_there_is_three), T(a_drain_ends_the_daemon))

// SPDX-License-Identifier: BSD-3-Clause

#include "explain_command.h"

#include <parallax/base/error.h>
#include <parallax/evidence/evidence.h>
#include <parallax/evidence/explain.h>
#include <parallax/evidence/replay.h>

#include "command_line.h"
#include "command_run.h"
#include "evidence_file.h"
#include "exit_status.h"
#include "show.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// --FLAG PATH or --FLAG=PATH; how many words that are, 0: another one.
static unsigned path_flag(const struct command_words *words, unsigned index, const char *flag,
			  const char **ret_path)
{
	const char *word = words->word[index];
	size_t length = strlen(flag);
	if (strncmp(word, flag, length) != 0 || (word[length] != '\0' && word[length] != '=')) {
		return 0;
	}
	if (word[length] == '=') {
		*ret_path = word + length + 1;
		return 1;
	}
	*ret_path = index + 1 < words->count ? words->word[index + 1] : "";
	return 2;
}

int path_option_take(struct command_words *words, const char *flag, const char **ret_path)
{
	struct command_words rest = {.count = 0};
	const char *path = NULL;
	for (unsigned i = 0; i < words->count;) {
		unsigned taken = path_flag(words, i, flag, &path);
		if (taken == 0) {
			rest.word[rest.count++] = words->word[i];
			taken = 1;
		}
		i += taken;
	}
	if (path != NULL && path[0] == '\0') {
		return -EINVAL;
	}
	*words = rest;
	*ret_path = path;
	return 0;
}

int explain_options_take(struct command_words *words, struct explain_options *ret_options,
			 struct command_fault *fault)
{
	struct explain_options options = {NULL, NULL};
	if (path_option_take(words, "--evidence", &options.evidence_path) != 0 ||
	    path_option_take(words, "--output", &options.output_path) != 0) {
		return command_fault(fault, "explain: --evidence and --output take a path");
	}
	if (options.evidence_path != NULL && words->count > 1) {
		return command_fault(fault,
				     "explain: with --evidence, the question is in the file");
	}
	*ret_options = options;
	return 0;
}

static int read_answer(const json_t *result, struct plx_evidence **ret_evidence)
{
	char fault[PLX_EVIDENCE_FAULT_MAX];
	char *text = json_dumps(result, JSON_COMPACT);
	int error = text == NULL ? -1 : plx_evidence_read(text, strlen(text), ret_evidence, fault);
	if (error != 0) {
		fprintf(stderr, "parallaxctl: explain: the dataplane's answer is no evidence: %s\n",
			text == NULL ? "not enough memory" : fault);
	}
	free(text);
	return error == 0 ? EXIT_DONE : EXIT_FAILURES;
}

// ret_status: what the command ends with once the evidence is shown; of a file, its look-up is not this command's.
static int obtain(const struct command *command, struct plx_evidence **ret_evidence,
		  int *ret_status)
{
	if (command->explain.evidence_path != NULL) {
		return evidence_file_read("explain", command->explain.evidence_path,
					  ret_evidence) == 0
			       ? EXIT_DONE
			       : EXIT_FAILURES;
	}
	json_t *result = NULL;
	int status = command_ask(command, &result);
	if (status == EXIT_DONE) {
		status = read_answer(result, ret_evidence);
	}
	if (!result_is_success("lookup.run", json_object_get(result, "result"))) {
		*ret_status = EXIT_FAILURES;
	}
	json_decref(result);
	return status;
}

static bool wants_colours(void)
{
	const char *terminal = getenv("TERM");
	const char *none = getenv("NO_COLOR");
	return isatty(STDOUT_FILENO) && (none == NULL || none[0] == '\0') && terminal != NULL &&
	       strcmp(terminal, "dumb") != 0;
}

int explain_command_run(const struct command *command)
{
	struct plx_evidence *evidence = NULL;
	struct plx_text text = plx_text_growing();
	int status = EXIT_DONE;
	int error = obtain(command, &evidence, &status);
	if (error != EXIT_DONE) {
		return error;
	}
	if (command->explain.output_path != NULL &&
	    evidence_file_write("explain", command->explain.output_path, evidence) != 0) {
		status = EXIT_FAILURES;
	}
	error = command->wants_json ? plx_evidence_write(evidence, &text)
				    : plx_explain(evidence, wants_colours(), &text);
	if (error == 0) {
		fwrite(text.bytes, 1, text.length, stdout);
	} else {
		fprintf(stderr, "parallaxctl: explain: %s\n", plx_error_text(error));
		status = EXIT_FAILURES;
	}
	plx_text_free(&text);
	plx_evidence_destroy(evidence);
	return status;
}

static void print_difference(void *context, const char *where, const char *what)
{
	json_t *list = context;
	if (list == NULL) {
		printf("%s: %s\n", where, what);
	} else {
		json_array_append_new(list, json_pack("{ss ss}", "where", where, "what", what));
	}
}

static void print_report(const struct plx_replay_report *report, json_t *differences)
{
	const char *verdict = plx_replay_verdict_name(report->verdict);
	if (differences == NULL) {
		printf("%s: %u queries, %u responses, %u proofs; the servers of %u queries were "
		       "remembered\n",
		       verdict, report->queries, report->responses, report->proofs,
		       report->remembered_servers);
		return;
	}
	json_t *object = json_pack("{ss si si si si sO}", "verdict", verdict, "queries",
				   (int)report->queries, "responses", (int)report->responses,
				   "proofs", (int)report->proofs, "remembered_servers",
				   (int)report->remembered_servers, "differences", differences);
	json_dumpf(object, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	fputc('\n', stdout);
	json_decref(object);
}

int replay_command_run(const char *path, bool wants_json)
{
	struct plx_replay_report report = {.verdict = PLX_REPLAY_NOT_EVALUATED};
	struct plx_evidence *evidence = NULL;
	if (evidence_file_read("replay", path, &evidence) != 0) {
		return REPLAY_EXIT_UNREADABLE;
	}
	json_t *differences = wants_json ? json_array() : NULL;
	int error = plx_replay(evidence, print_difference, differences, &report);
	plx_evidence_destroy(evidence);
	if (error != 0) {
		fprintf(stderr, "parallaxctl: replay: %s\n", plx_error_text(error));
	} else {
		print_report(&report, differences);
	}
	json_decref(differences);
	switch (report.verdict) {
	case PLX_REPLAY_AGREES:
		return REPLAY_EXIT_AGREES;
	case PLX_REPLAY_DIFFERS:
		return REPLAY_EXIT_DIFFERS;
	case PLX_REPLAY_NOT_EVALUATED:
		break;
	}
	return REPLAY_EXIT_UNREADABLE;
}

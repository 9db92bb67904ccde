// SPDX-License-Identifier: BSD-3-Clause
// Plays scenario files against the resolver engine, in virtual time. The dialect is told in docs/scenarios.md.
//   play [--broken SUBJECT] [--json] [--sha1] [--trace] FILE...
// A file passes when the engine passes it and the deliberately wrong subjects do not: otherwise it proves nothing.

#include "player.h"

#include <jansson.h>

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum exit_status { EXIT_PASSED = 0, EXIT_FAILED = 1, EXIT_BAD_SCENARIO = 2 };

struct options {
	struct world_options world;
	bool is_broken_only;
	bool prints_json;
};

static void print_help(FILE *file)
{
	fputs("usage: play [--broken SUBJECT] [--json] [--sha1] [--trace] FILE...\n"
	      "Plays scenarios (docs/scenarios.md) against the resolver engine, in virtual time.\n"
	      "A file *.rpl, or one with settings such as stub-addr, is looked up from the root;\n"
	      "any other through the upstream resolvers that it names.\n"
	      "  --broken SUBJECT  play against a wrong subject alone: servfail fails every "
	      "look-up,\n"
	      "                    empty finds no records for any, unvalidated believes "
	      "everything\n"
	      "  --json            one line a file: which subjects passed\n"
	      "  --sha1            DNSSEC by the rules of the test profile: SHA-1, short keys\n"
	      "  --trace           print queries, replies and results with their times\n"
	      "  --help, --version\n"
	      "exit status: 0 passed, 1 failed or proves nothing, 2 wrong usage or scenario file\n",
	      file);
}

static char *read_file(const char *path, size_t *ret_length)
{
	FILE *file = fopen(path, "rb");
	char *text = malloc(SCENARIO_FILE_MAX + 1);
	if (file == NULL || text == NULL) {
		fprintf(stderr, "%s: cannot be read: %s\n", path, strerror(errno));
		goto fail;
	}
	*ret_length = fread(text, 1, SCENARIO_FILE_MAX + 1, file);
	if (ferror(file) || *ret_length > SCENARIO_FILE_MAX) {
		fprintf(stderr, "%s: cannot be read, or has more than %u octets\n", path,
			SCENARIO_FILE_MAX);
		goto fail;
	}
	fclose(file);
	return text;
fail:
	if (file != NULL) {
		fclose(file);
	}
	free(text);
	return NULL;
}

static void print_fault(FILE *file, const char *path, const char *what,
			const struct scenario_fault *fault)
{
	fprintf(file, "%s:%u: %s%s\n", path, fault->line, what, fault->text);
}

static enum exit_status play_subject(const char *path, const struct scenario *scenario,
				     const struct world_options *options)
{
	struct scenario_fault fault = {0};
	switch (scenario_play(scenario, options, &fault)) {
	case PLAY_PASSED:
		return EXIT_PASSED;
	case PLAY_FAILED:
		if (options->subject == SUBJECT_ENGINE || options->trace != NULL) {
			print_fault(stderr, path, "failed: ", &fault);
		}
		return EXIT_FAILED;
	case PLAY_INVALID:
		break;
	}
	print_fault(stderr, path, "", &fault);
	return EXIT_BAD_SCENARIO;
}

static bool is_wrong(enum subject subject, bool is_iterative)
{
	return subject != SUBJECT_ENGINE && subject_is_played(subject, is_iterative);
}

// A wrong subject whose passing shows that the scenario proves nothing, or SUBJECT_COUNT. The stub's must all fail. Of
// the iterative ones one may pass: a scenario about iteration passes without validation too, and one about bogus answers
// when everything fails.
static enum subject find_futile(const enum exit_status *scores, bool is_iterative)
{
	enum subject passed = SUBJECT_COUNT;
	unsigned failed = 0;
	for (enum subject subject = 0; subject < SUBJECT_COUNT; subject++) {
		if (is_wrong(subject, is_iterative)) {
			passed = scores[subject] == EXIT_PASSED ? subject : passed;
			failed += scores[subject] != EXIT_PASSED;
		}
	}
	return is_iterative && failed > 0 ? SUBJECT_COUNT : passed;
}

static void print_json(const char *path, const struct scenario *scenario,
		       const enum exit_status *scores, enum exit_status status)
{
	json_t *subjects = json_object();
	for (enum subject subject = 0; subject < SUBJECT_COUNT; subject++) {
		if (subject_is_played(subject, scenario->is_iterative)) {
			json_object_set_new(subjects, subject_name(subject),
					    json_boolean(scores[subject] == EXIT_PASSED));
		}
	}
	json_t *line = json_pack("{s:s?, s:s?, s:b, s:o}", "file", path, "title", scenario->title,
				 "passed", status == EXIT_PASSED, "subjects", subjects);
	if (line != NULL && json_dumpf(line, stdout, 0) == 0) {
		putchar('\n');
	}
	json_decref(line);
}

static enum exit_status play_all_subjects(const char *path, const struct scenario *scenario,
					  const struct options *options)
{
	enum exit_status scores[SUBJECT_COUNT];
	struct world_options world_options = options->world;
	for (enum subject subject = 0; subject < SUBJECT_COUNT; subject++) {
		scores[subject] = EXIT_FAILED;
		if (subject_is_played(subject, scenario->is_iterative)) {
			world_options.subject = subject;
			scores[subject] = play_subject(path, scenario, &world_options);
			world_options.trace = NULL;
		}
		if (scores[SUBJECT_ENGINE] != EXIT_PASSED) {
			break;
		}
	}
	enum exit_status status = scores[SUBJECT_ENGINE];
	enum subject futile = find_futile(scores, scenario->is_iterative);
	if (status == EXIT_PASSED && futile != SUBJECT_COUNT) {
		fprintf(stderr,
			"%s: proves nothing: the wrong subject \"%s\" passes as well; "
			"check an answer that only a right engine gives\n",
			path, subject_name(futile));
		status = EXIT_FAILED;
	}
	if (options->prints_json) {
		print_json(path, scenario, scores, status);
	} else if (status == EXIT_PASSED) {
		printf("%s: passed: %s\n", path, scenario->title);
	}
	return status;
}

static enum exit_status play_subjects(const char *path, const struct scenario *scenario,
				      const struct options *options)
{
	if (!options->is_broken_only) {
		return play_all_subjects(path, scenario, options);
	}
	if (!subject_is_played(options->world.subject, scenario->is_iterative)) {
		fprintf(stderr, "%s: not played against \"%s\"\n", path,
			subject_name(options->world.subject));
		return EXIT_BAD_SCENARIO;
	}
	enum exit_status status = play_subject(path, scenario, &options->world);
	printf("%s: %s with the subject \"%s\"\n", path,
	       status == EXIT_PASSED ? "passed" : "failed", subject_name(options->world.subject));
	return status;
}

static bool is_iterative(const char *path, const struct scenario *scenario)
{
	size_t length = strlen(path);
	bool is_iterative = length > 4 && strcasecmp(path + length - 4, ".rpl") == 0;
	for (unsigned i = 0; i < scenario->setting_count; i++) {
		is_iterative |= iterative_setting_is(scenario->settings[i].key);
	}
	return is_iterative;
}

static enum exit_status play_file(const char *path, const struct options *options)
{
	size_t length;
	char *text = read_file(path, &length);
	if (text == NULL) {
		return EXIT_BAD_SCENARIO;
	}
	struct scenario scenario = {0};
	struct scenario_fault fault = {0};
	int error = scenario_parse(text, length, &scenario, &fault);
	free(text);
	if (error < 0) {
		if (fault.text[0] == '\0') {
			(void)fault_set(&fault, 0, "%s", strerror(-error));
		}
		print_fault(stderr, path, "", &fault);
		return EXIT_BAD_SCENARIO;
	}
	scenario.is_iterative = is_iterative(path, &scenario);
	enum exit_status status = play_subjects(path, &scenario, options);
	scenario_release(&scenario);
	return status;
}

static bool read_subject(const char *name, struct options *options)
{
	for (enum subject subject = SUBJECT_ENGINE + 1; subject < SUBJECT_COUNT; subject++) {
		if (strcmp(name, subject_name(subject)) == 0) {
			options->world.subject = subject;
			options->is_broken_only = true;
			return true;
		}
	}
	fprintf(stderr, "play: \"%s\" is no subject; write servfail, empty or unvalidated\n", name);
	return false;
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"broken", required_argument, NULL, 'b'},
		{"json", no_argument, NULL, 'j'},
		{"sha1", no_argument, NULL, 's'},
		{"trace", no_argument, NULL, 't'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{0},
	};
	struct options options = {0};
	int option;
	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		switch (option) {
		case 'b':
			if (!read_subject(optarg, &options)) {
				return EXIT_BAD_SCENARIO;
			}
			break;
		case 'j':
			options.prints_json = true;
			break;
		case 's':
			options.world.allows_sha1 = true;
			break;
		case 't':
			options.world.trace = stdout;
			break;
		case 'h':
			print_help(stdout);
			return EXIT_PASSED;
		case 'V':
			puts("play " PLX_VERSION);
			return EXIT_PASSED;
		default:
			print_help(stderr);
			return EXIT_BAD_SCENARIO;
		}
	}
	if (optind == argc) {
		print_help(stderr);
		return EXIT_BAD_SCENARIO;
	}
	enum exit_status worst = EXIT_PASSED;
	for (; optind < argc; optind++) {
		enum exit_status status = play_file(argv[optind], &options);
		worst = status > worst ? status : worst;
	}
	return (int)worst;
}

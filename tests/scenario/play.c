// SPDX-License-Identifier: BSD-3-Clause
// Plays scenario files against the resolver engine, in virtual time. The dialect is told in docs/scenarios.md.
//   play [--broken SUBJECT] [--trace] FILE...
// A file passes when the engine passes it and every deliberately wrong subject fails it: otherwise it proves nothing.

#include "player.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum exit_status { EXIT_PASSED = 0, EXIT_FAILED = 1, EXIT_BAD_SCENARIO = 2 };

struct options {
	enum subject subject;
	bool is_broken_only;
	FILE *trace;
};

static void print_help(FILE *file)
{
	fputs("usage: play [--broken SUBJECT] [--trace] FILE...\n"
	      "Plays scenarios (docs/scenarios.md) against the resolver engine, in virtual time.\n"
	      "  --broken SUBJECT  play against a wrong subject alone: servfail fails every "
	      "look-up,\n"
	      "                    empty finds no records for any; a good scenario fails with "
	      "each\n"
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
				     enum subject subject, FILE *trace)
{
	struct scenario_fault fault = {0};
	switch (scenario_play(scenario, subject, trace, &fault)) {
	case PLAY_PASSED:
		return EXIT_PASSED;
	case PLAY_FAILED:
		if (subject == SUBJECT_ENGINE || trace != NULL) {
			print_fault(stderr, path, "failed: ", &fault);
		}
		return EXIT_FAILED;
	case PLAY_INVALID:
		break;
	}
	print_fault(stderr, path, "", &fault);
	return EXIT_BAD_SCENARIO;
}

static enum exit_status play_all_subjects(const char *path, const struct scenario *scenario,
					  const struct options *options)
{
	if (options->is_broken_only) {
		enum exit_status status =
			play_subject(path, scenario, options->subject, options->trace);
		printf("%s: %s with the subject \"%s\"\n", path,
		       status == EXIT_PASSED ? "passed" : "failed", subject_name(options->subject));
		return status;
	}
	enum exit_status status = play_subject(path, scenario, SUBJECT_ENGINE, options->trace);
	for (enum subject subject = SUBJECT_ENGINE + 1;
	     subject < SUBJECT_COUNT && status == EXIT_PASSED; subject++) {
		if (play_subject(path, scenario, subject, NULL) == EXIT_PASSED) {
			fprintf(stderr,
				"%s: proves nothing: the wrong subject \"%s\" passes as well; "
				"check an answer that only a right engine gives\n",
				path, subject_name(subject));
			status = EXIT_FAILED;
		}
	}
	if (status == EXIT_PASSED) {
		printf("%s: passed: %s\n", path, scenario->title);
	}
	return status;
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
	enum exit_status status = play_all_subjects(path, &scenario, options);
	scenario_release(&scenario);
	return status;
}

static bool read_subject(const char *name, struct options *options)
{
	for (enum subject subject = SUBJECT_ENGINE + 1; subject < SUBJECT_COUNT; subject++) {
		if (strcmp(name, subject_name(subject)) == 0) {
			options->subject = subject;
			options->is_broken_only = true;
			return true;
		}
	}
	fprintf(stderr, "play: \"%s\" is no subject; write servfail or empty\n", name);
	return false;
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"broken", required_argument, NULL, 'b'},
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
		case 't':
			options.trace = stdout;
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

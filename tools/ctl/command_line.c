// SPDX-License-Identifier: BSD-3-Clause

#include "command_line.h"

#include <parallax/protocol/control_methods.h>

#include "command_params.h"
#include "readiness/readiness_command.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int watch_read(const struct command_words *words, struct command *command,
		      struct command_fault *fault)
{
	command->action = COMMAND_WATCH;
	if (words->count == 1) {
		return 0;
	}
	const char *text = NULL;
	char *end = NULL;
	if (words->count == 2 && strncmp(words->word[1], "--count=", 8) == 0) {
		text = words->word[1] + 8;
	} else if (words->count == 3 && strcmp(words->word[1], "--count") == 0) {
		text = words->word[2];
	}
	errno = 0;
	unsigned long value = text != NULL ? strtoul(text, &end, 10) : 0;
	if (value < 1 || value > UINT32_MAX || *end != '\0' || errno != 0) {
		return command_fault(fault, "watch takes only --count NUMBER");
	}
	command->watch_count = (unsigned)value;
	return 0;
}

static int readiness_read(const struct command_words *words, struct command *command,
			  struct command_fault *fault)
{
	command->action = COMMAND_READINESS;
	if (command->socket_path == NULL) {
		command->socket_path = PLX_CONTROL_SOCKET_DEFAULT;
	}
	return readiness_options_read(words->word + 1, words->count - 1, &command->readiness,
				      fault->text, sizeof(fault->text));
}

// True when the word was one of the program's own flags; `index` moves past its value.
static bool own_flag(int argc, char **argv, int *index, struct command *command,
		     bool *ret_is_faulty)
{
	const char *word = argv[*index];
	if (strcmp(word, "--json") == 0) {
		command->wants_json = true;
	} else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		command->action = COMMAND_HELP;
	} else if (strcmp(word, "--version") == 0) {
		command->action = COMMAND_VERSION;
	} else if (strncmp(word, "--socket=", 9) == 0) {
		command->socket_path = word + 9;
		*ret_is_faulty = command->socket_path[0] == '\0';
	} else if (strcmp(word, "--socket") == 0) {
		*index += 1;
		command->socket_path = *index < argc ? argv[*index] : NULL;
		*ret_is_faulty = command->socket_path == NULL || command->socket_path[0] == '\0';
	} else {
		return false;
	}
	return true;
}

// The words that are not the program's own flags.
static int words_read(int argc, char **argv, struct command *command, struct command_words *words,
		      struct command_fault *fault)
{
	for (int i = 1; i < argc; i++) {
		bool is_faulty = false;
		if (own_flag(argc, argv, &i, command, &is_faulty)) {
			if (is_faulty) {
				return command_fault(fault, "--socket: a path must follow");
			}
			continue;
		}
		if (words->count == COMMAND_WORDS_MAX) {
			return command_fault(fault, "more than %u words", COMMAND_WORDS_MAX);
		}
		words->word[words->count++] = argv[i];
	}
	return 0;
}

static int call_read(const struct command_words *words, struct command *command,
		     struct command_fault *fault)
{
	int error = command_choose(words, &command->choice, fault);
	if (error == 0) {
		command->params = json_object();
		error = command_params_read(&command->choice, words, command->params, fault);
	}
	return error;
}

static int explain_read(struct command_words *words, struct command *command,
			struct command_fault *fault)
{
	int error = explain_options_take(words, &command->explain, fault);
	if (error == 0 && command->explain.evidence_path == NULL) {
		error = call_read(words, command, fault);
	}
	command->action = COMMAND_EXPLAIN;
	return error;
}

static int audit_evidence_read(struct command_words *words, struct command *command,
			       struct command_fault *fault)
{
	int error = audit_evidence_options_take(words, &command->audit_evidence, fault);
	command->action = COMMAND_AUDIT_EVIDENCE;
	return error != 0 ? error : call_read(words, command, fault);
}

static int replay_read(const struct command_words *words, struct command *command,
		       struct command_fault *fault)
{
	if (words->count != 2 || (words->word[1][0] == '-' && words->word[1][1] != '\0')) {
		return command_fault(fault, "replay takes one file of evidence, or - for standard "
					    "input");
	}
	command->action = COMMAND_REPLAY;
	command->replay_path = words->word[1];
	return 0;
}

// What the first word asks for.
static int action_read(struct command_words *words, struct command *command,
		       struct command_fault *fault)
{
	if (words->count == 0) {
		return command_fault(fault, "no command is given; --help lists all");
	}
	if (strcmp(words->word[0], "watch") == 0) {
		return watch_read(words, command, fault);
	}
	if (strcmp(words->word[0], "readiness") == 0) {
		return readiness_read(words, command, fault);
	}
	if (strcmp(words->word[0], "explain") == 0) {
		return explain_read(words, command, fault);
	}
	if (strcmp(words->word[0], "replay") == 0) {
		return replay_read(words, command, fault);
	}
	if (words->count > 1 && strcmp(words->word[0], "audit") == 0 &&
	    strcmp(words->word[1], "evidence") == 0) {
		return audit_evidence_read(words, command, fault);
	}
	return call_read(words, command, fault);
}

int command_line_read(int argc, char **argv, struct command *ret_command,
		      struct command_fault *fault)
{
	struct command command = {.socket_path = NULL};
	struct command_words words = {.count = 0};
	int error = words_read(argc, argv, &command, &words, fault);
	if (error == 0 && command.action == COMMAND_CALL) {
		error = action_read(&words, &command, fault);
	}
	if (error != 0) {
		json_decref(command.params);
		return error;
	}
	*ret_command = command;
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause

#include "command_line.h"

#include <parallax/exchange/client.h>
#include <parallax/protocol/dataplane_methods.h>

#include "readiness/readiness_command.h"

#include <jansson.h>

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 64
#define FLAG_MAX 64
#define COMMAND_TEXT_MAX 128

static const char dataplane_socket[] =
	PLX_DATAPLANE_SOCKET_DEFAULT; // unless --socket or the command says otherwise

// The words after the program's own flags were taken out.
struct words {
	const char *word[WORDS_MAX];
	unsigned count;
};

static int command_fault(struct command_fault *fault, const char *format, ...) PLX_PRINTF(2, 3);

static int command_fault(struct command_fault *fault, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	return -EINVAL;
}

// How many of the words form this command; 0 when they do not.
static unsigned command_match(const char *command, const struct words *words)
{
	unsigned matched = 0;
	for (const char *next = command; *next != '\0';) {
		size_t length = strcspn(next, " ");
		if (matched == words->count || strlen(words->word[matched]) != length ||
		    memcmp(words->word[matched], next, length) != 0) {
			return 0;
		}
		matched++;
		next += length;
		next += *next == ' ';
	}
	return matched;
}

static unsigned required_count(const struct plx_method *method)
{
	unsigned count = 0;
	while (count < PLX_METHOD_PARAMS_MAX && method->params[count].name != NULL &&
	       method->params[count].is_required) {
		count++;
	}
	return count;
}

static unsigned positional_count(const struct words *words, unsigned first)
{
	unsigned count = 0;
	for (unsigned i = first; i < words->count && strncmp(words->word[i], "--", 2) != 0; i++) {
		count++;
	}
	return count;
}

// Two methods may share a command (poll-mode, poll-mode on): the number of words after it tells them apart.
static const struct plx_method *method_for(const struct words *words, unsigned *ret_matched)
{
	const struct plx_method *found = NULL;
	for (size_t i = 0; i < plx_dataplane_method_count; i++) {
		const struct plx_method *method = &plx_dataplane_methods[i];
		unsigned matched =
			method->command == NULL ? 0 : command_match(method->command, words);
		if (matched == 0) {
			continue;
		}
		*ret_matched = matched;
		// Of several the one that takes as many, or else the one that comes nearest.
		unsigned required = required_count(method);
		unsigned given = positional_count(words, matched);
		if (found == NULL || required == given ||
		    (required < given && required > required_count(found))) {
			found = method;
		}
	}
	return found;
}

static int unknown_command(const struct words *words, struct command_fault *fault)
{
	char known[COMMAND_TEXT_MAX] = "";
	size_t length = strlen(words->word[0]);
	for (size_t i = 0; i < plx_dataplane_method_count; i++) {
		const char *command = plx_dataplane_methods[i].command;
		size_t used = strlen(known);
		if (command != NULL && strncmp(command, words->word[0], length) == 0 &&
		    command[length] == ' ') {
			snprintf(known + used, sizeof(known) - used, "%s%s", used > 0 ? ", " : "",
				 command);
		}
	}
	if (known[0] != '\0') {
		return command_fault(fault, "\"%s\" needs another word: %s", words->word[0], known);
	}
	return command_fault(fault, "there is no command \"%s\"; --help lists all", words->word[0]);
}

// A parameter as people write it: NAME in help, --name as a flag.
static void param_flag(const struct plx_param *param, char *text, size_t size)
{
	snprintf(text, size, "--%s", param->name);
	for (char *c = text + 2; *c != '\0'; c++) {
		*c = *c == '_' ? '-' : *c;
	}
}

static void param_argument(const struct plx_param *param, char *text, size_t size)
{
	snprintf(text, size, "%s", param->argument != NULL ? param->argument : param->name);
	for (char *c = text; param->argument == NULL && *c != '\0'; c++) {
		*c = (char)toupper((unsigned char)*c);
	}
}

static json_t *boolean_value(const char *text)
{
	static const char *const yes[] = {"on", "true", "yes"};
	static const char *const no[] = {"off", "false", "no"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(yes); i++) {
		if (strcmp(text, yes[i]) == 0) {
			return json_true();
		}
		if (strcmp(text, no[i]) == 0) {
			return json_false();
		}
	}
	return NULL;
}

static json_t *integer_value(const char *text)
{
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	return errno != 0 || end == text || *end != '\0' ? NULL : json_integer(value);
}

// The daemon checks bounds; here only what JSON needs: the type.
static int param_set(json_t *params, const struct plx_param *param, const char *text,
		     struct command_fault *fault)
{
	json_t *value = NULL;
	switch (param->type) {
	case PLX_PARAM_STRING:
		value = json_string(text);
		break;
	case PLX_PARAM_INTEGER:
		value = integer_value(text);
		break;
	case PLX_PARAM_BOOLEAN:
		value = boolean_value(text);
		break;
	case PLX_PARAM_OBJECT:
		value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
		break;
	}
	if (value == NULL) {
		return command_fault(fault, "%s: \"%s\" is not %s", param->name, text,
				     param->type == PLX_PARAM_STRING    ? "UTF-8 text"
				     : param->type == PLX_PARAM_INTEGER ? "a number"
				     : param->type == PLX_PARAM_OBJECT  ? "a JSON object"
									: "on or off");
	}
	return json_object_set_new(params, param->name, value) == 0
		       ? 0
		       : command_fault(fault, "not enough memory");
}

// "--timeout-ms 500", "--timeout-ms=500", "--tcp".
static int flag_read(const struct plx_method *method, const struct words *words, unsigned *index,
		     json_t *params, struct command_fault *fault)
{
	const char *word = words->word[*index];
	size_t length = strcspn(word, "=");
	for (size_t i = 0; i < plx_method_param_count(method); i++) {
		const struct plx_param *param = &method->params[i];
		char flag[FLAG_MAX];
		param_flag(param, flag, sizeof(flag));
		if (strlen(flag) != length || memcmp(flag, word, length) != 0) {
			continue;
		}
		if (word[length] == '=') {
			return param_set(params, param, word + length + 1, fault);
		}
		if (param->type == PLX_PARAM_BOOLEAN) {
			return param_set(params, param, "on", fault);
		}
		if (*index + 1 == words->count) {
			return command_fault(fault, "%s: a value must follow", flag);
		}
		*index += 1;
		return param_set(params, param, words->word[*index], fault);
	}
	return command_fault(fault, "%s has no flag %s; --help lists them", method->command, word);
}

static int params_read(const struct plx_method *method, const struct words *words, unsigned first,
		       json_t *params, struct command_fault *fault)
{
	unsigned positionals = 0;
	unsigned wanted = required_count(method);
	for (unsigned i = first; i < words->count; i++) {
		int error;
		if (strncmp(words->word[i], "--", 2) == 0) {
			error = flag_read(method, words, &i, params, fault);
		} else if (positionals == wanted) {
			error = command_fault(fault, "%s: \"%s\" is one word too many",
					      method->command, words->word[i]);
		} else {
			error = param_set(params, &method->params[positionals++], words->word[i],
					  fault);
		}
		if (error != 0) {
			return error;
		}
	}
	if (positionals < wanted) {
		char argument[FLAG_MAX];
		param_argument(&method->params[positionals], argument, sizeof(argument));
		return command_fault(fault, "%s: %s is missing: %s", method->command, argument,
				     method->params[positionals].help);
	}
	return 0;
}

static int watch_read(const struct words *words, struct command *command,
		      struct command_fault *fault)
{
	command->action = COMMAND_WATCH;
	if (words->count == 1) {
		return 0;
	}
	const char *text = NULL;
	if (words->count == 2 && strncmp(words->word[1], "--count=", 8) == 0) {
		text = words->word[1] + 8;
	} else if (words->count == 3 && strcmp(words->word[1], "--count") == 0) {
		text = words->word[2];
	}
	json_t *count = text != NULL ? integer_value(text) : NULL;
	json_int_t value = json_integer_value(count);
	json_decref(count);
	if (value < 1 || value > UINT32_MAX) {
		return command_fault(fault, "watch takes only --count NUMBER");
	}
	command->watch_count = (unsigned)value;
	return 0;
}

static int readiness_read(const struct words *words, struct command *command,
			  struct command_fault *fault)
{
	command->action = COMMAND_READINESS;
	if (command->socket_path == dataplane_socket) {
		command->socket_path = READINESS_SOCKET_DEFAULT;
	}
	return readiness_options_read(words->word + 1, words->count - 1, &command->readiness,
				      fault->text, sizeof(fault->text));
}

// True when the word was one of the program's own flags; `index` moves past its value.
static bool own_flag(int argc, char **argv, int *index, struct command *command)
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
	} else if (strcmp(word, "--socket") == 0) {
		*index += 1;
		command->socket_path = *index < argc ? argv[*index] : NULL;
	} else {
		return false;
	}
	return true;
}

int command_line_read(int argc, char **argv, struct command *ret_command,
		      struct command_fault *fault)
{
	struct command command = {.socket_path = dataplane_socket};
	struct words words = {.count = 0};
	for (int i = 1; i < argc; i++) {
		if (own_flag(argc, argv, &i, &command)) {
			continue;
		}
		if (words.count == WORDS_MAX) {
			return command_fault(fault, "more than %u words", WORDS_MAX);
		}
		words.word[words.count++] = argv[i];
	}
	int error = 0;
	unsigned matched = 0;
	if (command.socket_path == NULL || command.socket_path[0] == '\0') {
		return command_fault(fault, "--socket: a path must follow");
	}
	if (command.action != COMMAND_CALL) {
		*ret_command = command;
		return 0;
	}
	if (words.count == 0) {
		return command_fault(fault, "no command is given; --help lists all");
	}
	if (strcmp(words.word[0], "watch") == 0) {
		error = watch_read(&words, &command, fault);
	} else if (strcmp(words.word[0], "readiness") == 0) {
		error = readiness_read(&words, &command, fault);
	} else if ((command.method = method_for(&words, &matched)) == NULL) {
		error = unknown_command(&words, fault);
	} else {
		command.params = json_object();
		error = params_read(command.method, &words, matched, command.params, fault);
	}
	if (error != 0) {
		json_decref(command.params);
		return error;
	}
	*ret_command = command;
	return 0;
}

static void print_method(FILE *out, const struct plx_method *method)
{
	size_t count = plx_method_param_count(method);
	fprintf(out, "  %s", method->command);
	for (size_t i = 0; i < count; i++) {
		char flag[FLAG_MAX], argument[FLAG_MAX];
		const struct plx_param *param = &method->params[i];
		param_flag(param, flag, sizeof(flag));
		param_argument(param, argument, sizeof(argument));
		if (param->is_required) {
			fprintf(out, " %s", argument);
		} else if (param->type == PLX_PARAM_BOOLEAN) {
			fprintf(out, " [%s]", flag);
		} else {
			fprintf(out, " [%s %s]", flag,
				param->type == PLX_PARAM_INTEGER ? "NUMBER" : argument);
		}
	}
	fprintf(out, "\n        %s.\n", method->help);
	for (size_t i = 0; i < count; i++) {
		char word[FLAG_MAX];
		const struct plx_param *param = &method->params[i];
		if (param->is_required) {
			param_argument(param, word, sizeof(word));
		} else {
			param_flag(param, word, sizeof(word));
		}
		fprintf(out, "          %-14s %s\n", word, param->help);
	}
}

void command_line_print_help(FILE *out)
{
	fprintf(out,
		"usage: parallaxctl [--socket PATH] [--json] COMMAND\n"
		"Asks parallax-dataplane through its control socket (" PLX_DATAPLANE_SOCKET_DEFAULT
		");\nreadiness asks parallaxd through its own (" READINESS_SOCKET_DEFAULT ").\n\n");
	for (size_t i = 0; i < plx_dataplane_method_count; i++) {
		if (plx_dataplane_methods[i].command != NULL) {
			print_method(out, &plx_dataplane_methods[i]);
		}
	}
	fprintf(out,
		"  watch [--count NUMBER]\n"
		"        One screen that shows how the dataplane is doing, anew each second.\n");
	readiness_options_print_help(out);
	fprintf(out,
		"\n"
		"--json prints the daemon's answer as JSON. Exit status: 0 done; 1 the command "
		"is wrong or was\nrefused; 2 the look-up has no definitive answer; 3 the daemon "
		"cannot be reached.\n");
}

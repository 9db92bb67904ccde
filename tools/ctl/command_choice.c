// SPDX-License-Identifier: BSD-3-Clause

#include "command_choice.h"

#include <parallax/protocol/control_methods.h>
#include <parallax/protocol/dataplane_methods.h>

#include "command_line.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int command_fault(struct command_fault *fault, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	return -EINVAL;
}

// How many of the words form this command; 0 when they do not.
static unsigned command_match(const char *command, const struct command_words *words)
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

unsigned command_required_count(const struct plx_method *method)
{
	unsigned count = 0;
	while (count < PLX_METHOD_PARAMS_MAX && method->params[count].name != NULL &&
	       method->params[count].is_required) {
		count++;
	}
	return count;
}

static unsigned positional_count(const struct command_words *words, unsigned first)
{
	unsigned count = 0;
	for (unsigned i = first; i < words->count && strncmp(words->word[i], "--", 2) != 0; i++) {
		count++;
	}
	return count;
}

// A longer command goes before a shorter one that takes words (order get ID, order FILE: a file of that name is ./get).
// Two methods may share a command (poll-mode, poll-mode on): the number of words after it tells them apart.
static bool is_meant(const struct plx_method *method, unsigned matched,
		     const struct command_words *words, const struct command_choice *choice)
{
	if (choice->method == NULL || matched != choice->matched) {
		return matched > choice->matched;
	}
	// Of several the one that takes as many, or else the one that comes nearest.
	unsigned required = command_required_count(method);
	unsigned given = positional_count(words, matched);
	return required == given ||
	       (required < given && required > command_required_count(choice->method));
}

static void choose_from(const struct plx_method *methods, size_t count,
			const struct command_words *words, struct command_choice *choice)
{
	for (size_t i = 0; i < count; i++) {
		const struct plx_method *method = &methods[i];
		unsigned matched =
			method->command == NULL ? 0 : command_match(method->command, words);
		if (matched > 0 && is_meant(method, matched, words, choice)) {
			choice->method = method;
			choice->matched = matched;
		}
	}
}

static void list_longer(const struct plx_method *methods, size_t count, const char *word,
			char text[static COMMAND_LIST_MAX])
{
	size_t length = strlen(word);
	for (size_t i = 0; i < count; i++) {
		const char *command = methods[i].command;
		size_t used = strlen(text);
		if (command != NULL && strncmp(command, word, length) == 0 &&
		    command[length] == ' ') {
			snprintf(text + used, COMMAND_LIST_MAX - used, "%s%s", used > 0 ? ", " : "",
				 command);
		}
	}
}

void command_list_longer(const char *command, char text[static COMMAND_LIST_MAX])
{
	text[0] = '\0';
	list_longer(plx_dataplane_methods, plx_dataplane_method_count, command, text);
	list_longer(plx_control_methods, plx_control_method_count, command, text);
}

static int unknown_command(const struct command_words *words, struct command_fault *fault)
{
	char known[COMMAND_LIST_MAX];
	if (words->word[0][0] == '-') {
		return command_fault(fault,
				     "\"%s\" is no flag of parallaxctl itself; those of a command "
				     "follow it; --help lists all",
				     words->word[0]);
	}
	command_list_longer(words->word[0], known);
	if (known[0] != '\0') {
		return command_fault(fault, "\"%s\" needs another word: %s", words->word[0], known);
	}
	return command_fault(fault, "there is no command \"%s\"; --help lists all", words->word[0]);
}

// Whether a table has the method under the same command.
static bool has_command(const struct plx_method *methods, size_t count,
			const struct plx_method *method)
{
	const struct plx_method *other = plx_method_find(methods, count, method->name);
	return other != NULL && other->command != NULL &&
	       strcmp(other->command, method->command) == 0;
}

int command_choose(const struct command_words *words, struct command_choice *ret_choice,
		   struct command_fault *fault)
{
	struct command_choice choice = {.method = NULL};
	choose_from(plx_dataplane_methods, plx_dataplane_method_count, words, &choice);
	choose_from(plx_control_methods, plx_control_method_count, words, &choice);
	if (choice.method == NULL) {
		return unknown_command(words, fault);
	}
	choice.is_of_dataplane =
		has_command(plx_dataplane_methods, plx_dataplane_method_count, choice.method);
	choice.is_of_control =
		has_command(plx_control_methods, plx_control_method_count, choice.method);
	*ret_choice = choice;
	return 0;
}

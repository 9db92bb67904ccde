// SPDX-License-Identifier: BSD-3-Clause

#include "command_params.h"

#include "command_line.h"

#include <jansson.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAG_MAX 64

// A parameter as people write it: NAME in help, --name as a flag.
void command_param_flag(const struct plx_param *param, char *text, size_t size)
{
	snprintf(text, size, "--%s", param->name);
	for (char *c = text + 2; *c != '\0'; c++) {
		*c = *c == '_' ? '-' : *c;
	}
}

void command_param_argument(const struct plx_param *param, char *text, size_t size)
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

// A file, standard input, or the object itself.
static int object_set(json_t *params, const struct plx_param *param, const char *text,
		      struct command_fault *fault)
{
	json_error_t reason;
	json_t *value;
	if (text[0] == '{') {
		value = json_loads(text, JSON_REJECT_DUPLICATES, &reason);
	} else if (strcmp(text, "-") == 0) {
		value = json_loadf(stdin, JSON_REJECT_DUPLICATES, &reason);
	} else {
		value = json_load_file(text, JSON_REJECT_DUPLICATES, &reason);
	}
	if (value == NULL && reason.line > 0) {
		return command_fault(fault, "%s: %s:%d:%d: %s", param->name, text, reason.line,
				     reason.column, reason.text);
	}
	if (value == NULL) {
		return command_fault(fault, "%s: %s", param->name, reason.text);
	}
	if (!json_is_object(value)) {
		json_decref(value);
		return command_fault(fault, "%s: %s: not a JSON object", param->name, text);
	}
	return json_object_set_new(params, param->name, value) == 0
		       ? 0
		       : command_fault(fault, "not enough memory");
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
		return object_set(params, param, text, fault);
	}
	if (value == NULL) {
		return command_fault(fault, "%s: \"%s\" is not %s", param->name, text,
				     param->type == PLX_PARAM_STRING    ? "UTF-8 text"
				     : param->type == PLX_PARAM_INTEGER ? "a number"
									: "on or off");
	}
	return json_object_set_new(params, param->name, value) == 0
		       ? 0
		       : command_fault(fault, "not enough memory");
}

// "--timeout-ms 500", "--timeout-ms=500", "--tcp".
static int flag_read(const struct plx_method *method, const struct command_words *words,
		     unsigned *index, json_t *params, struct command_fault *fault)
{
	const char *word = words->word[*index];
	size_t length = strcspn(word, "=");
	for (size_t i = 0; i < plx_method_param_count(method); i++) {
		const struct plx_param *param = &method->params[i];
		char flag[FLAG_MAX];
		command_param_flag(param, flag, sizeof(flag));
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

// The first required parameter that has no value yet; NULL: all have one.
static const struct plx_param *next_required(const struct plx_method *method, const json_t *params)
{
	unsigned count = command_required_count(method);
	for (unsigned i = 0; i < count; i++) {
		if (json_object_get(params, method->params[i].name) == NULL) {
			return &method->params[i];
		}
	}
	return NULL;
}

static int word_read(const struct plx_method *method, const char *word, json_t *params,
		     struct command_fault *fault)
{
	char longer[COMMAND_LIST_MAX];
	const struct plx_param *param = next_required(method, params);
	if (param != NULL) {
		return param_set(params, param, word, fault);
	}
	command_list_longer(method->command, longer);
	return command_fault(fault, "%s: \"%s\" is one word too many%s%s", method->command, word,
			     longer[0] != '\0' ? "; there is also " : "", longer);
}

int command_params_read(const struct command_choice *choice, const struct command_words *words,
			json_t *params, struct command_fault *fault)
{
	const struct plx_method *method = choice->method;
	for (unsigned i = choice->matched; i < words->count; i++) {
		int error = strncmp(words->word[i], "--", 2) == 0
				    ? flag_read(method, words, &i, params, fault)
				    : word_read(method, words->word[i], params, fault);
		if (error != 0) {
			return error;
		}
	}
	const struct plx_param *missing = next_required(method, params);
	if (missing != NULL) {
		char argument[FLAG_MAX];
		command_param_argument(missing, argument, sizeof(argument));
		return command_fault(fault, "%s: %s is missing: %s", method->command, argument,
				     missing->help);
	}
	return 0;
}

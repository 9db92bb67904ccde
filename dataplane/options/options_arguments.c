// SPDX-License-Identifier: BSD-3-Clause

#include "options/options_arguments.h"

#include <parallax/settings/setting_value.h>

#include "options/option_table.h"
#include "options/option_value.h"
#include "options/options.h"

#include <string.h>

// Flags that are no options, in the order of special_names.
enum special_flag {
	SPECIAL_HELP,
	SPECIAL_VERSION,
	SPECIAL_CHECK_CONFIG,
	SPECIAL_CONFIG,
	SPECIAL_NONE,
};

static const char *const special_names[] = {"help", "version", "check-config", "config"};

// One argument taken apart: "--name", "--name value" or "--name=value".
struct argument {
	const char *name; // without the dashes, up to name_length
	size_t name_length;
	const char *value; // NULL: none
	bool is_separate;  // the value is the next word
	enum special_flag special;
	const struct option_spec *spec;
};

static const char *flag_at(size_t index)
{
	return index < option_count ? option_flag_at(index) : special_names[index - option_count];
}

static int unknown_flag(const char *word, const struct argument *argument,
			struct plx_setting_fault *fault)
{
	char name[64];
	snprintf(name, sizeof(name), "%.*s", (int)argument->name_length, argument->name);
	const char *nearest =
		option_nearest(name, flag_at, option_count + PLX_ARRAY_SIZE(special_names));
	return plx_setting_fault_set(fault,
				     nearest != NULL
					     ? "command line: unknown flag %s; did you mean --%s?"
					     : "command line: unknown flag %s; --help lists all",
				     word, nearest);
}

static enum special_flag special_find(const struct argument *argument)
{
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(special_names); i++) {
		if (strlen(special_names[i]) == argument->name_length &&
		    memcmp(special_names[i], argument->name, argument->name_length) == 0) {
			return (enum special_flag)i;
		}
	}
	return argument->name_length == 1 && argument->name[0] == 'h' ? SPECIAL_HELP : SPECIAL_NONE;
}

static bool takes_value(const struct argument *argument)
{
	if (argument->spec != NULL) {
		return argument->spec->type != OPTION_BOOLEAN;
	}
	return argument->special == SPECIAL_CONFIG;
}

// A switch may be followed by a word that says which way: "--poll-mode off".
static bool is_switch_value(const struct argument *argument, const char *word)
{
	bool ignored;
	struct plx_setting_fault no_word;
	return argument->spec != NULL && argument->spec->type == OPTION_BOOLEAN && word != NULL &&
	       plx_setting_boolean(word, &ignored, &no_word) == 0;
}

static int argument_read(char **argv, int argc, int index, struct argument *ret_argument,
			 struct plx_setting_fault *fault)
{
	const char *word = argv[index];
	const char *next = index + 1 < argc ? argv[index + 1] : NULL;
	struct argument argument = {0};
	if (strcmp(word, "-h") != 0 && (strncmp(word, "--", 2) != 0 || word[2] == '\0')) {
		return plx_setting_fault_set(
			fault,
			"command line: \"%s\" is not a flag; flags start with --, "
			"EAL options follow a single --",
			word);
	}
	argument.name = word + strspn(word, "-");
	argument.name_length = strcspn(argument.name, "=");
	argument.special = special_find(&argument);
	argument.spec = option_find_flag(argument.name, argument.name_length);
	if (argument.special == SPECIAL_NONE && argument.spec == NULL) {
		return unknown_flag(word, &argument, fault);
	}
	if (argument.name[argument.name_length] == '=') {
		argument.value = argument.name + argument.name_length + 1;
	} else if (takes_value(&argument) || is_switch_value(&argument, next)) {
		argument.value = next;
		argument.is_separate = true;
	}
	if (takes_value(&argument) && argument.value == NULL) {
		return plx_setting_fault_set(fault, "command line: --%s: a value must follow",
					     argument.name);
	}
	*ret_argument = argument;
	return 0;
}

static int eal_arguments_take(int argc, char **argv, int first, struct options_request *request,
			      struct plx_setting_fault *fault)
{
	if (argc - first > OPTIONS_EAL_ARGUMENTS_MAX) {
		return plx_setting_fault_set(fault,
					     "command line: more than %u EAL options follow --",
					     OPTIONS_EAL_ARGUMENTS_MAX);
	}
	for (int i = first; i < argc; i++) {
		request->eal_arguments[request->eal_argument_count++] = argv[i];
	}
	return 0;
}

static void special_apply(const struct argument *argument, struct options_request *request)
{
	switch (argument->special) {
	case SPECIAL_HELP:
		request->action = OPTIONS_HELP;
		break;
	case SPECIAL_VERSION:
		if (request->action != OPTIONS_HELP) {
			request->action = OPTIONS_VERSION;
		}
		break;
	case SPECIAL_CHECK_CONFIG:
		if (request->action == OPTIONS_RUN) {
			request->action = OPTIONS_CHECK_CONFIG;
		}
		break;
	case SPECIAL_CONFIG:
		request->config_path = argument->value;
		break;
	case SPECIAL_NONE:
		break;
	}
}

int options_arguments_scan(int argc, char **argv, struct options_request *ret_request,
			   struct plx_setting_fault *fault)
{
	struct options_request request = {0};
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			int error = eal_arguments_take(argc, argv, i + 1, &request, fault);
			if (error != 0) {
				return error;
			}
			break;
		}
		struct argument argument;
		int error = argument_read(argv, argc, i, &argument, fault);
		if (error != 0) {
			return error;
		}
		i += argument.is_separate ? 1 : 0;
		special_apply(&argument, &request);
	}
	*ret_request = request;
	return 0;
}

int options_arguments_apply(int argc, char **argv, struct options *options,
			    struct plx_setting_fault *fault)
{
	bool is_given[OPTIONS_KEYS_MAX] = {false};
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		struct argument argument;
		int error = argument_read(argv, argc, i, &argument, fault);
		if (error != 0) {
			return error;
		}
		i += argument.is_separate ? 1 : 0;
		const struct option_spec *spec = argument.spec;
		if (spec == NULL) {
			continue;
		}
		// The first of a repeated flag replaces the file's list, later ones add to it.
		bool *given = &is_given[spec - option_table];
		if (!*given) {
			option_value_clear(spec, options);
		} else if (!option_is_list(spec->type)) {
			return plx_setting_fault_set(fault, "command line: --%s: given twice",
						     spec->flag);
		}
		*given = true;
		options->places[spec - option_table] = (struct plx_setting_place) {0};
		const char *value = argument.value != NULL ? argument.value : "true";
		error = option_value_parse(spec, value, options, fault);
		if (error != 0) {
			return plx_setting_fault_prefix(fault, "command line: --%s", spec->flag);
		}
	}
	return 0;
}

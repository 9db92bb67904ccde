// SPDX-License-Identifier: BSD-3-Clause

#include "daemon/daemon_options.h"

#include <parallax/settings/setting_file.h>

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static int options_fault(struct daemon_options_fault *fault, const char *format, ...)
	PLX_PRINTF(2, 3);

static int options_fault(struct daemon_options_fault *fault, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	return -EINVAL;
}

// "--name VALUE" or "--name=VALUE": true when this is it; ret_value is NULL when the value is missing.
static bool takes_value(int argc, char **argv, int *index, const char *flag, const char **ret_value)
{
	const char *word = argv[*index];
	size_t length = strlen(flag);
	if (strncmp(word, flag, length) != 0) {
		return false;
	}
	if (word[length] == '=') {
		*ret_value = word + length + 1;
		return true;
	}
	if (word[length] != '\0') {
		return false;
	}
	*index += 1;
	*ret_value = *index < argc ? argv[*index] : NULL;
	return true;
}

static int read_format(const char *value, struct daemon_options *options,
		       struct daemon_options_fault *fault)
{
	if (value != NULL && strcmp(value, "text") == 0) {
		options->log_format = DAEMON_LOG_TEXT;
	} else if (value != NULL && strcmp(value, "json") == 0) {
		options->log_format = DAEMON_LOG_JSON;
	} else {
		return options_fault(fault, "--log-format: text or json must follow");
	}
	return 0;
}

static int read_word(int argc, char **argv, int *index, struct daemon_options *options,
		     struct daemon_options_fault *fault)
{
	const char *word = argv[*index];
	const char *value = NULL;
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		options->action = DAEMON_HELP;
	} else if (strcmp(word, "--version") == 0) {
		options->action = options->action == DAEMON_HELP ? DAEMON_HELP : DAEMON_VERSION;
	} else if (strcmp(word, "--check-config") == 0) {
		options->action =
			options->action == DAEMON_RUN ? DAEMON_CHECK_CONFIG : options->action;
	} else if (takes_value(argc, argv, index, "--config", &value)) {
		options->config_path = value;
		return value != NULL && value[0] != '\0'
			       ? 0
			       : options_fault(fault, "--config: a file must follow");
	} else if (takes_value(argc, argv, index, "--log-format", &value)) {
		return read_format(value, options, fault);
	} else {
		return options_fault(fault, "\"%.100s\" is not known; --help lists all flags",
				     word);
	}
	return 0;
}

int daemon_options_read(int argc, char **argv, struct daemon_options *ret_options,
			struct daemon_options_fault *fault)
{
	struct daemon_options options = {.config_path = PLX_SETTING_FILE_DEFAULT};
	for (int i = 1; i < argc; i++) {
		int error = read_word(argc, argv, &i, &options, fault);
		if (error != 0) {
			return error;
		}
	}
	*ret_options = options;
	return 0;
}

void daemon_options_print_help(FILE *out)
{
	fputs("usage: parallaxd [--config FILE] [--check-config] [--log-format text|json]\n"
	      "Judges certificate orders from many network perspectives: the primary, or one of "
	      "the remotes.\n\n"
	      "  --config FILE        the configuration; " PLX_SETTING_FILE_DEFAULT
	      " unless given\n"
	      "  --check-config       says whether the configuration is good, and ends\n"
	      "  --log-format FORMAT  text or json, whatever the configuration says\n"
	      "  --version            says which version this is\n\n"
	      "SIGHUP reads the configuration anew; SIGTERM and SIGINT let what is in flight end, "
	      "a second one does not wait.\n"
	      "Exit status: 0 done; 1 the command line or the configuration is wrong, or the start "
	      "failed.\n",
	      out);
}

// SPDX-License-Identifier: BSD-3-Clause

#include "audit_evidence_command.h"

#include <parallax/base/error.h>

#include "command_line.h"
#include "command_run.h"
#include "evidence_file.h"
#include "exit_status.h"
#include "explain_command.h"
#include "show.h"

#include <jansson.h>
#include <openssl/evp.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <sys/stat.h>

#define COMMAND "audit evidence"
#define DIGEST_TEXT 65
#define PATH_BYTES 4096

int audit_evidence_options_take(struct command_words *words,
				struct audit_evidence_options *ret_options,
				struct command_fault *fault)
{
	struct audit_evidence_options options = {NULL};
	int error = path_option_take(words, "--output", &options.output_path);
	if (error != 0) {
		return command_fault(fault, COMMAND ": --output takes a path");
	}
	*ret_options = options;
	return 0;
}

// The file's octets, if they are those of its name.
static const json_t *text_of(const json_t *file)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	char text[DIGEST_TEXT] = "";
	const json_t *octets = json_object_get(file, "text");
	const char *name = json_string_value(json_object_get(file, "sha256"));
	if (!json_is_string(octets) || name == NULL ||
	    EVP_Digest(json_string_value(octets), json_string_length(octets), digest, &length,
		       EVP_sha256(), NULL) != 1) {
		return NULL;
	}
	for (unsigned i = 0; i < length && 2 * i + 2 < DIGEST_TEXT; i++) {
		(void)snprintf(text + 2 * (size_t)i, 3, "%02x", digest[i]);
	}
	return strcmp(text, name) == 0 ? octets : NULL;
}

static int file_put(const json_t *file, const char *path)
{
	const json_t *octets = text_of(file);
	if (octets == NULL) {
		fprintf(stderr, "parallaxctl: " COMMAND ": what the daemon sent is not what its "
				"digest says\n");
		return EXIT_FAILURES;
	}
	if (path == NULL) {
		fwrite(json_string_value(octets), 1, json_string_length(octets), stdout);
		return EXIT_DONE;
	}
	int error = octets_file_write(COMMAND, path, json_string_value(octets),
				      json_string_length(octets));
	return error == 0 ? EXIT_DONE : EXIT_FAILURES;
}

static int file_fetch(const struct command *command, const char *digest, const char *folder)
{
	char path[PATH_BYTES];
	json_t *file = NULL;
	struct command one = *command;
	int length = snprintf(path, sizeof(path), "%s/%s.json", folder, digest);
	one.params = json_pack("{s:s}", "of", digest);
	int status = one.params == NULL || length < 0 || (size_t)length >= sizeof(path)
			     ? EXIT_FAILURES
			     : command_ask(&one, &file);
	if (status == EXIT_DONE) {
		status = file_put(file, path);
	}
	json_decref(file);
	json_decref(one.params);
	return status;
}

// A file that cannot be had does not keep the others back.
static int files_fetch(const struct command *command, const json_t *list, const char *folder)
{
	int worst = EXIT_DONE;
	if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
		fprintf(stderr, "parallaxctl: " COMMAND ": %s: %s\n", folder, strerror(errno));
		return EXIT_FAILURES;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *digest =
			json_string_value(json_object_get(json_array_get(list, i), "sha256"));
		// A name of a file from somewhere else: hexadecimal digits and nothing more.
		bool is_digest = digest != NULL && strlen(digest) == DIGEST_TEXT - 1 &&
				 strspn(digest, "0123456789abcdef") == DIGEST_TEXT - 1;
		int status = is_digest ? file_fetch(command, digest, folder) : EXIT_FAILURES;
		worst = status > worst ? status : worst;
	}
	return worst;
}

int audit_evidence_command_run(const struct command *command)
{
	const char *path = command->audit_evidence.output_path;
	json_t *result = NULL;
	int status = command_ask(command, &result);
	const json_t *list = json_object_get(result, "evidence");
	if (status == EXIT_DONE && list == NULL) {
		status = file_put(result, path);
	} else if (status == EXIT_DONE) {
		if (command->wants_json) {
			json_dumpf(result, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
			fputc('\n', stdout);
		} else {
			show_result(command->choice.method->name, result, stdout);
		}
		status = path != NULL ? files_fetch(command, list, path) : EXIT_DONE;
	}
	json_decref(result);
	return status;
}

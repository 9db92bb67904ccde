// SPDX-License-Identifier: BSD-3-Clause
// parallaxctl: one command, one call, one answer.

#include <parallax/protocol/rpc_method.h>

#include "command_line.h"
#include "connection.h"
#include "exit_status.h"
#include "readiness/readiness_command.h"
#include "show.h"
#include "table.h"
#include "watch.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void print_json(const json_t *value)
{
	json_dumpf(value, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	fputc('\n', stdout);
}

static int show_error(const struct command *command, const json_t *answer)
{
	const json_t *error = json_object_get(answer, "error");
	const json_t *message = json_object_get(error, "message");
	fprintf(stderr, "parallaxctl: %s: ", command->method->command);
	if (json_is_string(message)) {
		print_safe(stderr, json_string_value(message), json_string_length(message));
	}
	fputc('\n', stderr);
	if (command->wants_json) {
		json_t *object = json_pack("{s:O}", "error", error);
		print_json(object);
		json_decref(object);
	}
	return EXIT_USAGE;
}

static int show_answer(const struct command *command, const json_t *answer)
{
	const json_t *result = json_object_get(answer, "result");
	if (result == NULL) {
		return show_error(command, answer);
	}
	if (command->wants_json) {
		print_json(result);
	} else {
		show_result(command->method->name, result, stdout);
	}
	return result_is_success(command->method->name, result) ? EXIT_DONE : EXIT_FAILURES;
}

static int call_run(const struct command *command)
{
	struct connection connection;
	int error = connection_open(command->socket_path, &connection);
	if (error != 0) {
		connection_print_failure(command->socket_path, error, stderr);
		return EXIT_UNREACHABLE;
	}
	json_t *answer = NULL;
	error = connection_call(&connection, command->method->name, command->params, &answer);
	connection_close(&connection);
	if (error != 0) {
		connection_print_failure(command->socket_path, error, stderr);
		return EXIT_UNREACHABLE;
	}
	int status = show_answer(command, answer);
	json_decref(answer);
	return status;
}

int main(int argc, char **argv)
{
	struct command command;
	struct command_fault fault;
	if (command_line_read(argc, argv, &command, &fault) != 0) {
		fputs("parallaxctl: ", stderr);
		print_safe(stderr, fault.text, strlen(fault.text)); // it quotes what was typed
		fputc('\n', stderr);
		return EXIT_USAGE;
	}
	int status = EXIT_DONE;
	switch (command.action) {
	case COMMAND_HELP:
		command_line_print_help(stdout);
		break;
	case COMMAND_VERSION:
		printf("parallaxctl %s\n", PLX_VERSION);
		break;
	case COMMAND_WATCH:
		status = watch_run(&command);
		break;
	case COMMAND_READINESS:
		status = readiness_command_run(command.socket_path, command.wants_json,
					       &command.readiness);
		break;
	case COMMAND_CALL:
		status = call_run(&command);
		break;
	}
	json_decref(command.params);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "parallaxctl: the answer cannot be written: %s\n", strerror(errno));
		return EXIT_FAILURES;
	}
	return status;
}

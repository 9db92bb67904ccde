// SPDX-License-Identifier: BSD-3-Clause

#include "command_run.h"

#include <parallax/exchange/client.h>
#include <parallax/protocol/control_methods.h>
#include <parallax/protocol/rpc_error.h>

#include "command_line.h"
#include "connection.h"
#include "exit_status.h"
#include "show.h"
#include "table.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DAEMONS_MAX 2

// Whom the command asks.
struct target {
	const char *program;
	const char *socket_path;
};

static void print_json(const json_t *value)
{
	json_dumpf(value, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	fputc('\n', stdout);
}

// Without --socket, commands that both daemons have go to each whose socket exists.
static unsigned choose_targets(const struct command *command, struct target targets[DAEMONS_MAX])
{
	static const struct target control = {"parallaxd", PLX_CONTROL_SOCKET_DEFAULT};
	static const struct target dataplane = {"parallax-dataplane", PLX_DATAPLANE_SOCKET_DEFAULT};
	const struct command_choice *choice = &command->choice;
	unsigned count = 0;
	targets[0] = control; // every method is of one of them
	if (command->socket_path != NULL) {
		targets[0] = (struct target) {"daemon", command->socket_path};
		return 1;
	}
	bool is_both = choice->is_of_control && choice->is_of_dataplane;
	if (choice->is_of_control && (!is_both || access(control.socket_path, F_OK) == 0)) {
		targets[count++] = control;
	}
	if (choice->is_of_dataplane &&
	    (!is_both || count == 0 || access(dataplane.socket_path, F_OK) == 0)) {
		targets[count++] = dataplane;
	}
	return count;
}

// "/identifiers/0/dcv" of "/params/order/identifiers/0/dcv": a place within an object; a whole parameter is named by the
// message itself.
static const char *place_within(const json_t *error)
{
	static const char params[] = "/params/";
	const json_t *data = json_object_get(error, "data");
	const char *pointer = json_string_value(json_object_get(data, "pointer"));
	if (pointer == NULL || strncmp(pointer, params, sizeof(params) - 1) != 0) {
		return NULL;
	}
	return strchr(pointer + sizeof(params) - 1, '/');
}

static int show_error(const struct command *command, const struct target *target,
		      const json_t *answer)
{
	const json_t *error = json_object_get(answer, "error");
	const json_t *message = json_object_get(error, "message");
	fprintf(stderr, "parallaxctl: %s: ", command->choice.method->command);
	if (json_integer_value(json_object_get(error, "code")) == PLX_RPC_NO_METHOD) {
		fprintf(stderr,
			"the daemon at %s has no such command: it is one of %s, of the same "
			"version as parallaxctl\n",
			target->socket_path,
			command->choice.is_of_control ? "parallaxd" : "parallax-dataplane");
		return EXIT_USAGE;
	}
	const char *place = place_within(error);
	if (place != NULL) {
		print_safe(stderr, place, strlen(place));
		fputs(": ", stderr);
	}
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

// EXIT_DONE and an own reference to the whole answer.
static int call(const struct command *command, const struct target *target, json_t **ret_answer)
{
	struct connection connection;
	int error = connection_open(target->socket_path, &connection);
	if (error == 0) {
		if (strcmp(command->choice.method->name, "status.get") == 0) {
			connection.timeout_ms = CONNECTION_STATUS_TIMEOUT_MS;
		}
		error = connection_call(&connection, command->choice.method->name, command->params,
					ret_answer);
		connection_close(&connection);
	}
	if (error != 0) {
		connection_print_failure(target->socket_path, error, stderr);
		return EXIT_UNREACHABLE;
	}
	return EXIT_DONE;
}

static int show_answer(const struct command *command, const struct target *target,
		       const json_t *answer)
{
	const char *method = command->choice.method->name;
	const json_t *result = json_object_get(answer, "result");
	if (result == NULL) {
		return show_error(command, target, answer);
	}
	if (command->wants_json) {
		print_json(result);
	} else {
		show_result(method, result, stdout);
	}
	return result_is_success(method, result) ? EXIT_DONE : EXIT_FAILURES;
}

// {"parallaxd":result,"parallax-dataplane":result}, or one after the other for people.
static int run_both(const struct command *command, const struct target targets[DAEMONS_MAX])
{
	int worst = EXIT_DONE;
	json_t *both = json_object();
	for (unsigned i = 0; i < DAEMONS_MAX; i++) {
		json_t *answer = NULL;
		int status = call(command, &targets[i], &answer);
		if (status == EXIT_DONE && !command->wants_json) {
			printf("%s%s\n", i > 0 ? "\n" : "", targets[i].program);
			status = show_answer(command, &targets[i], answer);
		}
		json_object_set(both, targets[i].program, json_object_get(answer, "result"));
		json_decref(answer);
		worst = status > worst ? status : worst;
	}
	if (command->wants_json) {
		print_json(both);
	}
	json_decref(both);
	return worst;
}

int command_run(const struct command *command)
{
	struct target targets[DAEMONS_MAX];
	unsigned count = choose_targets(command, targets);
	bool is_harmless = command->choice.method->permission == PLX_MAY_READ;
	if (count == DAEMONS_MAX && !is_harmless) {
		fprintf(stderr,
			"parallaxctl: %s: parallaxd and parallax-dataplane both run here: say "
			"which "
			"by --socket " PLX_CONTROL_SOCKET_DEFAULT
			" or --socket " PLX_DATAPLANE_SOCKET_DEFAULT "\n",
			command->choice.method->command);
		return EXIT_USAGE;
	}
	if (count == DAEMONS_MAX) {
		return run_both(command, targets);
	}
	json_t *answer = NULL;
	int status = call(command, &targets[0], &answer);
	if (status == EXIT_DONE) {
		status = show_answer(command, &targets[0], answer);
	}
	json_decref(answer);
	return status;
}

int command_ask(const struct command *command, json_t **ret_result)
{
	struct target targets[DAEMONS_MAX];
	json_t *answer = NULL;
	(void)choose_targets(command, targets);
	int status = call(command, &targets[0], &answer);
	if (status == EXIT_DONE) {
		json_t *result = json_object_get(answer, "result");
		*ret_result = json_incref(result);
		status = result != NULL ? EXIT_DONE : show_error(command, &targets[0], answer);
	}
	json_decref(answer);
	return status;
}

// SPDX-License-Identifier: BSD-3-Clause

#include "watch.h"

#include <parallax/exchange/client.h>

#include "command_line.h"
#include "connection.h"
#include "exit_status.h"
#include "table.h"
#include "watch_screen.h"

#include <jansson.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/signalfd.h>

#define REFRESH_MS 1000

struct watch {
	const struct command *command;
	const char *socket_path;
	struct connection connection;
	bool is_terminal;
	int signal_fd;
	bool is_reached; // the last reading came
	json_t *refusal; // the daemon's error, after which there is nothing to watch
	struct watch_rates rates;
};

// The result of a method without parameters, or NULL when the connection failed or the daemon refused.
static json_t *ask(struct watch *watch, const char *method)
{
	json_t *answer = NULL;
	json_t *params = json_object();
	int error = connection_call(&watch->connection, method, params, &answer);
	json_decref(params);
	if (error != 0) {
		connection_close(&watch->connection);
		return NULL;
	}
	json_t *result = json_incref(json_object_get(answer, "result"));
	if (result == NULL && watch->refusal == NULL) {
		watch->refusal = json_incref(json_object_get(answer, "error"));
	}
	json_decref(answer);
	return result;
}

// The whole screen as one write, so that it does not flicker.
static void draw(const struct watch *watch, const char *text, size_t length)
{
	if (watch->is_terminal) {
		fputs("\x1b[H", stdout);
		for (size_t i = 0; i < length; i++) {
			if (text[i] == '\n') {
				fputs("\x1b[K", stdout);
			}
			fputc(text[i], stdout);
		}
		fputs("\x1b[J", stdout);
	} else {
		fwrite(text, 1, length, stdout);
		fputc('\n', stdout);
	}
	fflush(stdout);
}

static void draw_status(struct watch *watch, const json_t *status, const json_t *parts)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	if (out == NULL) {
		return;
	}
	if (status == NULL || parts == NULL) {
		fprintf(out, "the daemon at %s cannot be reached; trying again\n",
			watch->socket_path);
		watch->rates.has_before = false;
	} else if (watch_is_control(status)) {
		watch_show_control(&watch->rates, status, parts, out);
	} else {
		watch_show_dataplane(&watch->rates, status, parts, out);
	}
	fclose(out);
	draw(watch, text, length);
	free(text);
}

static void refresh(struct watch *watch)
{
	if (watch->connection.fd < 0) {
		int error = connection_open(watch->socket_path, &watch->connection);
		(void)error; // shown by the missing status
		watch->connection.timeout_ms = CONNECTION_STATUS_TIMEOUT_MS;
	}
	json_t *status = watch->connection.fd < 0 ? NULL : ask(watch, "status.get");
	const char *name = watch_is_control(status) ? "perspectives" : "upstreams";
	const char *method = watch_is_control(status) ? "perspectives.list" : "upstreams.list";
	json_t *parts =
		watch->connection.fd < 0 || watch->refusal != NULL ? NULL : ask(watch, method);
	watch->is_reached = status != NULL && parts != NULL;
	if (watch->refusal != NULL) {
		json_decref(status);
		return;
	}
	if (watch->command->wants_json) {
		json_t *both = json_pack("{s:O?, s:O?}", "status", status, name,
					 json_object_get(parts, name));
		json_dumpf(both, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
		fputc('\n', stdout);
		fflush(stdout);
		json_decref(both);
	} else {
		draw_status(watch, status, parts);
	}
	json_decref(status);
	json_decref(parts);
}

// True when a signal asks to end.
static bool wait_second(const struct watch *watch)
{
	struct pollfd signals = {.fd = watch->signal_fd, .events = POLLIN};
	return poll(&signals, 1, REFRESH_MS) > 0;
}

static int open_signals(void)
{
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP); // with nohup it is ignored still
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

static void show_refusal(const json_t *refusal)
{
	const json_t *message = json_object_get(refusal, "message");
	fputs("parallaxctl: watch: ", stderr);
	if (json_is_string(message)) {
		print_safe(stderr, json_string_value(message), json_string_length(message));
	}
	fputc('\n', stderr);
}

int watch_run(const struct command *command)
{
	struct watch watch = {.command = command,
			      .socket_path = command->socket_path != NULL
						     ? command->socket_path
						     : PLX_DATAPLANE_SOCKET_DEFAULT,
			      .connection.fd = -1};
	int error = connection_open(watch.socket_path, &watch.connection);
	if (error != 0) {
		connection_print_failure(watch.socket_path, error, stderr);
		return EXIT_UNREACHABLE;
	}
	watch.is_terminal = !command->wants_json && isatty(STDOUT_FILENO);
	watch.signal_fd = open_signals();
	if (watch.is_terminal) {
		fputs("\x1b[?25l\x1b[2J", stdout); // no cursor, empty screen
	}
	bool is_interrupted = false;
	for (unsigned i = 0; !is_interrupted; i++) {
		refresh(&watch);
		if (watch.refusal != NULL ||
		    (command->watch_count > 0 && i + 1 == command->watch_count)) {
			break;
		}
		is_interrupted = wait_second(&watch);
	}
	if (watch.is_terminal) {
		fputs("\x1b[?25h", stdout);
	}
	connection_close(&watch.connection);
	close(watch.signal_fd);
	if (watch.refusal != NULL) {
		show_refusal(watch.refusal);
		json_decref(watch.refusal);
		return EXIT_USAGE;
	}
	if (is_interrupted) {
		return EXIT_INTERRUPTED;
	}
	return watch.is_reached ? EXIT_DONE : EXIT_UNREACHABLE;
}

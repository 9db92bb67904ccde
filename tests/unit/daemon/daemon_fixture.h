// SPDX-License-Identifier: BSD-3-Clause
// Real daemons on loopback, a primary and its remote, without a dataplane; certificates and keys are made anew.

#pragma once

#include <stdbool.h>

#include <sys/types.h>

struct json_t;

struct daemon_options_text {
	const char *primary_extra; // more lines of the primary's configuration; NULL: none
};

struct daemon_process {
	pid_t pid; // 0: not running
	int port;
	char config[128];
	char socket[100]; // of a sun_path
	char log[128];
};

struct daemon_fixture {
	char directory[64];
	struct daemon_process primary, remote;
};
extern struct daemon_fixture fixture;

// Makes files and configurations. Nothing runs yet.
void fixture_init(const struct daemon_options_text *options);
// Ends what still runs, and removes the directory.
void fixture_fini(void);

// Starts it and waits until its control socket answers.
void daemon_start(struct daemon_process *daemon);
// The exit status of a daemon that is expected to end, within a deadline.
int daemon_wait(struct daemon_process *daemon);
// Runs `parallaxd --config FILE ARGUMENT` to its end; its output is in daemon->log.
int daemon_run(struct daemon_process *daemon, const char *argument);
void daemon_write_config(struct daemon_process *daemon, const char *text);
// Puts `to` in place of the first `from` of the configuration.
void daemon_edit_config(struct daemon_process *daemon, const char *from, const char *to);
bool daemon_log_has(const struct daemon_process *daemon, const char *text);

// Both of the next two. `params` is taken over.
struct json_t *daemon_call(const struct daemon_process *daemon, const char *method,
			   struct json_t *params);
// Asks, and does not wait for the answer: the connection, to be closed. `params` is taken over.
int daemon_send(const struct daemon_process *daemon, const char *method, struct json_t *params);
// The whole answer, an own reference. Closes the connection.
struct json_t *daemon_receive(int fd);
// The result; a failed check and NULL when it was an error.
struct json_t *daemon_ask(const struct daemon_process *daemon, const char *method,
			  struct json_t *params);
// A member below `path` ("audit/writable") of a value. Borrowed.
const struct json_t *member(const struct json_t *value, const char *path);
const char *member_text(const struct json_t *value, const char *path);

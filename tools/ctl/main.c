// SPDX-License-Identifier: BSD-3-Clause
// parallaxctl: one command, one call, one answer.

#include <parallax/base/standard_streams.h>

#include "command_line.h"
#include "command_run.h"
#include "exit_status.h"
#include "readiness/readiness_command.h"
#include "table.h"
#include "watch.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct command command;
	struct command_fault fault;
	if (plx_standard_streams_hold() != 0) {
		return EXIT_USAGE;
	}
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
	case COMMAND_EXPLAIN:
		status = explain_command_run(&command);
		break;
	case COMMAND_AUDIT_EVIDENCE:
		status = audit_evidence_command_run(&command);
		break;
	case COMMAND_REPLAY:
		status = replay_command_run(command.replay_path, command.wants_json);
		break;
	case COMMAND_CALL:
		status = command_run(&command);
		break;
	}
	json_decref(command.params);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "parallaxctl: the answer cannot be written: %s\n", strerror(errno));
		return EXIT_FAILURES;
	}
	return status;
}

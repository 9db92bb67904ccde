// SPDX-License-Identifier: BSD-3-Clause
// The daemon's control socket: JSON-RPC methods over the parts of a service_context. Who asked, by the kernel's word,
// goes into the audit log with what was changed.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/protocol/rpc_server.h>

struct command_server;
struct service_context;

struct command_server_config {
	struct service_context *service;
	// Ends the daemon once what is in flight has ended.
	void (*drain)(void *context, const char *actor);
	void *context;
};

// NULL, ret_error and the fault as plx_rpc_server_open.
struct command_server *command_server_open(const struct command_server_config *config,
					   int *ret_error, struct plx_rpc_fault *fault);
// Before the service closes: waits for a walk through the audit log to end. NULL is accepted.
void command_server_close(struct command_server *server);

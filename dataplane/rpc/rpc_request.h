// SPDX-License-Identifier: BSD-3-Clause
// One line from a peer as a checked request: JSON, JSON-RPC 2.0, a known method, parameters as it declares them.
// Pure: no session, no I/O.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/protocol/rpc_error.h>
#include <parallax/protocol/rpc_method.h>

#include <stdbool.h>
#include <stddef.h>

struct json_t;

struct rpc_request {
	const struct plx_method *method;
	struct json_t *id; // own reference; JSON null when the request had none or was unreadable
	struct json_t *params; // own reference; an object
	bool is_notification;  // no `id`: it gets no answer
};

struct rpc_request_fault {
	int code;         // PLX_RPC_*
	char pointer[96]; // "" when no one place is at fault
	char message[256];
};

// False and the fault; then only ret_request->id is set, for the answer. Release in both cases.
PLX_MUST_CHECK bool rpc_request_read(const char *line, size_t length,
				     const struct plx_method *methods, size_t method_count,
				     struct rpc_request *ret_request,
				     struct rpc_request_fault *ret_fault);
void rpc_request_release(struct rpc_request *request);

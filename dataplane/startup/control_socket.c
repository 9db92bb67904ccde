// SPDX-License-Identifier: BSD-3-Clause
// The control socket and the folder it lies in.

#include "startup/dataplane.h"

#include <parallax/process/account.h>
#include <parallax/protocol/rpc_server.h>

#include "control_socket/control.h"

static void drain(void *context)
{
	start_drain(context, "drain.start");
}

int start_control(struct dataplane *dataplane)
{
	const struct options *options = &dataplane->options;
	struct plx_rpc_fault fault;
	struct plx_account_fault account_fault;
	const struct control_config config = {
		.base = dataplane->events,
		.group = dataplane->group,
		.exchange = dataplane->exchange,
		.options = options,
		.anchors = dataplane->iteration.validates ? &dataplane->iteration.anchors : NULL,
		.policy = &dataplane->iteration.policy,
		.drain = drain,
		.context = dataplane,
	};
	int error = plx_account_make_folder(options->user, options->socket, &account_fault);
	if (error != 0) {
		return start_fault(dataplane, "socket", error, "%s", account_fault.text);
	}
	dataplane->control = control_create(&config, &error, &fault);
	if (dataplane->control == NULL) {
		return start_fault(dataplane, "socket", error, "%s", fault.text);
	}
	// Look-ups of the control socket itself are those of a client like any other: it connects as that account.
	error = plx_account_give(options->user, options->socket, &account_fault);
	return error == 0 ? 0 : start_fault(dataplane, "socket", error, "%s", account_fault.text);
}

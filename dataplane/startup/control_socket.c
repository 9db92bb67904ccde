// SPDX-License-Identifier: BSD-3-Clause
// The control socket and the folder it lies in. The folder is made when it is missing, as systemd's RuntimeDirectory=
// would, so that a start by hand works; it must belong to the account that we will run as, which removes the socket.

#include "startup/dataplane.h"

#include <parallax/protocol/rpc_server.h>

#include "control_socket/control.h"

#include <errno.h>
#include <libgen.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_MODE 0755

static int give_to_account(struct dataplane *dataplane, const char *path)
{
	const struct passwd *account = run_account(&dataplane->options);
	if (geteuid() == 0 && account != NULL &&
	    chown(path, account->pw_uid, (gid_t)-1) != 0) { // the group is socket_group's
		return start_fault(dataplane, "socket", -errno, "%s cannot be given to %s: %s",
				   path, account->pw_name, strerror(errno));
	}
	return 0;
}

// One level only: a path that is wrong further up is a mistake to be told.
static int make_folder(struct dataplane *dataplane)
{
	char path[sizeof(dataplane->options.socket)];
	memcpy(path, dataplane->options.socket, sizeof(path));
	const char *folder = dirname(path);
	if (mkdir(folder, FOLDER_MODE) == 0) {
		return give_to_account(dataplane, folder);
	}
	if (errno == EEXIST) {
		return 0;
	}
	return start_fault(dataplane, "socket", -errno,
			   "the folder %s of the socket cannot be made: %s", folder,
			   strerror(errno));
}

static void drain(void *context)
{
	start_drain(context, "drain.start");
}

int start_control(struct dataplane *dataplane)
{
	struct plx_rpc_fault fault;
	const struct control_config config = {
		.base = dataplane->events,
		.group = dataplane->group,
		.exchange = dataplane->exchange,
		.options = &dataplane->options,
		.drain = drain,
		.context = dataplane,
	};
	int error = make_folder(dataplane);
	if (error != 0) {
		return error;
	}
	dataplane->control = control_create(&config, &error, &fault);
	if (dataplane->control == NULL) {
		return start_fault(dataplane, "socket", error, "%s", fault.text);
	}
	// Look-ups of the control socket itself are those of a client like any other: it connects as that account.
	return give_to_account(dataplane, dataplane->options.socket);
}

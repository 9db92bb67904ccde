// SPDX-License-Identifier: BSD-3-Clause
// Root is needed to open the port, to load the XDP program and to make the TAP device; nothing later needs it. From here
// on the process is an ordinary account without capabilities.

#include "startup/dataplane.h"

#include <parallax/base/log_line.h>
#include <parallax/process/account.h>

int drop_privileges(struct dataplane *dataplane)
{
	struct plx_account_fault fault;
	bool is_root;
	int error = plx_account_take(dataplane->options.user, &is_root, &fault);
	if (error != 0) {
		return start_fault(dataplane, "privileges", error, "%s", fault.text);
	}
	if (is_root) {
		plx_log_message(dataplane_logs_json(dataplane), PLX_LOG_LEVEL_WARNING,
				"privileges_kept", "running as root because user says so");
	}
	return 0;
}

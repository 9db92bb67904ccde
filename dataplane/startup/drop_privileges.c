// SPDX-License-Identifier: BSD-3-Clause
// Root is needed to open the port, to load the XDP program and to make the TAP device; nothing later needs it. From here
// on the process is an ordinary account without capabilities.

#include "startup/dataplane.h"

#include <parallax/base/log_line.h>

#include "startup/thread_capabilities.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

const struct passwd *run_account(const struct options *options)
{
	if (options->user[0] != '\0') {
		return getpwnam(options->user);
	}
	const struct passwd *account = getpwnam("parallax");
	return account != NULL ? account : getpwnam("nobody");
}

static int drop_capabilities(const struct dataplane *dataplane)
{
	int error = thread_capabilities_drop();
	return error == 0 ? 0
			  : start_fault(dataplane, "privileges", error,
					"a thread keeps its capabilities: %s", strerror(-error));
}

int drop_privileges(struct dataplane *dataplane)
{
	const char *configured = dataplane->options.user;
	bool is_json = dataplane_logs_json(dataplane);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		return start_fault(dataplane, "privileges", -errno, "PR_SET_NO_NEW_PRIVS: %s",
				   strerror(errno));
	}
	if (geteuid() != 0) {
		return drop_capabilities(dataplane); // it may have been given some
	}
	const struct passwd *account = run_account(&dataplane->options);
	if (account == NULL) {
		return start_fault(dataplane, "privileges", -ENOENT,
				   "the account '%s' does not exist: correct user, or create it",
				   configured[0] != '\0' ? configured : "nobody");
	}
	if (account->pw_uid == 0) {
		plx_log_message(is_json, PLX_LOG_LEVEL_WARNING, "privileges_kept",
				"running as root because user says so");
		return 0;
	}
	// Changing all three user IDs from root clears every capability set of every thread.
	if (initgroups(account->pw_name, account->pw_gid) != 0 ||
	    setresgid(account->pw_gid, account->pw_gid, account->pw_gid) != 0 ||
	    setresuid(account->pw_uid, account->pw_uid, account->pw_uid) != 0) {
		return start_fault(dataplane, "privileges", -errno,
				   "the account '%s' cannot be taken: %s", account->pw_name,
				   strerror(errno));
	}
	if (setresuid(0, 0, 0) == 0) {
		return start_fault(dataplane, "privileges", -EPERM,
				   "privileges came back after they were dropped");
	}
	return drop_capabilities(dataplane); // none are left unless securebits keep them
}

// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/process/account.h>

#include "process/thread_capabilities.h"

#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_MODE 0755

static int account_fault(struct plx_account_fault *fault, int error, const char *format, ...)
	PLX_PRINTF(3, 4);

static int account_fault(struct plx_account_fault *fault, int error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	return error < 0 ? error : -EIO;
}

const struct passwd *plx_account_find(const char *configured)
{
	if (configured[0] != '\0') {
		return getpwnam(configured);
	}
	const struct passwd *account = getpwnam("parallax");
	return account != NULL ? account : getpwnam("nobody");
}

int plx_account_give(const char *configured, const char *path, struct plx_account_fault *fault)
{
	const struct passwd *account = plx_account_find(configured);
	if (geteuid() == 0 && account != NULL && chown(path, account->pw_uid, (gid_t)-1) != 0) {
		return account_fault(fault, -errno, "%s cannot be given to %s: %s", path,
				     account->pw_name, strerror(errno));
	}
	return 0;
}

int plx_account_make_folder(const char *configured, const char *socket_path,
			    struct plx_account_fault *fault)
{
	char *path = strdup(socket_path);
	if (path == NULL) {
		return account_fault(fault, -ENOMEM, "not enough memory");
	}
	const char *folder = dirname(path);
	int error = 0;
	if (mkdir(folder, FOLDER_MODE) == 0) {
		error = plx_account_give(configured, folder, fault);
	} else if (errno != EEXIST) {
		error = account_fault(fault, -errno,
				      "the folder %s of the socket cannot be made: %s", folder,
				      strerror(errno));
	}
	free(path);
	return error;
}

static int drop_capabilities(struct plx_account_fault *fault)
{
	int error = thread_capabilities_drop();
	return error == 0 ? 0
			  : account_fault(fault, error, "a thread keeps its capabilities: %s",
					  strerror(-error));
}

// Another account forgets the signal that a program which started us wants us to get when it ends. When it ended in
// between, we get it here.
static void renew_death_signal(int death_signal, pid_t parent)
{
	if (death_signal == 0) {
		return;
	}
	prctl(PR_SET_PDEATHSIG, death_signal);
	if (getppid() != parent) {
		raise(death_signal);
	}
}

// Changing all three user IDs from root clears every capability set of every thread.
static int become(const struct passwd *account, struct plx_account_fault *fault)
{
	int death_signal = 0;
	pid_t parent = getppid();
	prctl(PR_GET_PDEATHSIG, &death_signal);
	if (initgroups(account->pw_name, account->pw_gid) != 0 ||
	    setresgid(account->pw_gid, account->pw_gid, account->pw_gid) != 0 ||
	    setresuid(account->pw_uid, account->pw_uid, account->pw_uid) != 0) {
		return account_fault(fault, -errno, "the account '%s' cannot be taken: %s",
				     account->pw_name, strerror(errno));
	}
	renew_death_signal(death_signal, parent);
	if (setresuid(0, 0, 0) == 0) {
		return account_fault(fault, -EPERM, "privileges came back after they were dropped");
	}
	return drop_capabilities(fault); // none are left unless securebits keep them
}

int plx_account_take(const char *configured, bool *ret_is_root, struct plx_account_fault *fault)
{
	*ret_is_root = false;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		return account_fault(fault, -errno, "PR_SET_NO_NEW_PRIVS: %s", strerror(errno));
	}
	if (geteuid() != 0) {
		return drop_capabilities(fault); // it may have been given some
	}
	const struct passwd *account = plx_account_find(configured);
	if (account == NULL) {
		return account_fault(fault, -ENOENT,
				     "the account '%s' does not exist: correct user, or create it",
				     configured[0] != '\0' ? configured : "nobody");
	}
	if (account->pw_uid == 0) {
		*ret_is_root = true;
		return 0;
	}
	return become(account, fault);
}

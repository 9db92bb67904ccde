// SPDX-License-Identifier: BSD-3-Clause
// Starting as root, going on as an ordinary account: what both daemons do once sockets and ports are open. For the start,
// before a loop runs; the name service may be asked.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>

#define PLX_ACCOUNT_FAULT_MAX 256

struct passwd;

struct plx_account_fault {
	char text[PLX_ACCOUNT_FAULT_MAX]; // one line: what is wrong and how to mend it
};

// The account to run as: the configured one; for "" it is "parallax" where that exists, else "nobody". NULL: there is no
// such account. Static storage of getpwnam(3).
const struct passwd *plx_account_find(const char *configured);

// Makes the folder of a socket when it is missing, as systemd's RuntimeDirectory= would, so that a start by hand works,
// and gives it to the account, which removes the socket when it ends. One level only: a path that is wrong further up
// is a mistake to be told. -errno and the fault.
PLX_MUST_CHECK int plx_account_make_folder(const char *configured, const char *socket_path,
					   struct plx_account_fault *fault);
// Gives a file to the account when we are root; its group stays. -errno and the fault.
PLX_MUST_CHECK int plx_account_give(const char *configured, const char *path,
				    struct plx_account_fault *fault);

// From here on the process is that account without capabilities, and cannot gain any. Started by another account than
// root it stays that one. ret_is_root: it runs as root because it was configured so. -errno and the fault.
PLX_MUST_CHECK int plx_account_take(const char *configured, bool *ret_is_root,
				    struct plx_account_fault *fault);

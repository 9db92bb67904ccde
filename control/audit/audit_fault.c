// SPDX-License-Identifier: BSD-3-Clause
// Faults of the audit log. SQLite's codes are grouped by what the operator has to do about them.

#include "audit/audit_fault.h"

#include <parallax/base/error.h>

#include <sqlite3.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int audit_fault_set(struct audit_fault *fault, int error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	fault->error = error;
	return error;
}

struct remedy {
	int error;
	const char *mend;
};

static struct remedy remedy_of_errno(int system_error)
{
	switch (system_error) {
	case ENOSPC:
	case EDQUOT:
		return (struct remedy) {-ENOSPC,
					"free space on its disk: appends resume by themselves"};
	case EFBIG:
		return (struct remedy) {
			-EFBIG,
			"raise the limit of the file's size (ulimit -f), or rotate the log"};
	case EROFS:
		return (struct remedy) {-EROFS, "mount its file system writable"};
	case EACCES:
	case EPERM:
		return (struct remedy) {
			-EACCES, "give this user read and write access to the file and its folder"};
	case ENOENT:
		return (struct remedy) {-ENOENT, "create its folder, or correct the path"};
	default:
		return (struct remedy) {-EIO, "look for disk errors in the kernel's log"};
	}
}

// SQLite forgets the cause when it is a COMMIT that fails, but the file handle of the write-ahead log keeps it.
static int cause_of(sqlite3 *database)
{
	int cause = sqlite3_system_errno(database);
	sqlite3_file *journal = NULL;
	if (cause == 0 &&
	    sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal) ==
		    SQLITE_OK &&
	    journal != NULL && journal->pMethods != NULL) {
		journal->pMethods->xFileControl(journal, SQLITE_FCNTL_LAST_ERRNO, &cause);
	}
	return cause;
}

static struct remedy remedy_of(sqlite3 *database)
{
	int system_error = cause_of(database);
	switch (sqlite3_errcode(database) & 0xff) {
	case SQLITE_FULL:
		return remedy_of_errno(ENOSPC);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return (struct remedy) {-EBUSY,
					"end the program that holds a lock on it (fuser -v FILE)"};
	case SQLITE_READONLY:
		return remedy_of_errno(system_error == EROFS ? EROFS : EACCES);
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return remedy_of_errno(EACCES);
	case SQLITE_CANTOPEN:
		return remedy_of_errno(system_error != 0 ? system_error : ENOENT);
	case SQLITE_IOERR:
		return remedy_of_errno(system_error);
	case SQLITE_NOMEM:
		return (struct remedy) {-ENOMEM, "give the program more memory"};
	case SQLITE_CONSTRAINT:
		return (struct remedy) {PLX_ERR_AUDIT_CHAIN, "run `parallaxctl audit verify`"};
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return (struct remedy) {
			PLX_ERR_AUDIT_SCHEMA,
			"keep the file for the auditor, restore a copy or start a new log"};
	default:
		return remedy_of_errno(EIO);
	}
}

int audit_fault_from_sqlite(struct audit_fault *fault, sqlite3 *database, const char *path,
			    const char *what)
{
	struct remedy remedy = remedy_of(database);
	return audit_fault_set(fault, remedy.error, "%s: %s: %s: %s", path, what,
			       sqlite3_errmsg(database), remedy.mend);
}

// SPDX-License-Identifier: BSD-3-Clause
// Renewal of the write-ahead log, by SQLite's own file handle: to close a second one would drop this process's locks.

#include "audit/audit_renewal.h"

#include <parallax/base/error.h>

#include <sqlite3.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES (64 << 10)

static int file_fault(sqlite3_file *file, const char *path, int code, struct audit_fault *fault)
{
	int cause = 0;
	file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &cause);
	int error = (code & 0xff) == SQLITE_FULL ? -ENOSPC : cause != 0 ? -cause : -EIO;
	return audit_fault_set(
		fault, error,
		"%s-wal: it is in doubt whether it is on the disk, and it cannot be written "
		"anew: %s: %s",
		path, strerror(-error),
		error == -ENOSPC ? "free space on its disk: appends resume by themselves"
				 : "look for disk errors in the kernel's log");
}

static int rewrite(sqlite3_file *file, uint8_t *chunk)
{
	sqlite3_int64 size = 0;
	int code = file->pMethods->xFileSize(file, &size);
	for (sqlite3_int64 offset = 0; code == SQLITE_OK && offset < size; offset += CHUNK_BYTES) {
		int count = size - offset < CHUNK_BYTES ? (int)(size - offset) : CHUNK_BYTES;
		code = file->pMethods->xRead(file, chunk, count, offset);
		if (code == SQLITE_OK) {
			code = file->pMethods->xWrite(file, chunk, count, offset);
		}
	}
	return code == SQLITE_OK && size > 0 ? file->pMethods->xSync(file, SQLITE_SYNC_NORMAL)
					     : code;
}

static int renew(sqlite3 *database, const char *path, struct audit_fault *fault)
{
	sqlite3_file *file = NULL;
	// Without a write-ahead log this is the handle of a rollback journal, which is not open yet.
	if (sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) !=
		    SQLITE_OK ||
	    file == NULL || file->pMethods == NULL) {
		return 0;
	}
	uint8_t *chunk = malloc(CHUNK_BYTES);
	if (chunk == NULL) {
		return audit_fault_set(fault, -ENOMEM,
				       "%s-wal: cannot be written anew: no memory: give the "
				       "program more",
				       path);
	}
	int code = rewrite(file, chunk);
	free(chunk);
	return code == SQLITE_OK ? 0 : file_fault(file, path, code, fault);
}

int audit_renewal_run(const char *path, unsigned busy_timeout_ms, struct audit_fault *fault)
{
	sqlite3 *database = NULL;
	int error = 0;
	int code = sqlite3_open_v2(
		path, &database,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (database == NULL) {
		return audit_fault_set(fault, -ENOMEM,
				       "%s: cannot be opened: no memory: give the program more",
				       path);
	}
	sqlite3_busy_timeout(database, (int)busy_timeout_ms);
	sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (code == SQLITE_OK) {
		code = sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	}
	error = code == SQLITE_OK
			? renew(database, path, fault)
			: audit_fault_from_sqlite(fault, database, path, "cannot be opened");
	sqlite3_close(database);
	return error;
}

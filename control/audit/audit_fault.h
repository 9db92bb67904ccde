// SPDX-License-Identifier: BSD-3-Clause
// Why the audit log could not do something, in one line for a person: where, what, how to mend.

#pragma once

#include <parallax/base/attributes.h>

#define AUDIT_FAULT_TEXT_BYTES 512

struct sqlite3;

struct audit_fault {
	int error; // 0: none; else -errno or PLX_ERR_AUDIT_*
	char text[AUDIT_FAULT_TEXT_BYTES];
};

// Fills `fault` and returns `error`. A longer text is cut.
int audit_fault_set(struct audit_fault *fault, int error, const char *format, ...) PLX_PRINTF(3, 4);
// The same from the last error of a connection: -ENOSPC, -EBUSY (another program holds the lock), -EFBIG, -EROFS,
// -EACCES, -ENOMEM, -EIO, PLX_ERR_AUDIT_CHAIN (a rule of the table refused) or PLX_ERR_AUDIT_SCHEMA (no database).
int audit_fault_from_sqlite(struct audit_fault *fault, struct sqlite3 *database, const char *path,
			    const char *what);

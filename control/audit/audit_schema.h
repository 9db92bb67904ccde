// SPDX-License-Identifier: BSD-3-Clause
// Tables of the audit log. `record` is the chain and the only thing that is believed; `record_index` is derived from
// it, for queries, and can be made anew at any time.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_fault.h"

#include <stdbool.h>

struct sqlite3;

#define AUDIT_SCHEMA_VERSION 1
#define AUDIT_APPLICATION_ID 0x506c7841 // "PlxA", in the header of the file

// Within a transaction: makes the tables in an empty file. PLX_ERR_AUDIT_SCHEMA for a file of another program or of a
// newer version; else as audit_fault_from_sqlite.
PLX_MUST_CHECK int audit_schema_prepare(struct sqlite3 *database, const char *path,
					struct audit_fault *fault);
// The same test without making anything; for readers.
PLX_MUST_CHECK int audit_schema_check(struct sqlite3 *database, const char *path,
				      struct audit_fault *fault);

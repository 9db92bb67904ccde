// SPDX-License-Identifier: BSD-3-Clause
// Brings the write-ahead log to the disk again, when it is in doubt whether it is there: after an I/O error, and at each
// start, since nobody knows how the process before ended.
//
// A failed fsync is reported once; the kernel then counts the pages as written, whether they were or not. A process that
// opens the file reads them from the page cache, takes them for committed, and is told by the next fsync that all is
// well: records after them would be acknowledged, and be lost behind a hole when the power fails. The same octets written
// anew are dirty again, and a sync that succeeds after that does speak of them.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_fault.h"

// With no other connection of this thread open: reads all of the file's write-ahead log, writes it back, syncs it. By
// a connection of its own, closed afterwards, so that SQLite looks for the log's end in what is now on the disk and not
// in what it had read before. Holds the writers' lock meanwhile. Nothing to do for a file that has none. -errno or
// PLX_ERR_AUDIT_* with a text; nothing may be appended then.
PLX_MUST_CHECK int audit_renewal_run(const char *path, unsigned busy_timeout_ms,
				     struct audit_fault *fault);

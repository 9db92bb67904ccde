// SPDX-License-Identifier: BSD-3-Clause
// Exports of the log as NDJSON (audit_line.h), and their verification without the database. An export is what goes to
// an auditor, to an archive (retention, BR 5.4.3 and 5.5.2), and what rotation leaves behind.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_line.h"
#include "audit/audit_reader.h"
#include "audit/audit_verify.h"

#include <stdio.h>

// Records first <= sequence <= last (last 0: to the end), then the end line. A chain that is broken within the range
// is not exported: PLX_ERR_AUDIT_CHAIN. -ERANGE when there is no record. -errno of writing (also checked by a flush).
// What was written before a failure has no end line and does not verify.
PLX_MUST_CHECK int audit_export(struct audit_reader *reader, uint64_t first, uint64_t last,
				FILE *output, struct audit_line_end *ret_end,
				struct audit_fault *fault);

// Outside input. Checks each line, the chain from the first record on, and the end line against what was read. A head may
// be given as for audit_verify; when the records it names lie outside the export it judges nothing. `ret_line`: number
// of the first bad line, 0 when intact. -EIO of reading, -ENOMEM; PLX_ERR_AUDIT_LINE when a line is none of an export,
// or the end line is missing.
PLX_MUST_CHECK int audit_export_verify(FILE *input, const struct audit_head *head,
				       struct evp_pkey_st *public_key,
				       struct audit_verification *ret_verification,
				       uint64_t *ret_line, struct audit_fault *fault);

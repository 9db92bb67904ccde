// SPDX-License-Identifier: BSD-3-Clause
// The files of evidence that the audit log names, beside it: are they there, and unaltered? Not of the loop's thread.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_fault.h"

#include <stdint.h>

struct audit_reader;
struct json_t;

struct evidence_file_counts {
	uint64_t verified; // there, and what the record names
	uint64_t altered;
	uint64_t missing;
	uint64_t purged;       // missing, and older than what retention removed, as the log says
	int64_t first_altered; // sequence of the record; 0: none
	int64_t first_missing; // the same
};

// Of all records of a whole chain. As audit_reader_walk; -errno when the files cannot be read.
PLX_MUST_CHECK int evidence_files_verify(struct audit_reader *reader,
					 struct evidence_file_counts *ret_counts,
					 struct audit_fault *fault);
// One file, verified: {"sha256","bytes","text"}. -ENOENT, -EBADMSG.
PLX_MUST_CHECK int evidence_files_load(struct audit_reader *reader, const char *digest,
				       struct json_t **ret_file, struct audit_fault *fault);
// What the records of an order name: an array of {"sequence","identifier","kind","check","attempt","name","type","status",
// "dnssec","sha256"}. As audit_query_run.
PLX_MUST_CHECK int evidence_files_list(struct audit_reader *reader, const char *order,
				       struct json_t **ret_list, struct audit_fault *fault);

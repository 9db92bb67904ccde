// SPDX-License-Identifier: BSD-3-Clause
// parallaxctl audit evidence: the files of evidence that an order's records name, or one of them, octet by octet as it was
// stored; its digest is verified here once more, whatever the daemon says.

#pragma once

#include <parallax/base/attributes.h>

#include "command_choice.h"

struct command;
struct command_fault;

struct audit_evidence_options {
	const char *
		output_path; // a file for one, a folder for those of an order; NULL: standard output, a list
};

// Takes --output out of the words. -EINVAL and the fault.
PLX_MUST_CHECK int audit_evidence_options_take(struct command_words *words,
					       struct audit_evidence_options *ret_options,
					       struct command_fault *fault);
// Returns the program's exit status.
int audit_evidence_command_run(const struct command *command);

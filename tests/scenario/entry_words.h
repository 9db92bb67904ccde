// SPDX-License-Identifier: BSD-3-Clause
// The words of MATCH, REPLY, ADJUST and JOB lines and those of an answer to be checked.

#pragma once

#include "scenario.h"

// Each reads one line, its first word included. 0, or -EINVAL with a fault.
PLX_MUST_CHECK int entry_read_match(const struct line_words *words, struct scenario_entry *entry,
				    struct scenario_fault *fault);
PLX_MUST_CHECK int entry_read_reply(const struct line_words *words, struct scenario_entry *entry,
				    struct scenario_fault *fault);
PLX_MUST_CHECK int entry_read_adjust(const struct line_words *words, struct scenario_entry *entry,
				     struct scenario_fault *fault);
PLX_MUST_CHECK int entry_read_job(const struct line_words *words, struct scenario_entry *entry,
				  struct scenario_fault *fault);
// STATUS, FOUND_AT, DNSSEC, TRANSPORT, EDE, SERVER, AT_LEAST: 1 when it was one of these, 0 when not.
PLX_MUST_CHECK int entry_read_check(const struct line_words *words, struct scenario_entry *entry,
				    struct scenario_fault *fault);

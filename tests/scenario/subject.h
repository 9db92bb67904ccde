// SPDX-License-Identifier: BSD-3-Clause
// Who answers the look-ups of a scenario: the engine, and wrong ones that a good scenario must tell from it.

#pragma once

#include <stdbool.h>

enum subject {
	SUBJECT_ENGINE,
	SUBJECT_UNVALIDATED, // the iterative engine that believes what it is told
	SUBJECT_SERVFAIL,    // fails every look-up at once
	SUBJECT_EMPTY, // "no records" to everything: the error that would issue against a CAA record
	SUBJECT_COUNT
};

const char *subject_name(enum subject subject);
// The engine runs, whether it validates or not.
bool subject_is_engine(enum subject subject);
// Whether scenarios of that kind are played against it.
bool subject_is_played(enum subject subject, bool is_iterative);

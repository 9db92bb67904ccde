// SPDX-License-Identifier: BSD-3-Clause

#include "subject.h"

const char *subject_name(enum subject subject)
{
	static const char *const names[SUBJECT_COUNT] = {
		[SUBJECT_ENGINE] = "engine",
		[SUBJECT_UNVALIDATED] = "unvalidated",
		[SUBJECT_SERVFAIL] = "servfail",
		[SUBJECT_EMPTY] = "empty",
	};
	return names[subject];
}

bool subject_is_engine(enum subject subject)
{
	return subject == SUBJECT_ENGINE || subject == SUBJECT_UNVALIDATED;
}

bool subject_is_played(enum subject subject, bool is_iterative)
{
	switch (subject) {
	case SUBJECT_ENGINE:
	case SUBJECT_SERVFAIL:
		return true;
	case SUBJECT_UNVALIDATED:
		return is_iterative;
	case SUBJECT_EMPTY:
		return !is_iterative;
	case SUBJECT_COUNT:
		break;
	}
	return false;
}

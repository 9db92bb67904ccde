// SPDX-License-Identifier: BSD-3-Clause
// Names and sentences of the faults, from the one table.

#include "names/identifier_fault.h"

const char *identifier_fault_name(enum identifier_fault fault)
{
	switch (fault) {
	case IDENTIFIER_FAULT_NONE:
		return "none";
#define IDENTIFIER_FAULT_ENTRY(code, name, text)                                                   \
	case IDENTIFIER_FAULT_##code:                                                              \
		return name;
		IDENTIFIER_FAULTS(IDENTIFIER_FAULT_ENTRY)
#undef IDENTIFIER_FAULT_ENTRY
	}
	return "unknown";
}

const char *identifier_fault_text(enum identifier_fault fault)
{
	switch (fault) {
	case IDENTIFIER_FAULT_NONE:
		return "nothing is wrong with the identifier";
#define IDENTIFIER_FAULT_ENTRY(code, name, text)                                                   \
	case IDENTIFIER_FAULT_##code:                                                              \
		return text;
		IDENTIFIER_FAULTS(IDENTIFIER_FAULT_ENTRY)
#undef IDENTIFIER_FAULT_ENTRY
	}
	return "the fault is unknown";
}

// SPDX-License-Identifier: BSD-3-Clause
// Reads the kernel's state of NTP.

#include "guard/clock_sync.h"

#include <sys/timex.h>

enum clock_sync clock_sync_judge(int result, int status)
{
	// TIME_ERROR also stands for faults of a PPS signal, with the clock synchronised.
	if (result < 0) {
		return CLOCK_SYNC_UNKNOWN;
	}
	return (status & STA_UNSYNC) != 0 ? CLOCK_SYNC_NO : CLOCK_SYNC_YES;
}

enum clock_sync clock_sync_read(void)
{
	struct timex state = {.modes = 0};
	int result = adjtimex(&state);
	return clock_sync_judge(result, state.status);
}

const char *clock_sync_name(enum clock_sync sync)
{
	switch (sync) {
	case CLOCK_SYNC_NOT_EVALUATED:
		return "not-evaluated";
	case CLOCK_SYNC_YES:
		return "yes";
	case CLOCK_SYNC_NO:
		return "no";
	case CLOCK_SYNC_UNKNOWN:
		return "unknown";
	}
	return "unknown";
}

// SPDX-License-Identifier: BSD-3-Clause
// What the kernel knows about NTP (adjtimex(2)): whether somebody disciplines the clock. Reported only: a host may be
// disciplined by means of which the kernel is not told, so that nothing is refused on its word.

#pragma once

enum clock_sync {
	CLOCK_SYNC_NOT_EVALUATED = 0,
	CLOCK_SYNC_YES,
	CLOCK_SYNC_NO,      // STA_UNSYNC: never set, or nobody updated it for long enough
	CLOCK_SYNC_UNKNOWN, // the kernel does not say, as in some containers
};

// Of adjtimex's return value and timex.status.
enum clock_sync clock_sync_judge(int result, int status);
// Asks the kernel; changes nothing.
enum clock_sync clock_sync_read(void);
const char *clock_sync_name(enum clock_sync sync); // "yes", "no", "unknown", "not-evaluated"

// SPDX-License-Identifier: BSD-3-Clause
// The eventfds by which one end of a ring ends the sleep of the other. Both calls may be made at any time: a kick
// too many costs one look at empty rings.

#pragma once

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

// Made with EFD_NONBLOCK, so that a peer that never reads cannot block the writer: a full counter still wakes.
static inline void plx_wake_event_kick(int fd)
{
	const uint64_t one = 1;
	while (write(fd, &one, sizeof(one)) < 0 && errno == EINTR) {
	}
}

static inline void plx_wake_event_drain(int fd)
{
	uint64_t count;
	while (read(fd, &count, sizeof(count)) < 0 && errno == EINTR) {
	}
}

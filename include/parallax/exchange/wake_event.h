// SPDX-License-Identifier: BSD-3-Clause
// How one end of a ring ends the sleep of the other. A kick too many costs one look at empty rings, so all calls may
// be made at any time.
//
// Descriptors that were handed over share their open file description, and with it O_NONBLOCK and an eventfd's count:
// a peer that clears the one and fills the other makes a read or a write block for ever. Hence
//
//   dataplane -> client  a socket pair; each process has a description of its own, and every call says MSG_DONTWAIT
//   client -> worker     an eventfd that the dataplane neither reads nor writes but watches for edges (EPOLLET); it is
//                        the client's alone
//
// A socket for the second way would let the client pass descriptors whose last close, in the worker, may linger; a pipe
// is locked while its other end copies from memory that may never be there, and it signals SIGPIPE.

#pragma once

#include <errno.h>
#include <stdint.h>

#include <sys/socket.h>
#include <unistd.h>

// An eventfd made with EFD_NONBLOCK, by whoever it belongs to: a full counter still wakes.
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

// The dataplane's end of a client's socket pair. One that is full (-EAGAIN) wakes the client already, and of one that
// is gone (-EPIPE) the connection tells.
static inline void plx_wake_socket_kick(int fd)
{
	const uint8_t one = 1;
	while (send(fd, &one, sizeof(one), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EINTR) {
	}
}

// The client's end. What one call leaves there makes it readable again.
static inline void plx_wake_socket_drain(int fd)
{
	uint8_t kicks[256];
	while (recv(fd, kicks, sizeof(kicks), MSG_DONTWAIT) < 0 && errno == EINTR) {
	}
}

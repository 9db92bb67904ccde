// SPDX-License-Identifier: BSD-3-Clause
// What a worker sleeps on, for all of its lanes: one epoll descriptor that becomes readable when a client kicks. It
// watches the clients' eventfds for edges only, so that no client can make the worker's calls block or its descriptor
// stay readable, whatever it does to the eventfd.

#pragma once

#include <parallax/base/attributes.h>

struct exchange_lane;

// A descriptor to poll for POLLIN, or -errno of epoll_create1. The caller closes it.
PLX_MUST_CHECK int lane_wake_open(void);
// -errno of epoll_ctl: kicks of this client would be missed.
PLX_MUST_CHECK int lane_wake_add(int fd, const struct exchange_lane *lane);
void lane_wake_remove(int fd, const struct exchange_lane *lane);
// Takes the kicks that are there, without blocking. Before looking at the lanes, never after.
void lane_wake_drain(int fd);

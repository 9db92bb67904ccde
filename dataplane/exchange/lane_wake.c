// SPDX-License-Identifier: BSD-3-Clause

#include "exchange/lane_wake.h"

#include "exchange/exchange_lane.h"
#include "exchange/exchange_server.h"

#include <errno.h>

#include <sys/epoll.h>

int lane_wake_open(void)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int lane_wake_add(int fd, const struct exchange_lane *lane)
{
	// Every write to an eventfd is an edge, also while its count is above 0. A kick before this call is one too.
	struct epoll_event event = {.events = EPOLLIN | EPOLLET};
	return epoll_ctl(fd, EPOLL_CTL_ADD, exchange_lane_wake_fd(lane), &event) < 0 ? -errno : 0;
}

void lane_wake_remove(int fd, const struct exchange_lane *lane)
{
	// The client holds the same description, so that closing ours would not end the registration.
	epoll_ctl(fd, EPOLL_CTL_DEL, exchange_lane_wake_fd(lane), NULL);
}

void lane_wake_drain(int fd)
{
	struct epoll_event events[EXCHANGE_CLIENTS_MAX];
	int count = epoll_wait(fd, events, EXCHANGE_CLIENTS_MAX, 0);
	(void)count; // which client it was does not matter: all lanes are looked at
}

// SPDX-License-Identifier: BSD-3-Clause
// The timer of the certificate guard.

#include "guard/certificate_watch.h"

#include <event2/event.h>

#include <errno.h>
#include <stdlib.h>
#include <time.h>

struct certificate_watch {
	struct certificate_watch_config config;
	struct certificate_guard *guard;
	struct event *timer;
};

static void check(struct certificate_watch *watch)
{
	certificate_guard_check(watch->guard, time(NULL), watch->config.on_alarm,
				watch->config.context);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	check(context);
}

int certificate_watch_open(const struct certificate_watch_config *config,
			   struct certificate_watch **ret_watch)
{
	const struct timeval interval = {.tv_sec = CERTIFICATE_WATCH_INTERVAL_S};
	struct certificate_watch *watch = calloc(1, sizeof(*watch));
	if (watch == NULL) {
		return -ENOMEM;
	}
	watch->config = *config;
	watch->guard = certificate_guard_create();
	watch->timer = event_new(config->base, -1, EV_PERSIST, on_timer, watch);
	if (watch->guard == NULL || watch->timer == NULL ||
	    event_add(watch->timer, &interval) != 0) {
		certificate_watch_close(watch);
		return -ENOMEM;
	}
	*ret_watch = watch;
	return 0;
}

void certificate_watch_close(struct certificate_watch *watch)
{
	if (watch == NULL) {
		return;
	}
	if (watch->timer != NULL) {
		event_free(watch->timer);
	}
	certificate_guard_destroy(watch->guard);
	free(watch);
}

int certificate_watch_load(struct certificate_watch *watch,
			   const struct certificate_source *sources, size_t count)
{
	int error = certificate_guard_load(watch->guard, sources, count);
	if (error == 0) {
		check(watch);
	}
	return error;
}

const struct certificate_guard *certificate_watch_guard(const struct certificate_watch *watch)
{
	return watch->guard;
}

// SPDX-License-Identifier: BSD-3-Clause
// Runs the certificate guard on the daemon's loop, by the wall clock: at each load and once an hour.
//
// Everything in the loop's thread.

#pragma once

#include <parallax/base/attributes.h>

#include "guard/certificate_guard.h"

#define CERTIFICATE_WATCH_INTERVAL_S 3600

struct event_base;
struct certificate_watch;

struct certificate_watch_config {
	struct event_base *base;
	certificate_alarm_cb on_alarm; // must neither load nor close
	void *context;
};

// Watches nothing yet. -ENOMEM.
PLX_MUST_CHECK int certificate_watch_open(const struct certificate_watch_config *config,
					  struct certificate_watch **ret_watch);
void certificate_watch_close(struct certificate_watch *watch); // NULL is accepted
// certificate_guard_load, then a check: what is due is told from within this call, again if it was told before. -E2BIG,
// -ENOMEM: nothing changed, nothing is told.
PLX_MUST_CHECK int certificate_watch_load(struct certificate_watch *watch,
					  const struct certificate_source *sources, size_t count);
const struct certificate_guard *certificate_watch_guard(const struct certificate_watch *watch);

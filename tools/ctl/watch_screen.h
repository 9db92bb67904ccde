// SPDX-License-Identifier: BSD-3-Clause
// What the live screen shows of a daemon, and how fast its counters rise from one reading to the next.

#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#define WATCH_RATES_MAX 10

struct json_t;

struct watch_rates {
	bool has_before; // false: the next reading has nothing to compare with
	struct timespec before_time;
	long long before[WATCH_RATES_MAX];
};

// Whether the status is parallaxd's; else it is the dataplane's.
bool watch_is_control(const struct json_t *status);

// `status` is the answer of status.get; `upstreams` of upstreams.list, `perspectives` of perspectives.list.
void watch_show_dataplane(struct watch_rates *rates, const struct json_t *status,
			  const struct json_t *upstreams, FILE *out);
void watch_show_control(struct watch_rates *rates, const struct json_t *status,
			const struct json_t *perspectives, FILE *out);

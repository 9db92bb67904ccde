// SPDX-License-Identifier: BSD-3-Clause
// One capture at a time: taps at the workers, a timer that empties them into the file, an orderly end.
//
//   IDLE ── start ──► RUNNING ── stop, file full or at fault ──► STOPPING ── workers let go ──► IDLE

#pragma once

#include <parallax/base/attributes.h>

#include "capture/packet_tap.h"

#include <stdbool.h>
#include <stdint.h>

struct capture_session;
struct event_base;
struct worker_group;

struct capture_session_config {
	struct event_base *base;
	struct worker_group *group;
	const char *directory; // outlives the session
};

struct capture_status {
	bool is_running;
	bool is_stopping;
	char file[128]; // "" before the first capture
	uint64_t bytes; // of the file
	uint64_t limit_bytes;
	uint64_t captured; // frames
	uint64_t dropped;  // frames that matched while the ring was full
	const char *
		end_reason; // why the last one ended: "stopped", "size limit", an error's text; NULL: none did
};

// NULL: no memory.
struct capture_session *capture_session_create(const struct capture_session_config *config);
// The workers must have stopped, or a capture must not be running. NULL is accepted.
void capture_session_destroy(struct capture_session *session);

// -EBUSY: one runs or stops; -EINVAL: the file name; -errno of making the file; -ENOMEM.
PLX_MUST_CHECK int capture_session_start(struct capture_session *session, const char *file,
					 uint64_t limit_bytes, const struct packet_filter *filter);
// `done` (may be NULL) runs once the file is complete. -ENOENT: none runs; -EBUSY: another stop waits already.
PLX_MUST_CHECK int capture_session_stop(struct capture_session *session,
					void (*done)(void *context), void *context);
bool capture_session_is_running(const struct capture_session *session);
void capture_session_read(const struct capture_session *session, struct capture_status *ret_status);

// SPDX-License-Identifier: BSD-3-Clause
// The certificate and key files that the daemon lives by, and the alarms before one of them ends: at 30, 14, 7 and 1
// days, when expired, not yet valid, or unreadable (certificate_alarm.h), each once per certificate between two loads.
//
// The files are read when they are loaded, at start and at each reload, as the daemon does with those it serves with:
// a renewed file that nobody reloaded must not silence the alarm.
//
// One owner, one thread. Takes the time as an argument.

#pragma once

#include <parallax/base/attributes.h>

#include "guard/certificate_alarm.h"
#include "guard/certificate_file.h"

#include <stddef.h>
#include <stdint.h>

// The daemon's own handful, and a public key for each of at most 64 remotes.
#define CERTIFICATE_GUARD_FILES_MAX 128

struct certificate_guard;

struct certificate_source {
	const char *path;
	enum certificate_file_kind kind;
};

// One certificate, one key, or one file that cannot be read. What it points to lives until the next load.
struct certificate_entry {
	const char *path;
	enum certificate_file_kind kind;
	enum certificate_state state;
	const char *subject;                  // "" when UNREADABLE
	const char *fault;                    // "" unless UNREADABLE
	struct certificate_validity validity; // zeroed when UNREADABLE or UNDATED, as is days_left
	int64_t days_left;                    // negative when EXPIRED
};

struct certificate_alarm {
	struct certificate_entry entry; // its state is the alarm
	int threshold_days;             // of EXPIRING: which one was passed; else 0
};

typedef void (*certificate_alarm_cb)(void *context, const struct certificate_alarm *alarm);

PLX_MUST_CHECK struct certificate_guard *
certificate_guard_create(void);                                  // no files. NULL: no memory
void certificate_guard_destroy(struct certificate_guard *guard); // NULL is accepted
// Takes the place of all files before and forgets what was told. An unreadable file is no error here but an entry. -E2BIG,
// -ENOMEM: nothing changed. The sources may be forgotten afterwards.
PLX_MUST_CHECK int certificate_guard_load(struct certificate_guard *guard,
					  const struct certificate_source *sources, size_t count);
// Raises what is due, in the order of the files. The callback must not load or destroy.
void certificate_guard_check(struct certificate_guard *guard, int64_t now_s,
			     certificate_alarm_cb callback, void *context);
size_t certificate_guard_entry_count(const struct certificate_guard *guard);
// For status; index < certificate_guard_entry_count.
struct certificate_entry certificate_guard_entry(const struct certificate_guard *guard,
						 size_t index, int64_t now_s);

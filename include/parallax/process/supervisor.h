// SPDX-License-Identifier: BSD-3-Clause
// What a daemon tells the service manager that started it (systemd, Type=notify): that it is ready, reloads, stops, how
// it does, and that its loop still turns. The protocol of sd_notify(3): lines of text in one datagram to the AF_UNIX socket
// named by $NOTIFY_SOCKET. All calls on the loop's thread, and all are fine with NULL: nobody is to be told.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>

#define PLX_SUPERVISOR_STATUS_MAX 256

struct event_base;
struct plx_supervisor;

// Fills one line for a person: what the daemon does, or what it lacks.
typedef void (*plx_supervisor_status_cb)(void *context, char *ret_text, size_t size);

// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and takes them out of the environment; at the start. Nothing
// is sent yet. `ret_supervisor` is NULL when there is no NOTIFY_SOCKET. -EINVAL: a value is not what sd_notify(3) and
// sd_watchdog_enabled(3) say; -EAFNOSUPPORT: no AF_UNIX address; -errno. The daemon may go on without.
PLX_MUST_CHECK int plx_supervisor_open(struct event_base *base, plx_supervisor_status_cb status,
				       void *context, struct plx_supervisor **ret_supervisor);
void plx_supervisor_close(struct plx_supervisor *supervisor);

// The start is over, or a reload. From the first time on the status is told when it changes, and the watchdog at half its
// time. A manager that does not take the message is waited for, for a second.
void plx_supervisor_ready(struct plx_supervisor *supervisor);
// A reload begins. `now_us`: CLOCK_MONOTONIC, so that the manager can tell old messages from new ones.
void plx_supervisor_reloading(struct plx_supervisor *supervisor, int64_t now_us);
// The end begins; the watchdog goes on until the loop is left.
void plx_supervisor_stopping(struct plx_supervisor *supervisor, const char *why);

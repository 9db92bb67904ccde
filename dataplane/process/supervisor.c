// SPDX-License-Identifier: BSD-3-Clause
// Messages to the service manager. The address is asked for with each one: the manager may make its socket anew.

#include <parallax/process/supervisor.h>

#include <event2/event.h>

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define MESSAGE_MAX (PLX_SUPERVISOR_STATUS_MAX + 128)
// How often the status is looked at when there is no watchdog.
#define STATUS_INTERVAL_US 5000000u
// Longer than any service's; keeps the arithmetic within its types.
#define WATCHDOG_US_MAX (24ull * 3600 * 1000000)
// For READY=1, without which the start would count as failed.
#define SEND_WAIT_S 1

struct plx_supervisor {
	int fd;
	struct sockaddr_un address;
	socklen_t address_length;
	struct event *timer;
	plx_supervisor_status_cb status;
	void *context;
	uint64_t interval_us;
	bool has_watchdog;
	char told[PLX_SUPERVISOR_STATUS_MAX]; // the last status
};

static int parse_address(const char *text, struct plx_supervisor *supervisor)
{
	size_t length = strlen(text);
	if (text[0] != '/' && text[0] != '@') {
		return -EAFNOSUPPORT;
	}
	if (length < 2 || length >= sizeof(supervisor->address.sun_path)) {
		return -EINVAL;
	}
	supervisor->address.sun_family = AF_UNIX;
	memcpy(supervisor->address.sun_path, text, length);
	bool is_abstract = text[0] == '@';
	if (is_abstract) {
		supervisor->address.sun_path[0] = '\0';
	}
	// The name of an abstract socket is as long as told, without a terminator.
	supervisor->address_length =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + !is_abstract);
	return 0;
}

static bool parse_number(const char *text, uint64_t *ret_number)
{
	char *end = NULL;
	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0) {
		return false;
	}
	*ret_number = number;
	return true;
}

// The watchdog may be that of another process: a wrapper's, which left its environment to us.
static int parse_watchdog(const char *usec, const char *pid, struct plx_supervisor *supervisor)
{
	uint64_t watchdog_us;
	uint64_t process = (uint64_t)getpid();
	supervisor->interval_us = STATUS_INTERVAL_US;
	if (usec == NULL) {
		return 0;
	}
	if (!parse_number(usec, &watchdog_us) || watchdog_us < 2 || watchdog_us > WATCHDOG_US_MAX ||
	    (pid != NULL && !parse_number(pid, &process))) {
		return -EINVAL;
	}
	supervisor->has_watchdog = process == (uint64_t)getpid();
	if (supervisor->has_watchdog && watchdog_us / 2 < supervisor->interval_us) {
		supervisor->interval_us = watchdog_us / 2;
	}
	return 0;
}

// Line feeds would be messages of their own.
static void write_status(struct plx_supervisor *supervisor, char text[PLX_SUPERVISOR_STATUS_MAX])
{
	text[0] = '\0';
	supervisor->status(supervisor->context, text, PLX_SUPERVISOR_STATUS_MAX);
	for (char *c = text; *c != '\0'; c++) {
		*c = *c == '\n' ? ' ' : *c;
	}
}

static bool send_text(struct plx_supervisor *supervisor, const char *text, int flags)
{
	size_t length = strlen(text);
	ssize_t sent = -1;
	do {
		sent = sendto(supervisor->fd, text, length, MSG_NOSIGNAL | flags,
			      (const struct sockaddr *)&supervisor->address,
			      supervisor->address_length);
	} while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)length;
}

// Not waited for: what does not arrive is told anew at the next turn.
static void beat(evutil_socket_t fd, short events, void *context)
{
	struct plx_supervisor *supervisor = context;
	char status[PLX_SUPERVISOR_STATUS_MAX];
	char message[MESSAGE_MAX];
	write_status(supervisor, status);
	bool is_news = strcmp(status, supervisor->told) != 0;
	snprintf(message, sizeof(message), "%s%s%s%s",
		 supervisor->has_watchdog ? "WATCHDOG=1\n" : "", is_news ? "STATUS=" : "",
		 is_news ? status : "", is_news ? "\n" : "");
	if (message[0] != '\0' && send_text(supervisor, message, MSG_DONTWAIT)) {
		memcpy(supervisor->told, status, sizeof(status));
	}
}

static int prepare(struct plx_supervisor *supervisor, struct event_base *base)
{
	const struct timeval wait = {.tv_sec = SEND_WAIT_S};
	supervisor->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (supervisor->fd < 0 ||
	    setsockopt(supervisor->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) != 0) {
		return -errno;
	}
	supervisor->timer = event_new(base, -1, EV_PERSIST, beat, supervisor);
	return supervisor->timer == NULL ? -ENOMEM : 0;
}

int plx_supervisor_open(struct event_base *base, plx_supervisor_status_cb status, void *context,
			struct plx_supervisor **ret_supervisor)
{
	*ret_supervisor = NULL;
	const char *address = getenv("NOTIFY_SOCKET");
	if (address == NULL || address[0] == '\0') {
		return 0;
	}
	struct plx_supervisor *supervisor = calloc(1, sizeof(*supervisor));
	if (supervisor == NULL) {
		return -ENOMEM;
	}
	supervisor->fd = -1;
	supervisor->status = status;
	supervisor->context = context;
	int error = parse_address(address, supervisor);
	if (error == 0) {
		error = parse_watchdog(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"), supervisor);
	}
	if (error == 0) {
		error = prepare(supervisor, base);
	}
	// A program that we start does not speak for us.
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	if (error != 0) {
		plx_supervisor_close(supervisor);
		return error;
	}
	*ret_supervisor = supervisor;
	return 0;
}

void plx_supervisor_close(struct plx_supervisor *supervisor)
{
	if (supervisor == NULL) {
		return;
	}
	if (supervisor->timer != NULL) {
		event_free(supervisor->timer);
	}
	if (supervisor->fd >= 0) {
		close(supervisor->fd);
	}
	free(supervisor);
}

void plx_supervisor_ready(struct plx_supervisor *supervisor)
{
	char message[MESSAGE_MAX];
	if (supervisor == NULL) {
		return;
	}
	const struct timeval interval = {.tv_sec = (time_t)(supervisor->interval_us / 1000000),
					 .tv_usec =
						 (suseconds_t)(supervisor->interval_us % 1000000)};
	write_status(supervisor, supervisor->told);
	snprintf(message, sizeof(message), "READY=1\nSTATUS=%s\n%s", supervisor->told,
		 supervisor->has_watchdog ? "WATCHDOG=1\n" : "");
	(void)send_text(supervisor, message, 0);
	event_add(supervisor->timer, &interval);
}

void plx_supervisor_reloading(struct plx_supervisor *supervisor, int64_t now_us)
{
	char message[MESSAGE_MAX];
	if (supervisor == NULL) {
		return;
	}
	snprintf(message, sizeof(message), "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\n", now_us);
	(void)send_text(supervisor, message, 0);
}

void plx_supervisor_stopping(struct plx_supervisor *supervisor, const char *why)
{
	char message[MESSAGE_MAX];
	if (supervisor == NULL) {
		return;
	}
	snprintf(message, sizeof(message), "STOPPING=1\nSTATUS=stopping: %.*s\n",
		 PLX_SUPERVISOR_STATUS_MAX / 2, why);
	(void)send_text(supervisor, message, 0);
}

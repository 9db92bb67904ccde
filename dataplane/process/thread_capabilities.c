// SPDX-License-Identifier: BSD-3-Clause

#include "process/thread_capabilities.h"

#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LOOK_NS (1000 * 1000)
#define LOOKS_MAX 1000 // a second; the handler takes microseconds

// Each thread runs it. The ambient set follows the permitted and the inheritable one.
static void drop_own(int signal_number)
{
	int interrupted_errno = errno;
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
	(void)syscall(SYS_capset, &header, none); // whether it worked is looked at from outside
	errno = interrupted_errno;
}

static bool has_any(int thread)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3,
						  .pid = thread};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};
	if (syscall(SYS_capget, &header, sets) != 0) {
		return errno != ESRCH; // it ended
	}
	uint32_t any = 0;
	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		any |= sets[i].permitted | sets[i].effective | sets[i].inheritable;
	}
	return any != 0;
}

// Signals each thread that has capabilities; true when there was none.
static bool ask_threads(void)
{
	bool is_done = true;
	struct dirent *entry;
	DIR *threads = opendir("/proc/self/task");
	if (threads == NULL) {
		return false;
	}
	while ((entry = readdir(threads)) != NULL) {
		int thread = (int)strtol(entry->d_name, NULL, 10);
		if (thread > 0 && has_any(thread)) {
			is_done = false;
			(void)syscall(SYS_tgkill, getpid(), thread, SIGRTMAX);
		}
	}
	closedir(threads);
	return is_done;
}

int thread_capabilities_drop(void)
{
	// Stays installed: a late signal does no harm.
	const struct sigaction action = {.sa_handler = drop_own, .sa_flags = SA_RESTART};
	const struct timespec look = {.tv_nsec = LOOK_NS};
	if (sigaction(SIGRTMAX, &action, NULL) != 0) {
		return -errno;
	}
	for (unsigned i = 0; i < LOOKS_MAX; i++) {
		if (ask_threads()) {
			return 0;
		}
		nanosleep(&look, NULL);
	}
	return -EPERM;
}

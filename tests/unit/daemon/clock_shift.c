// SPDX-License-Identifier: BSD-3-Clause
// Preloaded into a daemon: its wall clock is off by what the file named in PARALLAX_TEST_CLOCK_SHIFT says, nanoseconds as
// eight octets, so that a test can set the clock of one process and of no other.

#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <sys/mman.h>

#define NS_PER_S 1000000000

static const volatile int64_t *shift_ns;
static int (*real_clock_gettime)(clockid_t clock, struct timespec *now);

__attribute__((constructor)) static void open_shift(void)
{
	const char *path = getenv("PARALLAX_TEST_CLOCK_SHIFT");
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *mapped =
		fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*shift_ns), PROT_READ, MAP_SHARED, fd, 0);
	shift_ns = mapped != MAP_FAILED ? mapped : NULL;
	if (fd >= 0) {
		close(fd);
	}
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	if (real_clock_gettime == NULL) {
		*(void **)&real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
	}
	int result = real_clock_gettime(clock, now);
	if (result == 0 && clock == CLOCK_REALTIME && shift_ns != NULL) {
		int64_t sum_ns = now->tv_sec * (int64_t)NS_PER_S + now->tv_nsec + *shift_ns;
		now->tv_sec = sum_ns / NS_PER_S;
		now->tv_nsec = sum_ns % NS_PER_S;
	}
	return result;
}

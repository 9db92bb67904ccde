// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/standard_streams.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int plx_standard_streams_hold(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0) {
			continue;
		}
		// The lowest free number is this one, since all below it are open.
		if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) {
			return -errno;
		}
	}
	return 0;
}

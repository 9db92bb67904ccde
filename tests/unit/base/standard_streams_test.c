// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/standard_streams.h>

#include "cunit_runner.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/wait.h>

// In a process of its own, since CUnit prints.
static int status_of_child(int (*run)(void))
{
	pid_t pid = fork();
	if (pid == 0) {
		_exit(run());
	}
	int status = -1;
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int close_all(void)
{
	char octet = 'x';
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	if (plx_standard_streams_hold() != 0) {
		return 1;
	}
	if (open("/dev/null", O_RDWR | O_CLOEXEC) <= STDERR_FILENO) {
		return 2;
	}
	if (read(STDIN_FILENO, &octet, 1) != -1 || errno != EBADF) {
		return 3;
	}
	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
		if (write(fd, &octet, 1) != -1 || errno != EBADF) {
			return 4;
		}
	}
	return 0;
}

static int close_stdout(void)
{
	int ends[2];
	char octet = 'x';
	if (pipe(ends) != 0 || dup2(ends[1], STDERR_FILENO) < 0) {
		return 1;
	}
	close(STDOUT_FILENO);
	if (plx_standard_streams_hold() != 0) {
		return 2;
	}
	return write(STDERR_FILENO, &octet, 1) == 1 && read(ends[0], &octet, 1) == 1 ? 0 : 3;
}

TEST(no_other_file_gets_the_number_of_a_closed_stream)
{
	CU_ASSERT_EQUAL(status_of_child(close_all), 0);
}

TEST(streams_that_are_open_stay)
{
	CU_ASSERT_EQUAL(status_of_child(close_stdout), 0);
}

TEST_MAIN(standard_streams, T(no_other_file_gets_the_number_of_a_closed_stream),
	  T(streams_that_are_open_stay))

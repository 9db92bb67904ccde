// SPDX-License-Identifier: BSD-3-Clause
// Opening, locking, writing and cutting the output.

#include "sweep/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

// So that the data sync of a checkpoint finds little left to do.
#define WRITE_BACK_BYTES (8u * 1024 * 1024)
#define STALL_POLL_MS 100

static int cut_to(struct output_file *output, uint64_t keep, struct sweep_failure *failure)
{
	struct stat status;
	if (fstat(output->fd, &status) != 0) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE, "%s: %s", output->path,
				  strerror(errno));
	}
	if (!S_ISREG(status.st_mode)) {
		if (keep > 0) {
			return sweep_fail(
				failure, SWEEP_EXIT_USAGE,
				"%s: is not a regular file, a sweep cannot be resumed into it",
				output->path);
		}
		return 0;
	}
	output->is_regular = true;
	if ((uint64_t)status.st_size < keep) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE,
				  "%s: has %lld octets but the checkpoint says %llu: it is not the "
				  "output of this sweep, or was changed",
				  output->path, (long long)status.st_size,
				  (unsigned long long)keep);
	}
	char last = '\n';
	if (keep > 0 && (pread(output->fd, &last, 1, (off_t)keep - 1) != 1 || last != '\n')) {
		return sweep_fail(
			failure, SWEEP_EXIT_USAGE,
			"%s: no line ends at octet %llu as the checkpoint says: it is not "
			"the output of this sweep, or was changed",
			output->path, (unsigned long long)keep);
	}
	if (ftruncate(output->fd, (off_t)keep) != 0 ||
	    lseek(output->fd, (off_t)keep, SEEK_SET) < 0) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE, "%s: cannot be cut: %s", output->path,
				  strerror(errno));
	}
	return 0;
}

static bool is_regular_file(int fd)
{
	struct stat status;
	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

// A device or a pipe may have many writers.
static int lock(struct output_file *output, struct sweep_failure *failure)
{
	if (output->can_stall || flock(output->fd, LOCK_EX | LOCK_NB) == 0 ||
	    errno != EWOULDBLOCK) {
		return 0;
	}
	return sweep_fail(failure, SWEEP_EXIT_USAGE, "%s: another parallax-sweep is writing to it",
			  output->path);
}

int output_file_open(struct output_file *output, const char *path, uint64_t keep,
		     struct sweep_failure *failure)
{
	*output = (struct output_file) {.fd = -1, .path = path, .pending = plx_text_growing()};
	if (strcmp(path, "-") == 0) {
		output->path = "stdout";
		output->fd = dup(STDOUT_FILENO);
		output->can_stall = !is_regular_file(output->fd);
		return output->fd >= 0 ? 0
				       : sweep_fail(failure, SWEEP_EXIT_USAGE, "stdout: %s",
						    strerror(errno));
	}
	int flags = O_RDWR | O_CLOEXEC | (keep == 0 ? O_CREAT : 0);
	output->fd = open(path, flags, 0644);
	if (output->fd < 0 && (errno == EACCES || errno == ENXIO)) {
		output->fd = open(path, O_WRONLY | O_CLOEXEC); // a pipe or a device
	}
	if (output->fd < 0) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE, "%s: cannot be written: %s", path,
				  strerror(errno));
	}
	output->can_stall = !is_regular_file(output->fd);
	if (lock(output, failure) != 0) {
		return -1;
	}
	output->written = keep;
	output->write_back = keep;
	return cut_to(output, keep, failure);
}

void output_file_close(struct output_file *output)
{
	if (output->path != NULL && output->fd >= 0) {
		close(output->fd);
		output->fd = -1;
	}
	plx_text_free(&output->pending);
}

// What was written of the pending text up to its last whole line.
static size_t whole_lines(const struct plx_text *pending, size_t written)
{
	const char *newline = memrchr(pending->bytes, '\n', written);
	return newline == NULL ? 0 : (size_t)(newline + 1 - pending->bytes);
}

static int give_up(struct output_file *output, size_t written, int error,
		   struct sweep_failure *failure)
{
	if (output->is_regular) {
		size_t kept = whole_lines(&output->pending, written);
		if (ftruncate(output->fd, (off_t)(output->written + kept)) == 0) {
			output->written += kept;
		}
	}
	if (error == EINTR) {
		return sweep_fail(failure, SWEEP_EXIT_INTERRUPTED,
				  "interrupted: %s: its reader takes nothing: the rest is lost",
				  output->path);
	}
	if (error == EPIPE) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE, "%s: its reader has closed it",
				  output->path);
	}
	return sweep_fail(failure, SWEEP_EXIT_USAGE, "%s: cannot be written: %s%s", output->path,
			  strerror(error),
			  error == ENOSPC || error == EDQUOT ? ": free space and resume" : "");
}

static void start_write_back(struct output_file *output)
{
	if (output->is_regular && output->written - output->write_back >= WRITE_BACK_BYTES) {
		sync_file_range(output->fd, (off_t)output->write_back,
				(off_t)(output->written - output->write_back),
				SYNC_FILE_RANGE_WRITE);
		output->write_back = output->written;
	}
}

// write(2) would wait for a reader that rests and start again after each signal. 0, or -EINTR when asked to stop.
static int wait_for_reader(const struct output_file *output)
{
	unsigned waited_ms = 0;
	for (;;) {
		struct pollfd room = {.fd = output->fd, .events = POLLOUT};
		if (poll(&room, 1, STALL_POLL_MS) > 0) {
			return 0;
		}
		int requests = output->stop_requests == NULL
				       ? 0
				       : __atomic_load_n(output->stop_requests, __ATOMIC_RELAXED);
		waited_ms += requests > 0 ? STALL_POLL_MS : 0;
		bool is_abandoned = __atomic_load_n(&output->is_abandoned, __ATOMIC_RELAXED);
		if (is_abandoned || requests > 1 || waited_ms >= OUTPUT_PATIENCE_MS) {
			return -EINTR;
		}
	}
}

// A pipe that has room takes PIPE_BUF octets without waiting.
static ssize_t write_some(const struct output_file *output, const char *bytes, size_t length)
{
	if (output->can_stall) {
		if (wait_for_reader(output) != 0) {
			return -EINTR;
		}
		length = length < PIPE_BUF ? length : PIPE_BUF;
	}
	ssize_t count = write(output->fd, bytes, length);
	return count >= 0 ? count : errno == EINTR ? -EAGAIN : -errno;
}

int output_file_flush(struct output_file *output, struct sweep_failure *failure)
{
	struct plx_text *pending = &output->pending;
	if (pending->failed) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE, "out of memory");
	}
	size_t written = 0;
	while (written < pending->length) {
		ssize_t count =
			write_some(output, pending->bytes + written, pending->length - written);
		if (count == -EAGAIN) {
			continue;
		}
		if (count <= 0) {
			return give_up(output, written, count == 0 ? ENOSPC : (int)-count, failure);
		}
		written += (size_t)count;
	}
	output->written += written;
	pending->length = 0;
	start_write_back(output);
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause

#include "capture/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)512 * 1024) // more than one record
#define MAGIC_NANOSECONDS 0xa1b23c4du
#define LINK_TYPE_ETHERNET 1
#define NS_PER_S 1000000000ull
#define FILE_MODE 0640

// Host byte order, as libpcap writes and reads it.
struct pcap_file_header {
	uint32_t magic;
	uint16_t major;
	uint16_t minor;
	uint32_t zone;
	uint32_t accuracy;
	uint32_t snap_bytes;
	uint32_t link_type;
};

struct pcap_record_header {
	uint32_t seconds;
	uint32_t nanoseconds;
	uint32_t captured_bytes;
	uint32_t wire_bytes;
};

struct capture_file {
	int fd;
	int error; // sticky
	uint64_t limit_bytes;
	uint64_t written_bytes; // on disk, always whole records
	size_t buffered_bytes;
	uint8_t buffer[BUFFER_BYTES];
};

bool capture_file_name_is_valid(const char *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789._-";
	size_t length = strlen(name);
	return length > 0 && length <= CAPTURE_FILE_NAME_MAX && name[0] != '.' &&
	       strspn(name, allowed) == length;
}

static void buffer_append(struct capture_file *file, const void *bytes, size_t length)
{
	memcpy(file->buffer + file->buffered_bytes, bytes, length);
	file->buffered_bytes += length;
}

static int directory_open(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 ? fd : -errno;
}

int capture_directory_check(const char *directory)
{
	int fd = directory_open(directory);
	if (fd < 0) {
		return fd;
	}
	int error = faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) == 0 ? 0 : -errno;
	close(fd);
	return error;
}

struct capture_file *capture_file_open(const char *directory, const char *name,
				       uint64_t limit_bytes, int *ret_error)
{
	if (!capture_file_name_is_valid(name)) {
		*ret_error = -EINVAL;
		return NULL;
	}
	int directory_fd = directory_open(directory);
	if (directory_fd < 0) {
		*ret_error = directory_fd;
		return NULL;
	}
	int fd = openat(directory_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			FILE_MODE);
	int error = fd < 0 ? -errno : 0;
	close(directory_fd);
	struct capture_file *file = error == 0 ? malloc(sizeof(*file)) : NULL;
	if (file == NULL) {
		if (error == 0) {
			close(fd);
			error = -ENOMEM;
		}
		*ret_error = error;
		return NULL;
	}
	file->fd = fd;
	file->error = 0;
	file->limit_bytes = limit_bytes;
	file->written_bytes = 0;
	file->buffered_bytes = 0;
	const struct pcap_file_header header = {
		.magic = MAGIC_NANOSECONDS,
		.major = 2,
		.minor = 4,
		.snap_bytes = CAPTURE_FILE_SNAP_BYTES,
		.link_type = LINK_TYPE_ETHERNET,
	};
	buffer_append(file, &header, sizeof(header));
	return file;
}

int capture_file_flush(struct capture_file *file)
{
	size_t done = 0;
	while (file->error == 0 && done < file->buffered_bytes) {
		ssize_t count = write(file->fd, file->buffer + done, file->buffered_bytes - done);
		if (count >= 0) {
			done += (size_t)count;
		} else if (errno != EINTR) {
			file->error = -errno;
		}
	}
	if (file->error == 0) {
		file->written_bytes += done;
	} else if (done > 0 && ftruncate(file->fd, (off_t)file->written_bytes) != 0) {
		// The disk is at fault twice; readers stop at the cut record by themselves.
		file->written_bytes += done;
	}
	file->buffered_bytes = 0;
	return file->error;
}

int capture_file_write(struct capture_file *file, uint64_t realtime_ns, const uint8_t *frame,
		       size_t length)
{
	if (file->error != 0) {
		return file->error;
	}
	const struct pcap_record_header header = {
		.seconds = (uint32_t)(realtime_ns / NS_PER_S),
		.nanoseconds = (uint32_t)(realtime_ns % NS_PER_S),
		.captured_bytes = (uint32_t)length,
		.wire_bytes = (uint32_t)length,
	};
	size_t size = sizeof(header) + length;
	if (length > CAPTURE_FILE_SNAP_BYTES) {
		return -EINVAL;
	}
	if (capture_file_bytes(file) + size > file->limit_bytes) {
		int error = capture_file_flush(file);
		file->error = error != 0 ? error : -EFBIG;
		return file->error;
	}
	if (file->buffered_bytes + size > sizeof(file->buffer)) {
		int error = capture_file_flush(file);
		if (error != 0) {
			return error;
		}
	}
	buffer_append(file, &header, sizeof(header));
	buffer_append(file, frame, length);
	return 0;
}

uint64_t capture_file_bytes(const struct capture_file *file)
{
	return file->written_bytes + file->buffered_bytes;
}

int capture_file_close(struct capture_file *file)
{
	if (file == NULL) {
		return 0;
	}
	int error = 0;
	if (file->buffered_bytes > 0) {
		error = capture_file_flush(file);
	}
	close(file->fd);
	free(file);
	return error;
}

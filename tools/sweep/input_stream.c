// SPDX-License-Identifier: BSD-3-Clause
// Reading with zlib and libzstd. Both are fed from one buffer of 256 KiB.

#include "sweep/input_stream.h"

#include <parallax/base/siphash.h>

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_CHUNK (256 * 1024)
#define IDENTITY_CHUNK (64 * 1024)

enum compression { COMPRESSION_UNKNOWN, COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD };

struct input_stream {
	int fd;
	bool is_regular;
	bool at_end;   // of the file
	bool in_frame; // a compressed frame or member has begun and not ended
	enum compression compression;
	off_t start;        // of our part of the file: stdin may have been read before
	uint64_t file_size; // of our part, as is the position
	uint64_t file_position;
	size_t raw_start; // unread raw octets: raw[raw_start..raw_end)
	size_t raw_end;
	z_stream gzip;
	ZSTD_DStream *zstd;
	uint8_t raw[INPUT_CHUNK];
};

struct input_stream *input_stream_open(const char *path, struct sweep_failure *failure)
{
	struct input_stream *stream = calloc(1, sizeof(*stream));
	if (stream == NULL) {
		sweep_fail(failure, SWEEP_EXIT_USAGE, "out of memory");
		return NULL;
	}
	bool is_stdin = strcmp(path, "-") == 0;
	stream->fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	if (stream->fd < 0 || fstat(stream->fd, &status) != 0) {
		sweep_fail(failure, SWEEP_EXIT_USAGE, "%s: cannot be read: %s", path,
			   strerror(errno));
		goto close_stream;
	}
	if (S_ISDIR(status.st_mode)) {
		sweep_fail(failure, SWEEP_EXIT_USAGE, "%s: is a directory, give a file", path);
		goto close_stream;
	}
	stream->start = S_ISREG(status.st_mode) ? lseek(stream->fd, 0, SEEK_CUR) : -1;
	stream->is_regular = stream->start >= 0;
	if (stream->is_regular) {
		off_t left = status.st_size - stream->start;
		stream->file_size = left > 0 ? (uint64_t)left : 0;
		posix_fadvise(stream->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	return stream;
close_stream:
	input_stream_close(stream);
	return NULL;
}

void input_stream_close(struct input_stream *stream)
{
	if (stream == NULL) {
		return;
	}
	if (stream->compression == COMPRESSION_GZIP) {
		inflateEnd(&stream->gzip);
	}
	ZSTD_freeDStream(stream->zstd);
	if (stream->fd >= 0) {
		close(stream->fd);
	}
	free(stream);
}

static off_t place_of(const struct input_stream *stream, uint64_t position)
{
	return stream->start + (off_t)position;
}

// Files are read by position: a redirected stdin stays where it stands, for a shell that resumes in a loop.
static ssize_t read_file(struct input_stream *stream, void *bytes, size_t size)
{
	ssize_t count;
	if (stream->is_regular) {
		count = pread(stream->fd, bytes, size, place_of(stream, stream->file_position));
	} else {
		struct pollfd ready = {.fd = stream->fd, .events = POLLIN};
		if (poll(&ready, 1, 0) <= 0) {
			return -EAGAIN;
		}
		count = read(stream->fd, bytes, size);
	}
	if (count < 0) {
		return errno == EINTR ? -EAGAIN : -errno;
	}
	stream->at_end = count == 0;
	stream->file_position += (uint64_t)count;
	return count;
}

// Appends to the raw octets. 0, also at the end; negative as input_stream_read.
static int fill_raw(struct input_stream *stream)
{
	if (stream->raw_start == stream->raw_end) {
		stream->raw_start = 0;
		stream->raw_end = 0;
	}
	ssize_t count = read_file(stream, stream->raw + stream->raw_end,
				  sizeof(stream->raw) - stream->raw_end);
	if (count < 0) {
		return (int)count;
	}
	stream->raw_end += (size_t)count;
	return 0;
}

static int start_compression(struct input_stream *stream)
{
	static const uint8_t gzip_magic[2] = {0x1f, 0x8b};
	static const uint8_t zstd_magic[4] = {0x28, 0xb5, 0x2f, 0xfd};
	while (!stream->at_end && stream->raw_end < sizeof(zstd_magic)) {
		int error = fill_raw(stream);
		if (error != 0) {
			return error;
		}
	}
	if (stream->raw_end >= 4 && memcmp(stream->raw, zstd_magic, 4) == 0) {
		stream->zstd = ZSTD_createDStream();
		if (stream->zstd == NULL) {
			return -ENOMEM;
		}
		stream->compression = COMPRESSION_ZSTD;
	} else if (stream->raw_end >= 2 && memcmp(stream->raw, gzip_magic, 2) == 0) {
		if (inflateInit2(&stream->gzip, 15 + 16) != Z_OK) {
			return -ENOMEM;
		}
		stream->compression = COMPRESSION_GZIP;
	} else {
		stream->compression = COMPRESSION_NONE;
	}
	return 0;
}

static ssize_t read_plain(struct input_stream *stream, void *bytes, size_t size)
{
	size_t buffered = stream->raw_end - stream->raw_start;
	if (buffered == 0) {
		return stream->at_end ? 0 : read_file(stream, bytes, size);
	}
	size_t count = buffered < size ? buffered : size;
	memcpy(bytes, stream->raw + stream->raw_start, count);
	stream->raw_start += count;
	return (ssize_t)count;
}

// One call of the decoder: the octets that came out, or negative. Takes from the raw octets what it needs.
static ssize_t inflate_gzip(struct input_stream *stream, void *bytes, size_t size)
{
	z_stream *gzip = &stream->gzip;
	if (!stream->in_frame && inflateReset(gzip) != Z_OK) {
		return -EBADMSG;
	}
	gzip->next_in = stream->raw + stream->raw_start;
	gzip->avail_in = (uInt)(stream->raw_end - stream->raw_start);
	gzip->next_out = bytes;
	gzip->avail_out = (uInt)size;
	int result = inflate(gzip, Z_NO_FLUSH);
	stream->raw_start = stream->raw_end - gzip->avail_in;
	if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
		return -EBADMSG;
	}
	stream->in_frame = result != Z_STREAM_END; // further members may follow
	return (ssize_t)(size - gzip->avail_out);
}

static ssize_t inflate_zstd(struct input_stream *stream, void *bytes, size_t size)
{
	ZSTD_inBuffer in = {stream->raw + stream->raw_start, stream->raw_end - stream->raw_start,
			    0};
	ZSTD_outBuffer out = {bytes, size, 0};
	size_t result = ZSTD_decompressStream(stream->zstd, &out, &in);
	if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge) {
		return -EFBIG; // libzstd takes 128 MiB at most unless told otherwise
	}
	if (ZSTD_isError(result)) {
		return -EBADMSG;
	}
	stream->raw_start += in.pos;
	stream->in_frame = result != 0;
	return (ssize_t)out.pos;
}

static ssize_t read_compressed(struct input_stream *stream, void *bytes, size_t size)
{
	for (;;) {
		bool has_raw = stream->raw_start < stream->raw_end;
		if (has_raw || stream->in_frame) { // a decoder may hold output without input
			ssize_t count = stream->compression == COMPRESSION_GZIP
						? inflate_gzip(stream, bytes, size)
						: inflate_zstd(stream, bytes, size);
			if (count != 0) {
				return count;
			}
		}
		if (stream->raw_start < stream->raw_end) {
			continue;
		}
		if (stream->at_end) {
			return stream->in_frame ? -ENODATA : 0;
		}
		int error = fill_raw(stream);
		if (error != 0) {
			return error;
		}
	}
}

ssize_t input_stream_read(struct input_stream *stream, void *bytes, size_t size)
{
	if (stream->compression == COMPRESSION_UNKNOWN) {
		int error = start_compression(stream);
		if (error != 0) {
			return error;
		}
	}
	if (stream->compression == COMPRESSION_NONE) {
		return read_plain(stream, bytes, size);
	}
	return read_compressed(stream, bytes, size);
}

int input_stream_skip(struct input_stream *stream, uint64_t position)
{
	if (position == 0) {
		return 0; // a pipe may have nothing yet, and need not
	}
	if (stream->compression == COMPRESSION_UNKNOWN) {
		int error = start_compression(stream);
		if (error != 0) {
			return error;
		}
	}
	if (stream->compression == COMPRESSION_NONE && stream->is_regular) {
		if (position > stream->file_size) {
			return -ENODATA;
		}
		stream->raw_start = 0;
		stream->raw_end = 0;
		stream->at_end = false;
		stream->file_position = position;
		return 0;
	}
	static uint8_t discarded[64 * 1024];
	while (position > 0) {
		size_t want = position < sizeof(discarded) ? (size_t)position : sizeof(discarded);
		ssize_t count = input_stream_read(stream, discarded, want);
		if (count <= 0) {
			return count == 0 ? -ENODATA : (int)count;
		}
		position -= (uint64_t)count;
	}
	return 0;
}

const char *input_stream_error_text(int error)
{
	switch (error) {
	case -EBADMSG:
		return "its compressed data is damaged";
	case -ENODATA:
		return "it ends early";
	case -EFBIG:
		return "its zstd window is above 128 MiB: compress it anew without --long, as by "
		       "zstd -d --long=31 <OLD | zstd >NEW";
	default:
		return strerror(-error);
	}
}

bool input_stream_identify(const struct input_stream *stream, struct input_identity *ret_identity)
{
	static const struct plx_siphash_key key = {0x706c782d73776565, 0x702d696e70757431};
	if (!stream->is_regular) {
		return false;
	}
	uint8_t *sample = calloc(2, IDENTITY_CHUNK);
	if (sample == NULL) {
		return false;
	}
	uint64_t tail_start =
		stream->file_size > IDENTITY_CHUNK ? stream->file_size - IDENTITY_CHUNK : 0;
	ssize_t head = pread(stream->fd, sample, IDENTITY_CHUNK, place_of(stream, 0));
	ssize_t tail = pread(stream->fd, sample + IDENTITY_CHUNK, IDENTITY_CHUNK,
			     place_of(stream, tail_start));
	bool is_read = head >= 0 && tail >= 0;
	ret_identity->size = stream->file_size;
	ret_identity->digest = is_read ? plx_siphash(&key, sample, 2 * IDENTITY_CHUNK) : 0;
	free(sample);
	return is_read;
}

double input_stream_fraction(const struct input_stream *stream)
{
	if (!stream->is_regular || stream->file_size == 0) {
		return -1;
	}
	size_t buffered = stream->raw_end - stream->raw_start;
	return (double)(stream->file_position - buffered) / (double)stream->file_size;
}

void input_stream_wait(const struct input_stream *stream, int timeout_ms)
{
	struct pollfd ready = {.fd = stream->fd, .events = POLLIN};
	(void)poll(&ready, 1, timeout_ms);
}

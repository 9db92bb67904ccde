// SPDX-License-Identifier: BSD-3-Clause
// A cursor over untrusted bytes with a sticky error: a read past the end sets `failed`, returns zero, and
// makes every later read a no-op, so that a parser reads straight and checks once. Big-endian integers.
// The only way that bytes from a peer are read (style: no packed-struct casts beyond IP headers).

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct plx_reader {
	const uint8_t *bytes;
	size_t length;
	size_t position;
	bool failed;
};

static inline struct plx_reader plx_reader_init(const uint8_t *bytes, size_t length)
{
	return (struct plx_reader) {.bytes = bytes, .length = length};
}

static inline size_t plx_reader_left(const struct plx_reader *reader)
{
	return reader->failed ? 0 : reader->length - reader->position;
}

// The next `count` bytes, or NULL (and the sticky error) when there are fewer.
static inline const uint8_t *plx_read_bytes(struct plx_reader *reader, size_t count)
{
	if (reader->failed || count > reader->length - reader->position) {
		reader->failed = true;
		return NULL;
	}
	const uint8_t *bytes = reader->bytes + reader->position;
	reader->position += count;
	return bytes;
}

static inline void plx_read_copy(struct plx_reader *reader, void *ret_bytes, size_t count)
{
	const uint8_t *bytes = plx_read_bytes(reader, count);
	if (bytes != NULL) {
		memcpy(ret_bytes, bytes, count);
	} else {
		memset(ret_bytes, 0, count);
	}
}

static inline uint8_t plx_read_u8(struct plx_reader *reader)
{
	const uint8_t *b = plx_read_bytes(reader, 1);
	return b == NULL ? 0 : b[0];
}

static inline uint16_t plx_read_u16(struct plx_reader *reader)
{
	const uint8_t *b = plx_read_bytes(reader, 2);
	return b == NULL ? 0 : (uint16_t)((unsigned)b[0] << 8 | b[1]);
}

static inline uint32_t plx_read_u32(struct plx_reader *reader)
{
	const uint8_t *b = plx_read_bytes(reader, 4);
	return b == NULL ? 0
			 : (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static inline uint64_t plx_read_u64(struct plx_reader *reader)
{
	uint64_t high = plx_read_u32(reader);
	return high << 32 | plx_read_u32(reader);
}

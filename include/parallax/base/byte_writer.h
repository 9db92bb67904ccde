// SPDX-License-Identifier: BSD-3-Clause
// The writing twin of byte_reader.h: a write past the capacity sets the sticky `failed` and writes nothing.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct plx_writer {
	uint8_t *bytes;
	size_t capacity;
	size_t position;
	bool failed;
};

static inline struct plx_writer plx_writer_init(uint8_t *bytes, size_t capacity)
{
	return (struct plx_writer) {.bytes = bytes, .capacity = capacity};
}

// Room for `count` bytes, already counted as written, or NULL (and the sticky error).
static inline uint8_t *plx_write_room(struct plx_writer *writer, size_t count)
{
	if (writer->failed || count > writer->capacity - writer->position) {
		writer->failed = true;
		return NULL;
	}
	uint8_t *bytes = writer->bytes + writer->position;
	writer->position += count;
	return bytes;
}

static inline void plx_write_bytes(struct plx_writer *writer, const void *bytes, size_t count)
{
	uint8_t *room = plx_write_room(writer, count);
	if (room != NULL && count > 0) {
		memcpy(room, bytes, count);
	}
}

static inline void plx_write_u8(struct plx_writer *writer, uint8_t value)
{
	plx_write_bytes(writer, &value, 1);
}

static inline void plx_write_u16(struct plx_writer *writer, uint16_t value)
{
	const uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};
	plx_write_bytes(writer, bytes, sizeof(bytes));
}

static inline void plx_write_u32(struct plx_writer *writer, uint32_t value)
{
	plx_write_u16(writer, (uint16_t)(value >> 16));
	plx_write_u16(writer, (uint16_t)value);
}

static inline void plx_write_u64(struct plx_writer *writer, uint64_t value)
{
	plx_write_u32(writer, (uint32_t)(value >> 32));
	plx_write_u32(writer, (uint32_t)value);
}

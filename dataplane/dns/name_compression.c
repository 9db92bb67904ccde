// SPDX-License-Identifier: BSD-3-Clause

#include "dns/name_compression.h"

#include <parallax/base/byte_reader.h>
#include <parallax/base/error.h>
#include <parallax/dns/message_reader.h>

#include <string.h>

#define POINTER_BITS 0xc0
#define POINTER_BYTES 2u

struct name_walk {
	struct plx_reader reader; // ends where the current run of labels must have ended
	uint32_t run_start;
	uint32_t next_in_place; // set by the first jump
	uint32_t first_target;  // likewise
	uint32_t octets;
	uint32_t jumps;
	uint32_t labels;
};

static inline struct name_walk name_walk_init(const uint8_t *wire, uint32_t offset, uint32_t limit)
{
	struct name_walk walk = {.reader = plx_reader_init(wire, limit), .run_start = offset};
	walk.reader.position = offset;
	walk.reader.failed = offset > limit;
	return walk;
}

static inline int name_walk_jump(struct name_walk *walk, uint8_t high)
{
	uint32_t target = (uint32_t)(high & ~POINTER_BITS) << 8 | plx_read_u8(&walk->reader);
	if (walk->reader.failed) {
		return PLX_ERR_DNS_SHORT;
	}
	if (target < PLX_DNS_HEADER_BYTES || target >= walk->run_start) {
		return PLX_ERR_DNS_POINTER;
	}
	if (walk->jumps == 0) {
		walk->next_in_place = (uint32_t)walk->reader.position;
		walk->first_target = target;
	}
	if (++walk->jumps > PLX_NAME_JUMPS_MAX) {
		return PLX_ERR_DNS_LIMIT;
	}
	walk->reader.length = walk->run_start;
	walk->reader.position = target;
	walk->run_start = target;
	return 0;
}

// The next label: its length (0 is the root: the end), or PLX_ERR_DNS_*. Ends: each call consumes octets of a name
// that may have 255, each jump goes backward.
static inline int name_walk_label(struct name_walk *walk, const uint8_t **ret_label)
{
	uint8_t octet = plx_read_u8(&walk->reader);
	while ((octet & POINTER_BITS) == POINTER_BITS) {
		int error = name_walk_jump(walk, octet);
		if (error < 0) {
			return error;
		}
		octet = plx_read_u8(&walk->reader);
	}
	if (octet > PLX_LABEL_MAX) {
		return PLX_ERR_DNS_LABEL;
	}
	*ret_label = plx_read_bytes(&walk->reader, octet);
	if (*ret_label == NULL) {
		return walk->jumps > 0 ? PLX_ERR_DNS_POINTER : PLX_ERR_DNS_SHORT;
	}
	walk->labels++;
	walk->octets += 1u + octet;
	return walk->octets > PLX_NAME_MAX ? PLX_ERR_DNS_LIMIT : octet;
}

static inline uint32_t name_walk_next(const struct name_walk *walk)
{
	return walk->jumps > 0 ? walk->next_in_place : (uint32_t)walk->reader.position;
}

static inline const struct known_name *known_find(const struct known_name *known, uint32_t target)
{
	for (unsigned i = 0; i < NAMES_KNOWN_MAX; i++) {
		if (known[i].target == target) {
			return &known[i];
		}
	}
	return NULL;
}

// Labels up to what ends them.
struct label_run {
	uint32_t end; // where that is
	uint32_t labels;
	uint8_t last; // what it begins with: the root's 0, a pointer, or what is no label
};

// The labels from `at` on; what ends them is before `limit`, too. Or PLX_ERR_DNS_*.
static inline int label_run_walk(const uint8_t *wire, uint32_t at, uint32_t limit,
				 struct label_run *ret_run)
{
	uint32_t stop = limit - at > PLX_NAME_MAX ? at + PLX_NAME_MAX : limit;
	uint32_t labels = 0;
	while (at < stop) {
		uint8_t octet = wire[at];
		if ((uint8_t)(octet - 1) >= PLX_LABEL_MAX) {
			*ret_run = (struct label_run) {.end = at, .labels = labels, .last = octet};
			return 0;
		}
		at += 1u + octet;
		labels++;
	}
	return at >= limit ? PLX_ERR_DNS_SHORT : PLX_ERR_DNS_LIMIT;
}

// The whole walk again, for what is rare: a pointer behind a pointer, or what is wrong.
static int name_walk_again(struct name_walk walk, const struct label_run *in_place,
			   uint32_t octets_in_place, struct known_name *ret_rest)
{
	const uint8_t *label;
	int length;
	do {
		length = name_walk_label(&walk, &label);
	} while (length > 0);
	if (length < 0) {
		return length;
	}
	*ret_rest = (struct known_name) {
		.target = walk.first_target,
		.octets = (uint16_t)(walk.octets - octets_in_place),
		.jumps = (uint16_t)(walk.jumps - 1),
		.steps = walk.labels - in_place->labels + walk.jumps - 1,
	};
	return 0;
}

// Behind a first pointer that leads to no known name.
static int unknown_rest_check(const uint8_t *wire, uint32_t offset, uint32_t limit,
			      const struct label_run *in_place, uint32_t target,
			      struct known_name *ret_rest)
{
	uint32_t octets = in_place->end - offset;
	struct label_run rest;
	if (target < PLX_DNS_HEADER_BYTES || target >= offset ||
	    label_run_walk(wire, target, offset, &rest) != 0 || rest.last != 0 ||
	    octets + (rest.end - target) + 1 > PLX_NAME_MAX) {
		return name_walk_again(name_walk_init(wire, offset, limit), in_place, octets,
				       ret_rest);
	}
	*ret_rest = (struct known_name) {
		.target = target,
		.octets = (uint16_t)(rest.end - target + 1),
		.steps = rest.labels + 1,
	};
	return 0;
}

int compressed_name_check_known(const uint8_t *wire, uint32_t offset, uint32_t limit,
				struct known_name known[static NAMES_KNOWN_MAX], uint32_t *ret_next,
				uint32_t *ret_steps)
{
	struct label_run run;
	int error = offset > limit ? PLX_ERR_DNS_SHORT : label_run_walk(wire, offset, limit, &run);
	if (error < 0) {
		return error;
	}
	uint32_t octets = run.end - offset;
	if ((run.last & POINTER_BITS) != POINTER_BITS) {
		*ret_next = run.end + 1;
		*ret_steps = run.labels + 1;
		return run.last != 0 ? PLX_ERR_DNS_LABEL : 0;
	}
	if (limit - run.end < POINTER_BYTES) {
		return PLX_ERR_DNS_SHORT;
	}
	uint32_t target = (uint32_t)(run.last & ~POINTER_BITS) << 8 | wire[run.end + 1];
	const struct known_name *rest = known_find(known, target);
	if (rest == NULL) {
		rest = &known[NAMES_KNOWN_MAX - 1];
		error = unknown_rest_check(wire, offset, limit, &run, target,
					   &known[NAMES_KNOWN_MAX - 1]);
		if (error < 0) {
			return error;
		}
	} else if (octets + rest->octets > PLX_NAME_MAX || rest->jumps >= PLX_NAME_JUMPS_MAX) {
		return PLX_ERR_DNS_LIMIT;
	}
	*ret_next = run.end + POINTER_BYTES;
	*ret_steps = run.labels + 1 + rest->steps;
	return 0;
}

int compressed_name_check(const uint8_t *wire, uint32_t offset, uint32_t limit, uint32_t *ret_next,
			  uint32_t *ret_steps)
{
	struct known_name known[NAMES_KNOWN_MAX] = {{.target = NAME_UNKNOWN},
						    {.target = NAME_UNKNOWN}};
	return compressed_name_check_known(wire, offset, limit, known, ret_next, ret_steps);
}

int compressed_name_read(const uint8_t *wire, uint32_t offset, uint32_t limit,
			 struct plx_name *ret_name, uint32_t *ret_next)
{
	struct name_walk walk = name_walk_init(wire, offset, limit);
	struct plx_name name;
	const uint8_t *label;
	int length;
	uint32_t written = 0;
	do {
		length = name_walk_label(&walk, &label);
		if (length < 0) {
			return length;
		}
		// name_walk_label has bounded `octets`, which is what is written here.
		name.wire[written] = (uint8_t)length;
		memcpy(name.wire + written + 1, label, (size_t)length);
		written += 1u + (uint32_t)length;
	} while (length > 0);
	name.length = (uint8_t)written;
	ret_name->length = name.length;
	memcpy(ret_name->wire, name.wire, name.length);
	if (ret_next != NULL) {
		*ret_next = name_walk_next(&walk);
	}
	return 0;
}

// Compares with what is left of a name from `at` on, label by label up to the root.
static bool name_walk_equals(struct name_walk *walk, const struct plx_name *name, uint32_t at)
{
	int length;
	do {
		const uint8_t *label;
		length = name_walk_label(walk, &label);
		if (length < 0 || at >= name->length || name->wire[at] != length) {
			return false;
		}
		for (int i = 0; i < length; i++) {
			if (plx_ascii_lower(label[i]) != plx_ascii_lower(name->wire[at + 1 + i])) {
				return false;
			}
		}
		at += 1u + (uint32_t)length;
	} while (length > 0);
	return at == name->length;
}

bool compressed_name_equal(const uint8_t *wire, uint32_t offset, uint32_t limit,
			   const struct plx_name *name)
{
	struct name_walk walk = name_walk_init(wire, offset, limit);
	return name_walk_equals(&walk, name, 0);
}

bool compressed_name_is_above(const uint8_t *wire, uint32_t offset, uint32_t limit,
			      const struct plx_name *name)
{
	struct name_walk walk = name_walk_init(wire, offset, limit);
	struct name_walk start = walk;
	const uint8_t *label;
	int length;
	do {
		length = name_walk_label(&walk, &label);
	} while (length > 0);
	if (length < 0 || walk.octets > name->length) {
		return false;
	}
	uint32_t at = 0;
	while (name->length - at > walk.octets) {
		at += 1u + name->wire[at];
	}
	return name->length - at == walk.octets && name_walk_equals(&start, name, at);
}

// SPDX-License-Identifier: BSD-3-Clause
// The queries of a data file, in memory, in their order, again and again.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/job.h>

#include "bench/bench_failure.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define QUERY_LIST_BYTES_MAX (1ull << 32) // of names and types: some 200 million queries

struct query_list {
	uint8_t *bytes; // u16 type, u8 name length, name; one after the other
	size_t length;
	size_t capacity;
	uint64_t count;
	size_t position; // of the next one
	uint64_t passes; // times that the end was reached
};

// `name` is that of the file in messages. Fails at the first line that is no query, and when there is none at all.
PLX_MUST_CHECK int query_list_read(FILE *in, const char *name, struct query_list *ret_list,
				   struct bench_failure *failure);
// For queries that are not in a file. -ENOMEM, -ENOSPC.
PLX_MUST_CHECK int query_list_add(struct query_list *list, const struct plx_name *name,
				  uint16_t type);
void query_list_free(struct query_list *list);
// Puts the next query into the job's name and type.
void query_list_next(struct query_list *list, struct plx_job *job);
void query_list_rewind(struct query_list *list);

// SPDX-License-Identifier: BSD-3-Clause

#include "bench/query_list.h"

#include <parallax/base/octets_copy.h>

#include "bench/query_line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES 3
#define FIRST_CAPACITY (1u << 20)

int query_list_add(struct query_list *list, const struct plx_name *name, uint16_t type)
{
	size_t needed = list->length + HEADER_BYTES + name->length;
	if (needed > QUERY_LIST_BYTES_MAX) {
		return -ENOSPC;
	}
	if (needed > list->capacity) {
		size_t capacity = list->capacity == 0 ? FIRST_CAPACITY : 2 * list->capacity;
		uint8_t *grown = realloc(list->bytes, capacity);
		if (grown == NULL) {
			return -ENOMEM;
		}
		list->bytes = grown;
		list->capacity = capacity;
	}
	uint8_t *record = list->bytes + list->length;
	memcpy(record, &type, sizeof(type));
	record[2] = name->length;
	memcpy(record + HEADER_BYTES, name->wire, name->length);
	list->length = needed;
	list->count++;
	return 0;
}

static int add_line(const char *text, size_t length, const char *name, uint64_t number,
		    struct query_list *list, struct bench_failure *failure)
{
	struct plx_name query;
	uint16_t type;
	const char *reason = NULL;
	switch (query_line_parse(text, length, &query, &type, &reason)) {
	case QUERY_LINE_EMPTY:
		return 0;
	case QUERY_LINE_QUERY:
		if (query_list_add(list, &query, type) != 0) {
			return bench_fail(failure, BENCH_EXIT_USAGE,
					  "%s: too many queries for the memory", name);
		}
		return 0;
	case QUERY_LINE_INVALID:
		break;
	}
	return bench_fail(failure, BENCH_EXIT_USAGE, "%s:%" PRIu64 ": this is not a query: %s",
			  name, number, reason);
}

int query_list_read(FILE *in, const char *name, struct query_list *ret_list,
		    struct bench_failure *failure)
{
	struct query_list list = {0};
	char *line = NULL;
	size_t room = 0;
	uint64_t number = 0;
	int error = 0;
	ssize_t length;
	while (error == 0 && (length = getline(&line, &room, in)) >= 0) {
		number++;
		if (length > 0 && line[length - 1] == '\n') {
			length--;
		}
		error = add_line(line, (size_t)length, name, number, &list, failure);
	}
	if (error == 0 && ferror(in)) {
		error = bench_fail(failure, BENCH_EXIT_USAGE, "%s: cannot be read: %s", name,
				   strerror(errno));
	}
	free(line);
	if (error == 0 && list.count == 0) {
		error = bench_fail(failure, BENCH_EXIT_USAGE,
				   "%s: there is no query in it: write a name and a type a line, "
				   "like www.example.test A",
				   name);
	}
	if (error != 0) {
		query_list_free(&list);
		return error;
	}
	*ret_list = list;
	return 0;
}

void query_list_free(struct query_list *list)
{
	free(list->bytes);
	*list = (struct query_list) {0};
}

void query_list_next(struct query_list *list, struct plx_job *job)
{
	const uint8_t *record = list->bytes + list->position;
	memcpy(&job->qtype, record, sizeof(job->qtype));
	job->name.length = record[2];
	plx_octets_copy(job->name.wire, record + HEADER_BYTES, job->name.length);
	list->position += HEADER_BYTES + job->name.length;
	if (list->position == list->length) {
		list->position = 0;
		list->passes++;
	}
}

void query_list_rewind(struct query_list *list)
{
	list->position = 0;
	list->passes = 0;
}

// SPDX-License-Identifier: BSD-3-Clause

#include "zone_table.h"

#include <parallax/base/byte_writer.h>
#include <parallax/base/ip_address.h>
#include <parallax/dns/name.h>
#include <parallax/dns/rr_type.h>

#include <stdlib.h>
#include <string.h>

#define NS_PER_S UINT64_C(1000000000)
#define NXDOMAIN 3
#define STRING_MAX 255

static const struct zone_row *table;
static unsigned asked_count;
static void (*watcher)(const struct plx_job *job);

void zone_table_set(const struct zone_row *rows)
{
	__atomic_store_n(&table, rows, __ATOMIC_RELEASE);
	__atomic_store_n(&asked_count, 0, __ATOMIC_RELEASE);
}

unsigned zone_table_asked(void)
{
	return __atomic_load_n(&asked_count, __ATOMIC_ACQUIRE);
}

void zone_table_watch(void (*on_job)(const struct plx_job *job))
{
	__atomic_store_n(&watcher, on_job, __ATOMIC_RELEASE);
}

static struct plx_name name_of(const char *text, size_t length)
{
	struct plx_name name;
	if (plx_name_parse(text, length, &name) != 0) {
		abort();
	}
	return name;
}

static const struct zone_row *row_find(const struct plx_job *job)
{
	const struct zone_row *row = __atomic_load_n(&table, __ATOMIC_ACQUIRE);
	for (; row->name != NULL; row++) {
		struct plx_name name = name_of(row->name, strlen(row->name));
		if (row->type == job->qtype && plx_name_equal(&name, &job->name)) {
			return row;
		}
	}
	return NULL;
}

static void txt_write(struct plx_writer *writer, const char *text)
{
	size_t length = strlen(text);
	do {
		size_t part = length < STRING_MAX ? length : STRING_MAX;
		plx_write_u8(writer, (uint8_t)part);
		plx_write_bytes(writer, text, part);
		text += part;
		length -= part;
	} while (length > 0);
}

// "128 issue ca.test": the tag ends at the second blank, the value is the rest.
static void caa_write(struct plx_writer *writer, const char *text)
{
	char *tag;
	unsigned long flags = strtoul(text, &tag, 10);
	tag++;
	size_t tag_length = strcspn(tag, " ");
	const char *value = tag + tag_length + (tag[tag_length] == ' ');
	plx_write_u8(writer, (uint8_t)flags);
	plx_write_u8(writer, (uint8_t)tag_length);
	plx_write_bytes(writer, tag, tag_length);
	plx_write_bytes(writer, value, strlen(value));
}

static void rdata_write(struct plx_writer *writer, uint16_t type, const char *text)
{
	struct plx_ip ip;
	struct plx_name name;
	switch (type) {
	case PLX_TYPE_TXT:
		txt_write(writer, text);
		return;
	case PLX_TYPE_CAA:
		caa_write(writer, text);
		return;
	case PLX_TYPE_A:
	case PLX_TYPE_AAAA:
		if (plx_ip_parse(text, &ip) != 0) {
			abort();
		}
		plx_write_bytes(writer, ip.bytes, plx_ip_length(&ip));
		return;
	default:
		name = name_of(text, strlen(text));
		plx_write_bytes(writer, name.wire, name.length);
		return;
	}
}

static uint8_t aliases_write(struct plx_writer *writer, const char *chain)
{
	uint8_t count = 0;
	while (chain != NULL && *chain != '\0') {
		size_t length = strcspn(chain, " ");
		struct plx_name target = name_of(chain, length);
		plx_result_body_name(writer, &target);
		chain += length + (chain[length] == ' ');
		count++;
	}
	return count;
}

static uint16_t records_count(const struct zone_row *row)
{
	unsigned count = 0;
	while (count < ZONE_TEXTS_MAX && row->texts[count] != NULL) {
		count++;
	}
	return (uint16_t)(count * (row->copies == 0 ? 1u : row->copies));
}

static size_t row_write(const struct zone_row *row, struct plx_result *result, uint8_t *body,
			size_t capacity)
{
	struct plx_writer writer = plx_writer_init(body, capacity);
	const char *place = row->found_at == NULL ? row->name : row->found_at;
	struct plx_name owner = name_of(place, strlen(place));
	result->record_count = records_count(row);
	if (row->type == PLX_TYPE_CAA && result->record_count > 0) {
		result->has_found_at = 1;
		plx_result_body_name(&writer, &owner);
	}
	if (result->record_count > 0) {
		plx_result_body_name(&writer, &owner);
	}
	result->alias_count = aliases_write(&writer, row->alias);
	for (unsigned i = 0; i < result->record_count; i++) {
		size_t start = plx_result_body_record_begin(&writer, 300);
		unsigned copies = row->copies == 0 ? 1u : row->copies;
		rdata_write(&writer, row->type, row->texts[i / copies]);
		plx_result_body_record_end(&writer, start);
	}
	return writer.position - (row->is_inconsistent ? 1u : 0u);
}

size_t zone_table_answer(const struct plx_job *job, struct plx_result *ret_result,
			 uint8_t *ret_body, size_t capacity)
{
	const struct zone_row *row = row_find(job);
	void (*on_job)(const struct plx_job *job) = __atomic_load_n(&watcher, __ATOMIC_ACQUIRE);
	__atomic_add_fetch(&asked_count, 1, __ATOMIC_ACQ_REL);
	if (on_job != NULL) {
		on_job(job);
	}
	ret_result->time_ns = ZONE_TIME_S * NS_PER_S;
	ret_result->status = PLX_STATUS_ANSWERED;
	ret_result->attempts = 1;
	ret_result->queries = 1;
	if (row == NULL) {
		ret_result->rcode = NXDOMAIN;
		ret_result->dnssec = PLX_DNSSEC_INSECURE;
		return 0;
	}
	ret_result->status = row->status == 0 ? PLX_STATUS_ANSWERED : row->status;
	ret_result->rcode = row->rcode;
	ret_result->dnssec = row->dnssec;
	ret_result->cause = row->cause;
	ret_result->ede_code = row->ede_code;
	ret_result->attempts = row->attempts == 0 ? 1 : row->attempts;
	return row_write(row, ret_result, ret_body, capacity);
}

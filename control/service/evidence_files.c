// SPDX-License-Identifier: BSD-3-Clause

#include "service/evidence_files.h"

#include "audit/audit_query.h"
#include "audit/audit_reader.h"
#include "audit/audit_record.h"
#include "rules/utc_time.h"
#include "service/evidence_record.h"
#include "trace_store/trace_folder.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// A file is written before the record that names it: by a check and the order's wait for the log.
#define RECORD_LAG_S 3600

struct walk {
	struct evidence_file_counts counts;
	struct trace_folder folder;
	bool has_folder;
	int64_t purged_before_s; // by the last such record; INT64_MIN: none
	int error;
	struct trace_fault fault;
};

static bool is_kind(const struct audit_entry *entry, enum audit_kind kind)
{
	const char *name = audit_kind_name(kind);
	return entry->kind_length == strlen(name) &&
	       memcmp(entry->kind, name, entry->kind_length) == 0;
}

static int copy_fault(const struct trace_fault *from, struct audit_fault *fault)
{
	return audit_fault_set(fault, from->error, "%s", from->text);
}

static void note_first(int64_t *first, uint64_t count, int64_t sequence)
{
	if (count == 1) {
		*first = sequence;
	}
}

static bool was_purged(const struct walk *walk, const struct audit_entry *entry)
{
	return walk->purged_before_s != INT64_MIN &&
	       entry->time_us / UTC_SECOND_US < walk->purged_before_s + RECORD_LAG_S;
}

static void count_missing(struct walk *walk, const struct audit_entry *entry)
{
	if (was_purged(walk, entry)) {
		walk->counts.purged++;
		return;
	}
	note_first(&walk->counts.first_missing, ++walk->counts.missing, (int64_t)entry->sequence);
}

static void judge(struct walk *walk, const struct audit_entry *entry, const char *digest)
{
	char *text = NULL;
	size_t length = 0;
	int error = -EBADMSG; // a record of ours names no file so
	if (digest != NULL && trace_digest_is_valid(digest)) {
		error = !walk->has_folder ? -ENOENT
					  : trace_folder_read(&walk->folder, digest, &text, &length,
							      &walk->fault);
	}
	free(text);
	switch (error) {
	case 0:
		walk->counts.verified++;
		break;
	case -ENOENT:
		count_missing(walk, entry);
		break;
	case -EBADMSG:
	case -ELOOP: // somebody put a link in its place
		note_first(&walk->counts.first_altered, ++walk->counts.altered,
			   (int64_t)entry->sequence);
		break;
	default:
		walk->error = error;
	}
}

static bool take_files(const struct audit_entry *entry, void *context)
{
	struct walk *walk = context;
	if (!is_kind(entry, AUDIT_KIND_CHECK) && !is_kind(entry, AUDIT_KIND_PROBE)) {
		return true;
	}
	json_t *record = json_loadb(entry->body, entry->body_length, 0, NULL);
	const json_t *traces = json_object_get(record, "traces");
	for (size_t i = 0; i < json_array_size(traces) && walk->error == 0; i++) {
		judge(walk, entry, json_string_value(json_array_get(traces, i)));
	}
	json_decref(record);
	return walk->error == 0;
}

static bool take_purge(const struct audit_entry *entry, void *context)
{
	struct walk *walk = context;
	int64_t before_s;
	if (is_kind(entry, AUDIT_KIND_EVIDENCE) &&
	    evidence_record_read(entry->body, entry->body_length, &before_s) &&
	    before_s > walk->purged_before_s) {
		walk->purged_before_s = before_s;
	}
	return true;
}

// A log whose orders needed no evidence may be without the folder.
static int open_folder(struct audit_reader *reader, struct walk *walk)
{
	int error =
		trace_folder_open(audit_reader_path(reader), false, &walk->folder, &walk->fault);
	walk->has_folder = error == 0;
	return error == -ENOENT ? 0 : error;
}

int evidence_files_verify(struct audit_reader *reader, struct evidence_file_counts *ret_counts,
			  struct audit_fault *fault)
{
	struct walk walk = {.purged_before_s = INT64_MIN};
	if (open_folder(reader, &walk) != 0) {
		return copy_fault(&walk.fault, fault);
	}
	int error = audit_reader_walk(reader, 1, INT64_MAX, take_purge, &walk, fault);
	if (error == 0) {
		error = audit_reader_walk(reader, 1, INT64_MAX, take_files, &walk, fault);
	}
	if (walk.has_folder) {
		trace_folder_close(&walk.folder);
	}
	if (error == 0 && walk.error != 0) {
		error = copy_fault(&walk.fault, fault);
	}
	if (error == 0) {
		*ret_counts = walk.counts;
	}
	return error;
}

int evidence_files_load(struct audit_reader *reader, const char *digest, json_t **ret_file,
			struct audit_fault *fault)
{
	struct trace_folder folder;
	struct trace_fault reason;
	char *text = NULL;
	size_t length = 0;
	if (trace_folder_open(audit_reader_path(reader), false, &folder, &reason) != 0) {
		return copy_fault(&reason, fault);
	}
	int error = trace_folder_read(&folder, digest, &text, &length, &reason);
	trace_folder_close(&folder);
	if (error != 0) {
		return copy_fault(&reason, fault);
	}
	// What has the right digest was written by us, in ASCII.
	*ret_file = json_pack("{s:s, s:I, s:s#}", "sha256", digest, "bytes", (json_int_t)length,
			      "text", text, (int)length);
	free(text);
	return *ret_file != NULL
		       ? 0
		       : audit_fault_set(fault, -ENOMEM, "evidence %s: not enough memory", digest);
}

static json_t *member(const json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);
	return value != NULL ? json_incref(value) : json_null();
}

static json_t *row_of(const struct audit_entry *entry, const json_t *record, const json_t *answer)
{
	return json_pack("{s:I, s:s#, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "sequence",
			 (json_int_t)entry->sequence, "kind", entry->kind, (int)entry->kind_length,
			 "identifier", member(record, "identifier"), "check",
			 member(record, "check"), "attempt", member(record, "attempt"), "name",
			 member(answer, "name"), "type", member(answer, "type"), "status",
			 member(answer, "status"), "dnssec", member(answer, "dnssec"), "sha256",
			 member(answer, "trace_sha256"));
}

struct listing {
	json_t *rows;
	uint64_t last_sequence;
};

static bool list_record(const struct audit_entry *entry, void *context)
{
	struct listing *listing = context;
	json_t *record = json_loadb(entry->body, entry->body_length, 0, NULL);
	const json_t *dns = json_object_get(json_object_get(record, "evidence"), "dns");
	bool is_own = json_array_size(json_object_get(record, "traces")) > 0;
	int error = 0;
	for (size_t i = 0; is_own && i < json_array_size(dns) && error == 0; i++) {
		const json_t *answer = json_array_get(dns, i);
		if (json_is_string(json_object_get(answer, "trace_sha256"))) {
			error = json_array_append_new(listing->rows, row_of(entry, record, answer));
		}
	}
	json_decref(record);
	listing->last_sequence = entry->sequence;
	return error == 0;
}

int evidence_files_list(struct audit_reader *reader, const char *order, json_t **ret_list,
			struct audit_fault *fault)
{
	struct listing listing = {.rows = json_array()};
	struct audit_query query = {.order_id = order};
	bool has_more = true;
	int error = 0;
	while (has_more && error == 0) { // an order has so many records at most: audit_log.h
		query.after_sequence = listing.last_sequence;
		error = audit_query_run(reader, &query, list_record, &listing, &has_more, fault);
	}
	if (error != 0) {
		json_decref(listing.rows);
		return error;
	}
	*ret_list = listing.rows;
	return 0;
}

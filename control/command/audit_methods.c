// SPDX-License-Identifier: BSD-3-Clause
// audit.verify, audit.show, audit.export, audit.report, audit.evidence. All of them read; the log is written by its own thread only.

#include <parallax/base/error.h>

#include "audit/audit_export.h"
#include "audit/audit_query.h"
#include "audit/audit_reader.h"
#include "audit/audit_report.h"
#include "audit/audit_verify.h"
#include "command/audit_task.h"
#include "command/command_internal.h"
#include "rules/utc_time.h"
#include "service/answer_signatures.h"
#include "service/evidence_files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS_DEFAULT 100
#define EXPORT_MODE 0640
// An answer must fit into what a client may leave unread.
#define SHOW_BYTES_MAX (8 * 1024 * 1024)

static int out_of_memory(struct audit_fault *fault)
{
	return audit_fault_set(fault, -ENOMEM, "not enough memory");
}

static json_t *hash_text(const uint8_t *hash)
{
	char text[AUDIT_HASH_TEXT_BYTES];
	audit_hash_format(hash, text);
	return json_string(text);
}

// The head that the writer keeps beside the log, when there is one.
static int read_head(struct audit_reader *reader, struct audit_head *head, bool *ret_has_head,
		     struct audit_fault *fault)
{
	char path[512];
	snprintf(path, sizeof(path), "%s.head", audit_reader_path(reader));
	int error = audit_head_read(path, head, fault);
	*ret_has_head = error == 0;
	return error == -ENOENT ? 0 : error;
}

static int add_signatures(struct audit_reader *reader, const struct audit_task_request *request,
			  json_t *result, struct audit_fault *fault)
{
	struct answer_signature_counts counts;
	int error = answer_signatures_verify(reader, request->config, &counts, fault);
	if (error != 0) {
		return error;
	}
	json_t *more = json_pack(
		"{s:I, s:I, s:I, s:o}", "signatures_verified", (json_int_t)counts.verified,
		"signatures_mismatched", (json_int_t)counts.mismatched, "signatures_unverifiable",
		(json_int_t)counts.unverifiable, "first_mismatched",
		counts.first_mismatched != 0 ? json_integer(counts.first_mismatched) : json_null());
	error = json_object_update_new(result, more);
	return error == 0 ? 0 : out_of_memory(fault);
}

static json_t *sequence_or_null(int64_t sequence)
{
	return sequence != 0 ? json_integer(sequence) : json_null();
}

static int add_evidence(struct audit_reader *reader, json_t *result, struct audit_fault *fault)
{
	struct evidence_file_counts counts;
	int error = evidence_files_verify(reader, &counts, fault);
	if (error != 0) {
		return error;
	}
	json_t *more = json_pack(
		"{s:I, s:I, s:I, s:I, s:o, s:o}", "evidence_verified", (json_int_t)counts.verified,
		"evidence_altered", (json_int_t)counts.altered, "evidence_missing",
		(json_int_t)counts.missing, "evidence_purged", (json_int_t)counts.purged,
		"first_altered", sequence_or_null(counts.first_altered), "first_missing",
		sequence_or_null(counts.first_missing));
	error = json_object_update_new(result, more);
	return error == 0 ? 0 : out_of_memory(fault);
}

static int verify(struct audit_reader *reader, const struct audit_task_request *request,
		  json_t **ret_result, struct audit_fault *fault)
{
	struct audit_head head;
	struct audit_verification found;
	bool has_head;
	int error = read_head(reader, &head, &has_head, fault);
	if (error == 0) {
		error = audit_verify(reader, has_head ? &head : NULL, request->public_key, &found,
				     fault);
	}
	if (error != 0) {
		return error;
	}
	bool is_intact = found.finding == AUDIT_FINDING_INTACT;
	*ret_result = json_pack(
		"{s:b, s:s, s:s, s:I, s:I, s:o, s:s, s:b, s:b}", "intact", (int)is_intact,
		"finding", audit_finding_name(found.finding), "text", found.text, "records",
		(json_int_t)found.record_count, "last_sequence", (json_int_t)found.last.sequence,
		"last_hash", hash_text(found.last.hash), "log_id", audit_reader_log_id(reader),
		"head_checked", (int)has_head, "index_whole", (int)found.is_index_whole);
	if (*ret_result == NULL) {
		return out_of_memory(fault);
	}
	// Of a chain that is broken nobody knows what was signed, and what its records name.
	if (is_intact && request->wants_signatures) {
		error = add_signatures(reader, request, *ret_result, fault);
	}
	if (is_intact && error == 0 && !request->skips_evidence) {
		error = add_evidence(reader, *ret_result, fault);
	}
	return error;
}

struct show {
	json_t *records;
	size_t bytes;
	uint64_t last;
	bool is_full;
	int error;
};

static bool show_record(const struct audit_entry *entry, void *context)
{
	struct show *show = context;
	show->bytes += entry->body_length;
	if (show->bytes > SHOW_BYTES_MAX && json_array_size(show->records) > 0) {
		show->is_full = true;
		return false;
	}
	json_t *record =
		json_pack("{s:I, s:o, s:s#, s:o, s:o}", "sequence", (json_int_t)entry->sequence,
			  "time", command_time(entry->time_us), "kind", entry->kind,
			  (int)entry->kind_length, "hash", hash_text(entry->hash), "body",
			  json_loadb(entry->body, entry->body_length, 0, NULL));
	show->last = entry->sequence;
	show->error = json_array_append_new(show->records, record);
	return show->error == 0;
}

static int show(struct audit_reader *reader, const struct audit_task_request *request,
		json_t **ret_result, struct audit_fault *fault)
{
	bool has_more = false;
	struct show shown = {.records = json_array()};
	const struct audit_query query = {
		.order_id = request->order,
		.identifier = request->identifier,
		.perspective = request->perspective,
		.kind = request->kind,
		.time_first_us = request->from_us,
		.time_last_us = request->to_us,
		.after_sequence = request->first,
		.row_max = request->limit,
	};
	int error = audit_query_run(reader, &query, show_record, &shown, &has_more, fault);
	if (error == 0 && (shown.records == NULL || shown.error != 0)) {
		error = out_of_memory(fault);
	}
	if (error != 0) {
		json_decref(shown.records);
		return error;
	}
	has_more |= shown.is_full;
	*ret_result = json_pack("{s:o, s:b, s:I}", "records", shown.records, "more", (int)has_more,
				"last", (json_int_t)shown.last);
	return *ret_result != NULL ? 0 : out_of_memory(fault);
}

#define PATH_BYTES 512

static int create_beside(const char *log_path, const char *file, char path[static PATH_BYTES],
			 FILE **ret_output, struct audit_fault *fault)
{
	char *folder = strdup(log_path);
	if (folder == NULL) {
		return out_of_memory(fault);
	}
	snprintf(path, PATH_BYTES, "%s/%s", dirname(folder), file);
	free(folder);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, EXPORT_MODE);
	if (fd < 0) {
		int error = -errno;
		return audit_fault_set(fault, error, "%s cannot be made: %s", path,
				       strerror(-error));
	}
	*ret_output = fdopen(fd, "w");
	if (*ret_output == NULL) {
		close(fd);
		unlink(path);
		return out_of_memory(fault);
	}
	return 0;
}

static int export(struct audit_reader *reader, const struct audit_task_request *request,
		  json_t **ret_result, struct audit_fault *fault)
{
	char path[PATH_BYTES];
	FILE *output = NULL;
	struct audit_line_end end = {.first_sequence = 0};
	int error = create_beside(audit_reader_path(reader), request->file, path, &output, fault);
	if (error != 0) {
		return error;
	}
	error = audit_export(reader, request->first, request->last, output, &end, fault);
	if (error == 0 && fsync(fileno(output)) != 0) {
		error = audit_fault_set(fault, -errno, "%s: %s", request->file, strerror(errno));
	}
	if (fclose(output) != 0 && error == 0) {
		error = audit_fault_set(fault, -errno, "%s: %s", request->file, strerror(errno));
	}
	if (error != 0) {
		unlink(path); // half an export, whose name the next try needs
		return error;
	}
	*ret_result = json_pack(
		"{s:s, s:I, s:I, s:I, s:o}", "file", request->file, "first",
		(json_int_t)end.first_sequence, "last", (json_int_t)end.last_sequence, "records",
		(json_int_t)end.record_count, "last_hash", hash_text(end.last_hash));
	return *ret_result != NULL ? 0 : out_of_memory(fault);
}

struct report {
	json_t *incomplete;
	json_t *complete;
	unsigned limit;
	int error;
};

static bool report_row(const struct audit_report_row *row, void *context)
{
	struct report *report = context;
	bool is_complete = row->present_count == row->expected_count && row->quorum != NULL;
	json_t *rows = is_complete ? report->complete : report->incomplete;
	if (json_array_size(rows) < report->limit) {
		report->error = json_array_append_new(rows, audit_report_row_json(row));
	}
	return report->error == 0;
}

static int report(struct audit_reader *reader, const struct audit_task_request *request,
		  json_t **ret_result, struct audit_fault *fault)
{
	struct audit_report_totals totals;
	struct report made = {
		.incomplete = json_array(), .complete = json_array(), .limit = request->limit};
	int error = audit_report_run(reader, request->from_us, request->to_us, report_row, &made,
				     &totals, fault);
	if (error == 0) {
		error = made.error != 0 ? out_of_memory(fault) : 0;
	}
	for (size_t i = 0; error == 0 && i < json_array_size(made.complete) &&
			   json_array_size(made.incomplete) < made.limit;
	     i++) {
		error = json_array_append(made.incomplete, json_array_get(made.complete, i));
	}
	json_decref(made.complete);
	if (error != 0) {
		json_decref(made.incomplete);
		return error < 0 ? error : out_of_memory(fault);
	}
	*ret_result = json_pack("{s:o, s:o}", "totals", audit_report_totals_json(&totals), "rows",
				made.incomplete);
	return *ret_result != NULL ? 0 : out_of_memory(fault);
}

// False: the call was answered.
static bool read_time(struct plx_rpc_call *call, const json_t *params, const char *name,
		      int64_t *ret_us)
{
	const char *text = command_text(params, name);
	if (text == NULL || utc_time_parse(text, ret_us) == 0) {
		return true;
	}
	char pointer[32];
	snprintf(pointer, sizeof(pointer), "/params/%s", name);
	plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, pointer,
		     "%s must be a time in UTC such as 2026-12-01T11:00:00Z", name);
	return false;
}

static bool read_kind(struct plx_rpc_call *call, const json_t *params, enum audit_kind *ret_kind)
{
	const char *text = command_text(params, "kind");
	*ret_kind = text == NULL ? AUDIT_KIND_NONE : audit_kind_find(text);
	if (text != NULL && *ret_kind == AUDIT_KIND_NONE) {
		plx_rpc_fail(
			call, PLX_RPC_INVALID_PARAMS, "/params/kind",
			"kind must be genesis, start, stop, configuration, mode-change, order, "
			"check, quorum, probe, clock, evidence or perspective");
		return false;
	}
	return true;
}

static uint64_t number_of(const json_t *params, const char *name, uint64_t otherwise)
{
	const json_t *value = json_object_get(params, name);
	return value == NULL ? otherwise : (uint64_t)json_integer_value(value);
}

void command_verify_audit(struct plx_rpc_call *call, const json_t *params, void *context)
{
	const struct command_server *server = context;
	const struct audit_task_request request = {
		.public_key = server->service->public_key,
		.wants_signatures = json_is_true(json_object_get(params, "signatures")),
		.skips_evidence = json_is_true(json_object_get(params, "skip_evidence")),
	};
	if (command_needs_primary(server, call)) {
		audit_task_start(context, call, &request, verify);
	}
}

void command_show_audit(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct audit_task_request request = {
		.order = command_text(params, "order"),
		.identifier = command_text(params, "identifier"),
		.perspective = command_text(params, "perspective"),
		.first = number_of(params, "after", 0),
		.limit = (unsigned)number_of(params, "limit", ROWS_DEFAULT),
	};
	if (command_needs_primary(context, call) && read_kind(call, params, &request.kind) &&
	    read_time(call, params, "from", &request.from_us) &&
	    read_time(call, params, "to", &request.to_us)) {
		audit_task_start(context, call, &request, show);
	}
}

void command_export_audit(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct audit_task_request request = {.first = number_of(params, "first", 1),
					     .last = number_of(params, "last", 0)};
	const char *file = command_text(params, "file");
	if (!command_needs_primary(context, call)) {
		return;
	}
	if (file[0] == '.' || strchr(file, '/') != NULL) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/file",
			     "file must be a plain name: it is made beside the audit log");
		return;
	}
	snprintf(request.file, sizeof(request.file), "%s", file);
	audit_task_start(context, call, &request, export);
}

void command_report_audit(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct audit_task_request request = {
		.limit = (unsigned)number_of(params, "limit", ROWS_DEFAULT)};
	if (command_needs_primary(context, call) &&
	    read_time(call, params, "from", &request.from_us) &&
	    read_time(call, params, "to", &request.to_us)) {
		audit_task_start(context, call, &request, report);
	}
}

static int evidence(struct audit_reader *reader, const struct audit_task_request *request,
		    json_t **ret_result, struct audit_fault *fault)
{
	json_t *list = NULL;
	if (request->digest[0] != '\0') {
		return evidence_files_load(reader, request->digest, ret_result, fault);
	}
	int error = evidence_files_list(reader, request->order, &list, fault);
	if (error != 0) {
		return error;
	}
	*ret_result = json_pack("{s:s, s:o}", "order", request->order, "evidence", list);
	return *ret_result != NULL ? 0 : out_of_memory(fault);
}

void command_get_evidence(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct audit_task_request request = {.order = command_text(params, "of")};
	if (!command_needs_primary(context, call)) {
		return;
	}
	if (trace_digest_is_valid(request.order)) {
		snprintf(request.digest, sizeof(request.digest), "%s", request.order);
	}
	audit_task_start(context, call, &request, evidence);
}

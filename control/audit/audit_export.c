// SPDX-License-Identifier: BSD-3-Clause
// Writing and verifying exports.

#include "audit/audit_export.h"

#include <parallax/base/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct export_walk {
	FILE *output;
	struct audit_chain_check check;
	struct audit_line_end end;
	enum audit_finding finding;
	uint64_t bad_sequence;
	int error;
};

static int write_line(FILE *output, char *line, size_t length)
{
	int error = line == NULL ? -ENOMEM : 0;
	if (error == 0 && fwrite(line, 1, length, output) != length) {
		error = errno != 0 ? -errno : -EIO;
	}
	free(line);
	return error;
}

static bool export_one(const struct audit_entry *entry, void *context)
{
	struct export_walk *walk = context;
	walk->bad_sequence = entry->sequence;
	walk->error = audit_chain_check_entry(&walk->check, entry, &walk->finding);
	if (walk->error != 0 || walk->finding != AUDIT_FINDING_INTACT) {
		return false;
	}
	size_t length = 0;
	char *line = audit_line_format_record(entry, &length);
	walk->error = write_line(walk->output, line, length);
	if (walk->end.record_count++ == 0) {
		walk->end.first_sequence = entry->sequence;
	}
	walk->end.last_sequence = entry->sequence;
	memcpy(walk->end.last_hash, entry->hash, AUDIT_HASH_BYTES);
	return walk->error == 0;
}

int audit_export(struct audit_reader *reader, uint64_t first, uint64_t last, FILE *output,
		 struct audit_line_end *ret_end, struct audit_fault *fault)
{
	struct export_walk walk = {.output = output, .finding = AUDIT_FINDING_INTACT};
	int error = audit_reader_walk(reader, (int64_t)first, last == 0 ? INT64_MAX : (int64_t)last,
				      export_one, &walk, fault);
	if (error != 0) {
		return error;
	}
	if (walk.error == 0 && walk.finding != AUDIT_FINDING_INTACT) {
		return audit_fault_set(fault, PLX_ERR_AUDIT_CHAIN,
				       "%s: record %llu is not as it was written (%s), the export "
				       "ends before it: run `parallaxctl audit verify`",
				       audit_reader_path(reader),
				       (unsigned long long)walk.bad_sequence,
				       audit_finding_name(walk.finding));
	}
	if (walk.error == 0 && walk.end.record_count == 0) {
		char to[32] = "the end";
		if (last != 0) {
			snprintf(to, sizeof(to), "%llu", (unsigned long long)last);
		}
		return audit_fault_set(fault, -ERANGE, "%s: has no record from %llu to %s",
				       audit_reader_path(reader), (unsigned long long)first, to);
	}
	if (walk.error == 0) {
		size_t length = 0;
		char *line = audit_line_format_end(&walk.end, &length);
		walk.error = write_line(output, line, length);
	}
	if (walk.error == 0 && fflush(output) != 0) {
		walk.error = -errno;
	}
	if (walk.error != 0) {
		return audit_fault_set(fault, walk.error,
				       "export: cannot be written: %s: free space "
				       "where it goes, then export again",
				       plx_error_text(walk.error));
	}
	*ret_end = walk.end;
	return 0;
}

struct import_walk {
	struct audit_chain_check check;
	const struct audit_head *head;
	struct audit_verification result;
	struct audit_line_end end;
	uint8_t head_hash[AUDIT_HASH_BYTES];
	bool has_head_hash;
	bool has_end;
};

static int check_record(struct import_walk *walk, const struct audit_entry *entry)
{
	enum audit_finding finding = AUDIT_FINDING_NOT_EVALUATED;
	int64_t expected = (int64_t)walk->check.last.sequence + 1;
	int error = audit_chain_check_entry(&walk->check, entry, &finding);
	if (error != 0) {
		return error;
	}
	if (finding != AUDIT_FINDING_INTACT) {
		walk->result.finding = finding;
		walk->result.bad_sequence =
			finding == AUDIT_FINDING_DELETED ? expected : (int64_t)entry->sequence;
		return 0;
	}
	if (walk->result.record_count++ == 0) {
		walk->end.first_sequence = entry->sequence;
	}
	if (walk->head != NULL && entry->sequence == walk->head->position.sequence) {
		memcpy(walk->head_hash, entry->hash, AUDIT_HASH_BYTES);
		walk->has_head_hash = true;
	}
	return 0;
}

// What the end line says must be what was read.
static void check_end(struct import_walk *walk, const struct audit_line_end *end)
{
	walk->has_end = true;
	if (end->record_count != walk->result.record_count ||
	    end->first_sequence != walk->end.first_sequence ||
	    end->last_sequence != walk->check.last.sequence ||
	    memcmp(end->last_hash, walk->check.last.hash, AUDIT_HASH_BYTES) != 0) {
		walk->result.finding = AUDIT_FINDING_TRUNCATED;
		walk->result.bad_sequence = (int64_t)walk->check.last.sequence + 1;
	}
}

// One line without its line feed. PLX_ERR_AUDIT_LINE also for anything after the end line.
static int check_line(struct import_walk *walk, const char *text, size_t length)
{
	struct audit_line line;
	int error = walk->has_end ? PLX_ERR_AUDIT_LINE : audit_line_parse(text, length, &line);
	if (error != 0) {
		return error;
	}
	if (line.kind == AUDIT_LINE_END) {
		check_end(walk, &line.end);
		return 0;
	}
	return check_record(walk, &line.entry);
}

static int read_lines(FILE *input, char *buffer, struct import_walk *walk, uint64_t *ret_line)
{
	int error = 0;
	uint64_t number = 0;
	while (error == 0 && walk->result.finding == AUDIT_FINDING_NOT_EVALUATED &&
	       fgets(buffer, (int)AUDIT_LINE_BYTES_MAX + 2, input) != NULL) {
		size_t length = strlen(buffer);
		number++;
		// A line that is cut off, too long or holds a zero octet has no line feed at its end.
		error = length > 0 && buffer[length - 1] == '\n'
				? check_line(walk, buffer, length - 1)
				: PLX_ERR_AUDIT_LINE;
	}
	if (error == 0 && ferror(input)) {
		error = -EIO;
	}
	if (error == 0 && !walk->has_end && walk->result.finding == AUDIT_FINDING_NOT_EVALUATED) {
		number++;
		error = PLX_ERR_AUDIT_LINE;
	}
	*ret_line = number;
	return error;
}

static void judge(struct import_walk *walk, struct evp_pkey_st *public_key)
{
	const struct audit_head *head = walk->head;
	walk->result.finding = AUDIT_FINDING_INTACT;
	if (head == NULL) {
		return;
	}
	bool is_within =
		walk->has_head_hash || (walk->end.first_sequence <= head->position.sequence &&
					walk->end.first_sequence != 0);
	// A part of the log cannot be shown to be cut off by a head of what follows it.
	const uint8_t *hash = walk->has_head_hash ? walk->head_hash
			      : is_within         ? NULL
						  : head->position.hash;
	walk->result.finding = audit_head_judge(head, public_key, NULL, hash);
	if (walk->result.finding == AUDIT_FINDING_TRUNCATED) {
		walk->result.bad_sequence = (int64_t)walk->check.last.sequence + 1;
	} else if (walk->result.finding == AUDIT_FINDING_REWRITTEN) {
		walk->result.bad_sequence = (int64_t)head->position.sequence;
	}
}

int audit_export_verify(FILE *input, const struct audit_head *head, struct evp_pkey_st *public_key,
			struct audit_verification *ret_verification, uint64_t *ret_line,
			struct audit_fault *fault)
{
	struct import_walk walk = {.head = head};
	uint64_t line = 0;
	char *buffer = malloc(AUDIT_LINE_BYTES_MAX + 2);
	int error = buffer == NULL ? -ENOMEM : read_lines(input, buffer, &walk, &line);
	free(buffer);
	if (error == PLX_ERR_AUDIT_LINE) {
		*ret_line = line;
		return audit_fault_set(fault, error,
				       "line %llu: %s: export again, or ask for the "
				       "whole file",
				       (unsigned long long)line,
				       walk.has_end ? "follows the end line"
						    : "is no whole line of an exported audit log");
	}
	if (error != 0) {
		return audit_fault_set(fault, error,
				       "line %llu: cannot be read: %s: copy the file anew",
				       (unsigned long long)line, plx_error_text(error));
	}
	if (walk.result.finding == AUDIT_FINDING_NOT_EVALUATED) {
		judge(&walk, public_key);
	}
	walk.result.last = walk.check.last;
	walk.result.is_index_whole = true; // an export has none
	audit_verification_describe(&walk.result);
	*ret_verification = walk.result;
	*ret_line = walk.result.finding == AUDIT_FINDING_INTACT ? 0 : line;
	return 0;
}

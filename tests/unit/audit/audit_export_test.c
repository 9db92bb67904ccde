// SPDX-License-Identifier: BSD-3-Clause
// Exports verify without the database; tampering with one is found. Rotation continues the chain.

#include "audit/audit_export.h"

#include <parallax/base/error.h>

#include "audit_fixture.h"
#include "cunit_runner.h"

#include <sqlite3.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct export_text {
	char *text;
	size_t length;
	struct audit_line_end end;
};

static void fill(struct audit_fixture *fixture, unsigned orders)
{
	fixture_init(fixture);
	fixture_open(fixture);
	unsigned count = 0;
	for (unsigned i = 0; i < orders; i++) {
		char order[32];
		snprintf(order, sizeof(order), "order-%u", i);
		count += fixture_append_order(fixture, order, "xn--bcher-kva.example", 4, 0);
	}
	CU_ASSERT_TRUE(fixture_wait(fixture, count));
	fixture_close(fixture);
}

static struct export_text export_all(struct audit_fixture *fixture, uint64_t first, uint64_t last)
{
	struct export_text export = {0};
	struct audit_fault fault;
	FILE *output = open_memstream(&export.text, &export.length);
	struct audit_reader *reader = fixture_reader(fixture);
	CU_ASSERT_EQUAL(audit_export(reader, first, last, output, &export.end, &fault), 0);
	audit_reader_close(reader);
	fclose(output);
	return export;
}

static int verify_text(const char *text, size_t length, const struct audit_head *head,
		       struct audit_verification *result, uint64_t *line)
{
	struct audit_fault fault = {0};
	char *copy = malloc(length + 1);
	memcpy(copy, text, length);
	FILE *input = fmemopen(copy, length, "r");
	int error = audit_export_verify(input, head, NULL, result, line, &fault);
	fclose(input);
	free(copy);
	return error;
}

TEST(export_verifies_with_its_head)
{
	struct audit_fixture fixture;
	struct audit_head head;
	struct audit_fault fault;
	struct audit_verification result = {0};
	uint64_t line = 9;
	fill(&fixture, 3);
	struct export_text export = export_all(&fixture, 1, 0);
	CU_ASSERT_EQUAL(audit_head_read(fixture.head_path, &head, &fault), 0);
	CU_ASSERT_EQUAL(verify_text(export.text, export.length, &head, &result, &line), 0);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_INTACT);
	CU_ASSERT_EQUAL(result.record_count, export.end.record_count);
	CU_ASSERT_EQUAL(line, 0);
	free(export.text);
	export = export_all(&fixture, 5, 9);
	CU_ASSERT_EQUAL(export.end.record_count, 5);
	CU_ASSERT_EQUAL(verify_text(export.text, export.length, NULL, &result, &line), 0);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_INTACT);
	free(export.text);
	fixture_fini(&fixture);
}

TEST(any_text_of_a_peer_survives_an_export)
{
	struct audit_fixture fixture;
	struct audit_verification result = {0};
	uint64_t line = 0;
	static const char text[] = "\x01\t\n \"}\\ \x7f \342\200\256 \360\237\230\200 \0 end";
	fixture_init(&fixture);
	fixture_open(&fixture);
	json_t *body = check_body("order-1", "www.example.test", 0, "dcv");
	json_object_set_new(body, "evidence",
			    json_pack("{s:o}", "txt", json_stringn(text, sizeof(text) - 1)));
	CU_ASSERT_EQUAL(fixture_append(&fixture, AUDIT_KIND_CHECK, body), 0);
	CU_ASSERT_TRUE(fixture_wait(&fixture, 1));
	struct export_text export = export_all(&fixture, 1, 0);
	for (size_t i = 0; i < export.length; i++) {
		CU_ASSERT_TRUE((unsigned char)export.text[i] < 0x80);
	}
	CU_ASSERT_EQUAL(verify_text(export.text, export.length, NULL, &result, &line), 0);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_INTACT);
	free(export.text);
	fixture_fini(&fixture);
}

TEST(every_changed_octet_of_an_export_is_found)
{
	struct audit_fixture fixture;
	fill(&fixture, 1);
	struct export_text export = export_all(&fixture, 1, 4);
	unsigned missed = 0;
	for (size_t i = 0; i < export.length; i++) {
		struct audit_verification result = {0};
		uint64_t line = 0;
		export.text[i] ^= 1;
		int error = verify_text(export.text, export.length, NULL, &result, &line);
		missed += error == 0 && result.finding == AUDIT_FINDING_INTACT;
		export.text[i] ^= 1;
	}
	CU_ASSERT_EQUAL(missed, 0);
	free(export.text);
	fixture_fini(&fixture);
}

TEST(export_that_is_cut_off_is_found_at_every_octet)
{
	struct audit_fixture fixture;
	fill(&fixture, 1);
	struct export_text export = export_all(&fixture, 1, 4);
	unsigned missed = 0;
	for (size_t length = 1; length < export.length; length++) {
		struct audit_verification result = {0};
		uint64_t line = 0;
		int error = verify_text(export.text, length, NULL, &result, &line);
		missed += error == 0 && result.finding == AUDIT_FINDING_INTACT;
	}
	CU_ASSERT_EQUAL(missed, 0);
	free(export.text);
	fixture_fini(&fixture);
}

TEST(export_without_one_of_its_lines_names_the_record)
{
	struct audit_fixture fixture;
	struct audit_verification result = {0};
	uint64_t line = 0;
	fill(&fixture, 1);
	struct export_text export = export_all(&fixture, 1, 0);
	char *second = strchr(export.text, '\n') + 1;
	char *third = strchr(second, '\n') + 1;
	size_t rest = export.length - (size_t)(third - export.text);
	memmove(second, third, rest);
	size_t length = (size_t)(second - export.text) + rest;
	CU_ASSERT_EQUAL(verify_text(export.text, length, NULL, &result, &line), 0);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_DELETED);
	CU_ASSERT_EQUAL(result.bad_sequence, 2);
	CU_ASSERT_EQUAL(line, 2);
	free(export.text);
	fixture_fini(&fixture);
}

TEST(broken_chain_is_not_exported)
{
	struct audit_fixture fixture;
	struct audit_line_end end;
	struct audit_fault fault;
	sqlite3 *database = NULL;
	char *text = NULL;
	size_t length = 0;
	fill(&fixture, 1);
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(fixture.path, &database), SQLITE_OK);
	sqlite3_exec(database,
		     "DROP TRIGGER record_is_never_updated;"
		     "UPDATE record SET kind = 'x\",' WHERE sequence = 3",
		     NULL, NULL, NULL);
	sqlite3_close(database);
	struct audit_reader *reader = fixture_reader(&fixture);
	FILE *output = open_memstream(&text, &length);
	CU_ASSERT_EQUAL(audit_export(reader, 1, 0, output, &end, &fault), PLX_ERR_AUDIT_CHAIN);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "record 3"));
	fclose(output);
	free(text);
	audit_reader_close(reader);
	fixture_fini(&fixture);
}

TEST(export_of_no_record_is_refused)
{
	struct audit_fixture fixture;
	struct audit_line_end end;
	struct audit_fault fault;
	char *text = NULL;
	size_t length = 0;
	fill(&fixture, 1);
	struct audit_reader *reader = fixture_reader(&fixture);
	FILE *output = open_memstream(&text, &length);
	CU_ASSERT_EQUAL(audit_export(reader, 5, 2, output, &end, &fault), -ERANGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "no record from 5 to 2"));
	CU_ASSERT_EQUAL(audit_export(reader, 100000, 0, output, &end, &fault), -ERANGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "no record from 100000 to the end"));
	fclose(output);
	CU_ASSERT_EQUAL(length, 0);
	free(text);
	audit_reader_close(reader);
	fixture_fini(&fixture);
}

static bool keep_body(const struct audit_entry *entry, void *context)
{
	*(json_t **)context = json_loadb(entry->body, entry->body_length, 0, NULL);
	return false;
}

TEST(new_file_continues_the_chain_of_the_old_one)
{
	struct audit_fixture fixture;
	struct audit_position last;
	struct audit_fault fault;
	char next_path[128];
	char hash[AUDIT_HASH_TEXT_BYTES];
	fill(&fixture, 1);
	struct audit_reader *reader = fixture_reader(&fixture);
	CU_ASSERT_EQUAL(audit_reader_last(reader, &last, &fault), 0);
	char log_id[AUDIT_LOG_ID_BYTES];
	memcpy(log_id, audit_reader_log_id(reader), sizeof(log_id));
	audit_reader_close(reader);
	snprintf(next_path, sizeof(next_path), "%s-2", fixture.path);
	fixture.config.path = next_path;
	fixture.config.previous_path = fixture.path;
	fixture.config.head_path = NULL;
	fixture_open(&fixture);
	CU_ASSERT_STRING_NOT_EQUAL(audit_log_id(fixture.log), log_id);
	fixture_close(&fixture);
	CU_ASSERT_EQUAL_FATAL(audit_reader_open(next_path, &reader, &fault), 0);
	json_t *body = NULL;
	CU_ASSERT_EQUAL(audit_reader_walk(reader, 1, 1, keep_body, &body, &fault), 0);
	json_t *previous = json_object_get(body, "previous_log");
	audit_hash_format(last.hash, hash);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(previous, "log_id")), log_id);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(previous, "hash")), hash);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(previous, "sequence")),
			(json_int_t)last.sequence);
	json_decref(body);
	struct audit_verification result;
	CU_ASSERT_EQUAL(audit_verify(reader, NULL, NULL, &result, &fault), 0);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_INTACT);
	audit_reader_close(reader);
	fixture_fini(&fixture);
}

TEST_MAIN(audit_export, T(export_verifies_with_its_head), T(any_text_of_a_peer_survives_an_export),
	  T(every_changed_octet_of_an_export_is_found),
	  T(export_that_is_cut_off_is_found_at_every_octet),
	  T(export_without_one_of_its_lines_names_the_record), T(broken_chain_is_not_exported),
	  T(export_of_no_record_is_refused), T(new_file_continues_the_chain_of_the_old_one))

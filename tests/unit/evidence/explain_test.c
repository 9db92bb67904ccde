// SPDX-License-Identifier: BSD-3-Clause
// The texts that people see, of evidence that was recorded once (record_evidence.c), octet by octet.

#include <parallax/evidence/explain.h>

#include <parallax/evidence/evidence.h>

#include "cunit_runner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct plx_text file_text(const char *name, const char *suffix)
{
	char path[4096];
	char block[4096];
	size_t length;
	struct plx_text text = plx_text_growing();
	snprintf(path, sizeof(path), "%s/%s%s", EVIDENCE_FOLDER, name, suffix);
	FILE *file = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	while ((length = fread(block, 1, sizeof(block), file)) > 0) {
		plx_text_append(&text, block, length);
	}
	fclose(file);
	return text;
}

static struct plx_evidence *evidence_of(const char *name)
{
	char fault[PLX_EVIDENCE_FAULT_MAX];
	struct plx_evidence *evidence = NULL;
	struct plx_text text = file_text(name, ".json");
	CU_ASSERT_EQUAL_FATAL(plx_evidence_read(text.bytes, text.length, &evidence, fault), 0);
	plx_text_free(&text);
	return evidence;
}

static void expect_text(const char *name)
{
	struct plx_evidence *evidence = evidence_of(name);
	struct plx_text expected = file_text(name, ".txt");
	struct plx_text text = plx_text_growing();
	CU_ASSERT_EQUAL_FATAL(plx_explain(evidence, false, &text), 0);
	bool is_equal = text.length == expected.length &&
			memcmp(text.bytes, expected.bytes, text.length) == 0;
	CU_ASSERT_TRUE(is_equal);
	if (!is_equal) {
		fprintf(stderr, "%s:\n%.*s", name, (int)text.length, text.bytes);
	}
	plx_text_free(&text);
	plx_text_free(&expected);
	plx_evidence_destroy(evidence);
}

TEST(signed_answer_is_explained)
{
	expect_text("signed");
}

TEST(unsigned_answer_is_explained)
{
	expect_text("unsigned");
}

TEST(bogus_answer_is_explained)
{
	expect_text("bogus");
}

TEST(second_answer_is_explained)
{
	expect_text("mended");
}

TEST(failed_lookup_is_explained)
{
	expect_text("failed");
}

TEST(colours_come_only_when_they_are_wanted)
{
	struct plx_evidence *evidence = evidence_of("bogus");
	struct plx_text text = plx_text_growing();
	CU_ASSERT_EQUAL_FATAL(plx_explain(evidence, true, &text), 0);
	plx_text_character(&text, '\0');
	CU_ASSERT_PTR_NOT_NULL(strstr(text.bytes, "\033[31mbogus\033[0m"));
	plx_text_free(&text);
	plx_evidence_destroy(evidence);
}

TEST(explanation_without_room_leaves_the_text)
{
	char room[200];
	struct plx_evidence *evidence = evidence_of("signed");
	struct plx_text text = plx_text_fixed(room, sizeof(room));
	plx_text_literal(&text, "before");
	CU_ASSERT_EQUAL(plx_explain(evidence, false, &text), -ENOSPC);
	CU_ASSERT_EQUAL(text.length, 6);
	plx_evidence_destroy(evidence);
}

TEST_MAIN(explain, T(signed_answer_is_explained), T(unsigned_answer_is_explained),
	  T(bogus_answer_is_explained), T(second_answer_is_explained),
	  T(failed_lookup_is_explained), T(colours_come_only_when_they_are_wanted),
	  T(explanation_without_room_leaves_the_text))

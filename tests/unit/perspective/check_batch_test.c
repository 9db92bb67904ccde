// SPDX-License-Identifier: BSD-3-Clause
// A request of checks is taken whole or refused with the place of its first fault.

#include "cunit_runner.h"

#include "perspective/check_batch.h"

#include <jansson.h>

#include <errno.h>
#include <string.h>

#define NONCE "00112233445566778899aabbccddeeff"
#define CHECK(id)                                                                                  \
	"{\"id\":" #id ",\"nonce\":\"" NONCE "\",\"deadline_ms\":5,\"check\":{\"b\":1,\"a\":2}}"

struct bad_batch {
	const char *text;
	const char *pointer;
};

static const struct bad_batch bad_batches[] = {
	{"", ""},
	{"{", ""},
	{"[]", ""},
	{"{}", ""},
	{"{\"checks\":[],\"more\":1}", ""},
	{"{\"checks\":{}}", "/checks"},
	{"{\"checks\":[]}", "/checks"},
	{"{\"checks\":[1]}", "/checks/0"},
	{"{\"checks\":[" CHECK(1) ",{}]}", "/checks/1"},
	{"{\"checks\":[" CHECK(2) "," CHECK(2) "]}", "/checks/1/id"},
	{"{\"checks\":[" CHECK(0) "]}", "/checks/0/id"},
	{"{\"checks\":[" CHECK(1.5) "]}", "/checks/0/id"},
	{"{\"checks\":[{\"id\":1,\"nonce\":\"00\",\"deadline_ms\":5,\"check\":{}}]}",
	 "/checks/0/nonce"},
	{"{\"checks\":[{\"id\":1,\"nonce\":\"" NONCE "\",\"deadline_ms\":0,\"check\":{}}]}",
	 "/checks/0/deadline_ms"},
	{"{\"checks\":[{\"id\":1,\"nonce\":\"" NONCE "\",\"deadline_ms\":120001,\"check\":{}}]}",
	 "/checks/0/deadline_ms"},
	{"{\"checks\":[{\"id\":1,\"nonce\":\"" NONCE "\",\"deadline_ms\":5,\"check\":[]}]}",
	 "/checks/0/check"},
	{"{\"checks\":[{\"id\":1,\"nonce\":\"" NONCE "\",\"deadline_ms\":5,\"what\":{}}]}",
	 "/checks/0/check"},
};

TEST(a_fault_is_told_with_its_place)
{
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad_batches); i++) {
		struct check_batch batch = {.count = 77};
		struct check_batch_fault fault = {.text = ""};
		const char *text = bad_batches[i].text;
		CU_ASSERT_EQUAL(check_batch_read(text, strlen(text), &batch, &fault), -EINVAL);
		CU_ASSERT_STRING_EQUAL(fault.pointer, bad_batches[i].pointer);
		CU_ASSERT(strlen(fault.text) > 0);
		CU_ASSERT_EQUAL(batch.count, 77);
	}
}

TEST(what_is_written_is_read_again)
{
	static const char text[] = "{\"checks\":[" CHECK(1) "," CHECK(9) "]}";
	struct check_batch batch;
	struct check_batch_fault fault;
	CU_ASSERT_EQUAL_FATAL(check_batch_read(text, strlen(text), &batch, &fault), 0);
	CU_ASSERT_EQUAL(batch.count, 2);
	CU_ASSERT_EQUAL(batch.tickets[1].id, 9);
	CU_ASSERT_STRING_EQUAL(batch.tickets[1].nonce, NONCE);
	// sha256sum of {"a":2,"b":1}
	CU_ASSERT_STRING_EQUAL(batch.tickets[0].digest,
			       "d3626ac30a87e6f7a6428233b3c68299976865fa5508e4267c5415c76af7a772");
	char *again = check_batch_write(batch.tickets, batch.count);
	struct check_batch second;
	CU_ASSERT_EQUAL_FATAL(check_batch_read(again, strlen(again), &second, &fault), 0);
	CU_ASSERT_EQUAL(second.count, 2);
	CU_ASSERT_STRING_EQUAL(second.tickets[1].digest, batch.tickets[1].digest);
	free(again);
	check_batch_clear(&batch);
	check_batch_clear(&second);
}

TEST(too_many_and_too_large_are_told_apart_from_wrong)
{
	json_t *checks = json_array();
	for (int i = 0; i <= CHECK_BATCH_MAX; i++) {
		json_array_append_new(checks, json_integer(i));
	}
	json_t *document = json_pack("{s:o}", "checks", checks);
	char *text = json_dumps(document, 0);
	struct check_batch batch;
	struct check_batch_fault fault;
	CU_ASSERT_EQUAL(check_batch_read(text, strlen(text), &batch, &fault), -E2BIG);
	free(text);
	json_decref(document);
	static char big[CHECK_BYTES_MAX + 1];
	memset(big, 'x', sizeof(big) - 1);
	document = json_pack("{s:s}", "a", big);
	char digest[CHECK_DIGEST_DIGITS + 1];
	size_t bytes = 0;
	CU_ASSERT_EQUAL(check_digest(document, digest, &bytes), -E2BIG);
	json_decref(document);
}

TEST_MAIN(check_batch, T(a_fault_is_told_with_its_place), T(what_is_written_is_read_again),
	  T(too_many_and_too_large_are_told_apart_from_wrong))

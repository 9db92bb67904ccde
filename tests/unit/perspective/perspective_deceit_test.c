// SPDX-License-Identifier: BSD-3-Clause
// A remote with a good certificate that answers what was not asked, or as somebody else.

#include "channel_fixture.h"

#include "http_server/http_exchange.h"
#include "http_server/http_stream.h"
#include "perspective/check_batch.h"
#include "perspective/signed_line.h"

#include <jansson.h>
#include <openssl/evp.h>

#include <string.h>

#define DEADLINE_MS 15000

struct deceit {
	const char *label;
	const char *member; // of the payload, changed to the value
	const char *value;
	const char *signer; // in place of fra-1
	const char *raw;    // sent in place of a line
	bool is_other_key;
	enum perspective_cause cause;
};

static const struct deceit deceits[] = {
	{"another nonce", "nonce", "00000000000000000000000000000000", "fra-1", NULL, false,
	 PERSPECTIVE_REPLAYED},
	{"another check", "check_sha256", "00", "fra-1", NULL, false, PERSPECTIVE_MISLABELLED},
	{"another region", "rir", "LACNIC", "fra-1", NULL, false, PERSPECTIVE_MISLABELLED},
	{"another label inside", "perspective", "gru-1", "fra-1", NULL, false,
	 PERSPECTIVE_MISLABELLED},
	{"another label outside", NULL, NULL, "gru-1", NULL, false, PERSPECTIVE_MISLABELLED},
	{"another key", NULL, NULL, "fra-1", NULL, true, PERSPECTIVE_BAD_SIGNATURE},
	{"no object", "answer", "pass", "fra-1", NULL, false, PERSPECTIVE_MALFORMED},
	{"no JSON", NULL, NULL, NULL, "pass\n", false, PERSPECTIVE_MALFORMED},
	{"an empty line", NULL, NULL, NULL, "\n", false, PERSPECTIVE_MALFORMED},
	{"nothing", NULL, NULL, NULL, "", false, PERSPECTIVE_MISSING},
	{"half a line", NULL, NULL, NULL, "{\"perspective\":", false, PERSPECTIVE_MISSING},
};
static const struct deceit *deceit;

static char *make_line(const struct check_ticket *ticket)
{
	EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	json_t *payload =
		json_pack("{s:I,s:s,s:s,s:s,s:s,s:{s:O}}", "id", (json_int_t)ticket->id, "nonce",
			  ticket->nonce, "check_sha256", ticket->digest, "perspective", "fra-1",
			  "rir", "RIPE NCC", "answer", "n", json_object_get(ticket->check, "n"));
	if (deceit->member != NULL) {
		json_object_set_new(payload, deceit->member, json_string(deceit->value));
	}
	char *text = signed_payload_write(payload);
	char *line = NULL;
	CU_ASSERT_EQUAL_FATAL(signed_lines_make((const char *const[]) {text}, 1, deceit->signer,
						deceit->is_other_key ? other : channel.key, &line),
			      0);
	free(text);
	json_decref(payload);
	EVP_PKEY_free(other);
	return line;
}

static void deceive(struct http_exchange *exchange, void *context)
{
	struct check_batch batch;
	struct check_batch_fault fault;
	size_t length = 0;
	const char *body = http_exchange_body(exchange, &length);
	CU_ASSERT_EQUAL_FATAL(check_batch_read(body, length, &batch, &fault), 0);
	http_stream_begin(exchange, "application/x-ndjson");
	if (deceit->raw != NULL) {
		CU_ASSERT_EQUAL(http_stream_write(exchange, deceit->raw, strlen(deceit->raw)), 0);
	} else {
		char *line = make_line(&batch.tickets[0]);
		CU_ASSERT_EQUAL(http_stream_write(exchange, line, strlen(line)), 0);
		free(line);
	}
	check_batch_clear(&batch);
	http_stream_end(exchange);
}

TEST(an_answer_that_is_not_to_the_check_asked_is_refused)
{
	for (size_t i = 0; i < PLX_ARRAY_SIZE(deceits); i++) {
		int error = 0;
		deceit = &deceits[i];
		channel_start(&(struct channel_options) {.checks = deceive});
		channel_ask(7, false, DEADLINE_MS, &error);
		CU_ASSERT_TRUE(channel_wait_ended(1));
		CU_ASSERT_EQUAL(channel.by_cause[deceit->cause], 1);
		if (channel.by_cause[deceit->cause] != 1) {
			fprintf(stderr, "%s\n", deceit->label);
		}
		channel_stop();
		CU_ASSERT_EQUAL(channel.ended, 1);
	}
}

static void answer_twice(struct http_exchange *exchange, void *context)
{
	static const struct deceit honest = {.signer = "fra-1"};
	struct check_batch batch;
	struct check_batch_fault fault;
	size_t length = 0;
	const char *body = http_exchange_body(exchange, &length);
	CU_ASSERT_EQUAL_FATAL(check_batch_read(body, length, &batch, &fault), 0);
	deceit = &honest;
	char *line = make_line(&batch.tickets[0]);
	batch.tickets[0].id += 1000; // never asked
	char *unasked = make_line(&batch.tickets[0]);
	http_stream_begin(exchange, "application/x-ndjson");
	CU_ASSERT_EQUAL(http_stream_write(exchange, unasked, strlen(unasked)), 0);
	CU_ASSERT_EQUAL(http_stream_write(exchange, line, strlen(line)), 0);
	CU_ASSERT_EQUAL(http_stream_write(exchange, line, strlen(line)), 0);
	free(line);
	free(unasked);
	check_batch_clear(&batch);
	http_stream_end(exchange);
}

static bool has_no_transfer(void *context)
{
	struct perspective_client_status status;
	perspective_client_status(channel.client, &status);
	return status.transfers == 0;
}

TEST(a_second_answer_and_one_to_no_check_are_counted_only)
{
	int error = 0;
	struct perspective_client_status status;
	channel_start(&(struct channel_options) {.checks = answer_twice});
	channel_ask(7, false, DEADLINE_MS, &error);
	CU_ASSERT_TRUE(channel_wait_ended(1));
	CU_ASSERT_TRUE(loop_until(channel.base, has_no_transfer, NULL));
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_ANSWERED], 1);
	perspective_client_status(channel.client, &status);
	CU_ASSERT_EQUAL(status.unasked, 2);
	channel_stop();
	CU_ASSERT_EQUAL(channel.ended, 1);
}

TEST_MAIN(perspective_deceit, T(an_answer_that_is_not_to_the_check_asked_is_refused),
	  T(a_second_answer_and_one_to_no_check_are_counted_only))

// SPDX-License-Identifier: BSD-3-Clause
// What the files of the channel's primary end share.

#pragma once

#include "perspective/check_batch.h"
#include "perspective/line_splitter.h"
#include "perspective/perspective_client.h"
#include "perspective/service_name.h"
#include "perspective/signed_line.h"
#include "perspective/transfer_loop.h"

#include <stdbool.h>

#include <openssl/types.h>
#include <sys/queue.h>

// Room for the batch's own text below the 4 MiB that the remote takes.
#define BATCH_BYTES_MAX (3 * 1024 * 1024)
#define CLIENT_DETAIL_MAX CURL_ERROR_SIZE

struct event;

// Keys and trust as they were when the files were read, with the connections made by them.
struct channel_generation {
	LIST_ENTRY(channel_generation) entry;
	struct perspective_client *client;
	struct transfer_loop *loop;
	X509_STORE *trust;
	EVP_PKEY *answer_key;
	struct root_verifier verifier; // by answer_key
	char *certificate;
	char *key;
	unsigned transfers;
	char identity_fault[CLIENT_DETAIL_MAX]; // why a certificate was refused last
};

struct perspective_ask {
	TAILQ_ENTRY(perspective_ask) entry; // while waiting
	struct perspective_client *client;
	struct ask_batch *batch; // NULL while waiting
	size_t slot;             // in the batch
	struct check_ticket ticket;
	size_t bytes;
	int64_t asked_ms;
	struct event *timer;
	perspective_answer_cb on_answer;
	void *context;
};

struct ask_batch {
	LIST_ENTRY(ask_batch) entry;
	struct channel_generation *generation;
	CURL *transfer;
	struct curl_slist *headers;
	char *body;
	struct line_splitter splitter;
	enum perspective_cause cause; // of breaking it off, when a line was bad
	char detail[CLIENT_DETAIL_MAX];
	char curl_text[CURL_ERROR_SIZE];
	bool is_abandoned; // nobody waits any more
	bool has_answered;
	size_t left;
	size_t count;
	struct {
		int64_t id;
		struct perspective_ask *ask; // NULL when ended
	} slots[];
};

struct perspective_client {
	struct perspective_client_config config;
	char name[PERSPECTIVE_NAME_MAX + 1];
	char rir[PERSPECTIVE_NAME_MAX + 1];
	char identity[SERVICE_NAME_MAX + 1];
	char url[256];
	struct channel_generation *current;
	LIST_HEAD(, channel_generation) generations;
	TAILQ_HEAD(, perspective_ask) waiting;
	LIST_HEAD(, ask_batch) batches;
	struct event *flush;
	struct event *reap;
	int64_t last_id;
	struct perspective_client_status status;
};

int64_t client_now_ms(void);
void client_schedule_flush(struct perspective_client *client, int64_t delay_ms);
void client_note_failure(struct perspective_client *client, const char *why);

// perspective_ask.c: takes the ask out of queue and batch, calls back, frees it.
void perspective_ask_finish(struct perspective_ask *ask, const struct perspective_answer *answer);
void perspective_ask_fail(struct perspective_ask *ask, enum perspective_cause cause,
			  const char *detail);

// channel_generation.c
PLX_MUST_CHECK int channel_generation_create(struct perspective_client *client,
					     const struct perspective_tls_files *files,
					     struct channel_generation **ret_generation,
					     struct perspective_fault *fault);
void channel_generation_destroy(struct channel_generation *generation);
void channel_generation_apply(struct channel_generation *generation, CURL *transfer);

// ask_batch.c: sends what waits, as far as one request takes it.
PLX_MUST_CHECK int ask_batch_start(struct perspective_client *client);
void ask_batch_on_done(CURL *transfer, CURLcode code, void *client);
// Detaches one ask. The last one to go without an answer abandons the batch.
void ask_batch_forget(struct ask_batch *batch, size_t slot);
// Not from within a callback of libcurl.
void ask_batch_destroy(struct ask_batch *batch);

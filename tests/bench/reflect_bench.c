// SPDX-License-Identifier: BSD-3-Clause
// What an answer of parallax-reflect costs without a driver: TSC cycles to turn one frame round, over many names of
// different shapes. Of each batch the fastest of many rounds counts, so that other work on the machine does not.
//
// usage: reflect_bench [ROUNDS]

#include "reflect/frame.h"

#include "reflect_frame.h"

#include <parallax/base/random_source.h>

#include <stdio.h>
#include <stdlib.h>
#include <x86intrin.h>

#define BATCH 64
#define BATCHES 16
#define NAMES (BATCH * BATCHES)
#define QUERY_ROOM 320

struct row {
	const char *label;
	const char *profile;
	bool is_by_name;
	bool has_cookie;
	bool verifies;
	bool is_echo;
	bool is_ipv6;
};

static const struct row rows[] = {
	{.label = "echo", .profile = "nodata", .is_echo = true},
	{.label = "NODATA", .profile = "nodata"},
	{.label = "NODATA over IPv6", .profile = "nodata", .is_ipv6 = true},
	{.label = "3 CAA records", .profile = "caa:3"},
	{.label = "NXDOMAIN", .profile = "nxdomain"},
	{.label = "referral of 4", .profile = "referral:4"},
	{.label = "truncated", .profile = "truncated"},
	{.label = "NODATA, --verify-checksums", .profile = "nodata", .verifies = true},
	{.label = "NODATA, DNS cookie", .profile = "nodata", .has_cookie = true},
	{.label = "--by-name, a fifth is CAA", .profile = "nodata", .is_by_name = true},
};

static struct {
	uint32_t length;
	uint8_t frame[QUERY_ROOM];
} queries[NAMES];
static uint8_t buffers[BATCH][FRAME_ROOM];

static void make_text(struct plx_random *random, char *text, size_t size)
{
	static const char *const first[] = {"www.", "mail.", "caa3.", "", "_x."};
	static const char *const last[] = {"com", "example", "co.test"};
	char middle[16];
	size_t length = 3 + plx_random_u32(random) % 12;
	for (size_t i = 0; i < length; i++) {
		middle[i] = (char)('a' + plx_random_u32(random) % 26);
	}
	snprintf(text, size, "%s%.*s.%s", first[plx_random_u32(random) % PLX_ARRAY_SIZE(first)],
		 (int)length, middle, last[plx_random_u32(random) % PLX_ARRAY_SIZE(last)]);
}

static int make_queries(const struct row *row)
{
	static const uint8_t key[PLX_RANDOM_KEY_BYTES], cookie[PLX_COOKIE_CLIENT_BYTES] = {1};
	struct plx_random random;
	plx_random_init_fixed(&random, key);
	for (unsigned i = 0; i < NAMES; i++) {
		char text[64];
		struct plx_name name;
		uint8_t payload[PLX_QUERY_MAX], frame[FRAME_ROOM];
		make_text(&random, text, sizeof(text));
		if (plx_name_parse(text, strlen(text), &name) != 0) {
			return -1;
		}
		const struct plx_query query = {.name = name.wire,
						.name_length = name.length,
						.id = (uint16_t)i,
						.type = PLX_TYPE_CAA,
						.edns = true,
						.cookie = cookie,
						.cookie_length =
							row->has_cookie ? sizeof(cookie) : 0};
		size_t length = plx_query_write(&query, payload, sizeof(payload));
		queries[i].length = frame_build(row->is_ipv6, payload, length, frame);
		memcpy(queries[i].frame, frame, queries[i].length);
	}
	return 0;
}

static uint64_t run_batch(const struct reflect_rules *rules, unsigned batch)
{
	uint32_t length;
	enum reflect_drop drop;
	for (unsigned i = 0; i < BATCH; i++) {
		memcpy(buffers[i], queries[batch * BATCH + i].frame, QUERY_ROOM);
	}
	_mm_mfence();
	uint64_t begin = __rdtsc();
	for (unsigned i = 0; i < BATCH; i++) {
		if (reflect_frame(rules, buffers[i], queries[batch * BATCH + i].length, FRAME_ROOM,
				  &length, &drop) != REFLECT_FRAME_ANSWER) {
			fprintf(stderr, "reflect_bench: a query was not answered\n");
			exit(EXIT_FAILURE);
		}
	}
	return __rdtsc() - begin;
}

static int measure(const struct row *row, unsigned rounds)
{
	uint64_t sum = 0;
	struct reflect_config config = {.is_by_name = row->is_by_name};
	if (reflect_profile_parse(row->profile, strlen(row->profile), &config.profile) != 0 ||
	    make_queries(row) != 0) {
		return -1;
	}
	struct reflect_answers *answers = reflect_answers_create(&config);
	if (answers == NULL) {
		return -1;
	}
	const struct reflect_rules rules = {.answers = answers,
					    .addresses = {frame_server[0], frame_server[1]},
					    .address_count = 2,
					    .port = 53,
					    .is_echo = row->is_echo,
					    .verifies_checksums = row->verifies};
	for (unsigned batch = 0; batch < BATCHES; batch++) {
		uint64_t least = UINT64_MAX;
		for (unsigned round = 0; round < rounds; round++) {
			uint64_t cycles = run_batch(&rules, batch);
			least = cycles < least ? cycles : least;
		}
		sum += least;
	}
	printf("%-28s %6.1f\n", row->label, (double)sum / NAMES);
	reflect_answers_destroy(answers);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1000;
	if (rounds == 0) {
		fprintf(stderr, "usage: reflect_bench [ROUNDS]\n");
		return EXIT_FAILURE;
	}
	printf("%-28s %6s\n", "answer", "cycles");
	for (size_t i = 0; i < PLX_ARRAY_SIZE(rows); i++) {
		if (measure(&rows[i], rounds) != 0) {
			fprintf(stderr, "reflect_bench: out of memory\n");
			return EXIT_FAILURE;
		}
	}
	return EXIT_SUCCESS;
}

// SPDX-License-Identifier: BSD-3-Clause

#include "scripted_network.h"

#include <parallax/dns/rr_type.h>

#include "cunit_runner.h"
#include "scripted_reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS (1000ull * 1000)
#define FRAMES 16
// More than any look-up may take: a machine that does not end must not hang the test.
#define STEPS_MAX 1000

static const struct scripted_server everywhere[] = {
	{ROOT, "*.test *", "", "au test 86400 NS ns.nic.test\nad ns.nic.test 86400 A " TLD "\n"},
	{TLD, "*.a.test *", "", "au a.test 3600 NS ns.a.test\nad ns.a.test 3600 A " SERVER_A "\n"},
	{TLD, "*.b.test *", "", "au b.test 3600 NS ns.b.test\nad ns.b.test 3600 A " SERVER_B "\n"},
	{TLD, "test *", "aa", "au test 900 SOA 60\n"},
	{SERVER_A, "www.a.test A", "aa", "an www.a.test 300 A 203.0.113.1\n"},
	{SERVER_A, "*.a.test *", "aa", "au a.test 300 SOA 60\n"},
	{SERVER_B, "www.b.test A", "aa", "an www.b.test 300 A 203.0.113.2\n"},
	{SERVER_B, "ns.b.test A", "aa", "an ns.b.test 300 A " SERVER_B "\n"},
	{SERVER_B, "*.b.test *", "aa", "au b.test 300 SOA 60\n"},
};

static struct scripted_reply reply;

void network_start(struct scripted_network *network)
{
	static const struct plx_siphash_key key = {7, 8};
	struct plx_name root = scripted_name(".");
	struct plx_name server = scripted_name("a.root");
	struct plx_ip address = scripted_ip(ROOT);
	memset(network, 0, sizeof(*network));
	plx_random_init_fixed(&network->random, (const uint8_t[PLX_RANDOM_KEY_BYTES]) {9});
	delegation_start(&network->hints, &root, UINT64_MAX);
	(void)delegation_add_name(&network->hints, &server);
	(void)delegation_add_address(&network->hints, 0, &address);
	network->context = (struct iteration_context) {
		.random = &network->random,
		.root_hints = &network->hints,
		.families = {.has_ipv4 = true, .has_ipv6 = true},
		.probe_type = PLX_TYPE_A,
	};
	if (packed_store_create(1024 * 1024, &key, &network->context.cache) < 0 ||
	    server_book_create(1024, &key, &network->context.book) < 0 ||
	    iteration_frames_create(FRAMES, &network->context.frames) < 0) {
		exit(EXIT_FAILURE);
	}
	network->use = CACHE_USE_ALL;
	network->now_ns = 1000000 * MS;
}

void network_stop(struct scripted_network *network)
{
	packed_store_destroy(network->context.cache);
	server_book_destroy(network->context.book);
	iteration_frames_destroy(network->context.frames);
}

static bool question_matches(const char *pattern, const struct iteration_query *query)
{
	char name[300];
	char type[16];
	int fields = sscanf(pattern, "%299s %15s", name, type);
	if (strcmp(pattern, "*") == 0) {
		return true;
	}
	char asked[PLX_TYPE_TEXT_MAX];
	bool is_below = strncmp(name, "*.", 2) == 0;
	struct plx_name expected = scripted_name(is_below ? name + 2 : name);
	return fields == 2 &&
	       (is_below ? plx_name_is_below(&query->name, &expected)
			 : plx_name_equal(&query->name, &expected)) &&
	       (strcmp(type, "*") == 0 || strcmp(type, plx_type_format(query->type, asked)) == 0);
}

static bool server_matches(const struct scripted_server *server,
			   const struct iteration_query *query)
{
	if (strncmp(server->flags, "tcp:", 4) == 0 && !query->by_tcp) {
		return false;
	}
	if (strncmp(server->flags, "noedns:", 7) == 0 && query->has_edns) {
		return false;
	}
	if (strcmp(server->address, "*") != 0) {
		struct plx_ip ip = scripted_ip(server->address);
		if (!plx_ip_equal(&ip, &query->server)) {
			return false;
		}
	}
	return question_matches(server->question, query);
}

static const struct scripted_server *find(const struct scripted_server *servers, unsigned count,
					  const struct iteration_query *query)
{
	for (unsigned i = 0; i < count; i++) {
		if (server_matches(&servers[i], query)) {
			return &servers[i];
		}
	}
	return NULL;
}

const struct scripted_server *scripted_server_find(const struct scripted_server *servers,
						   unsigned count,
						   const struct iteration_query *query)
{
	const struct scripted_server *server = find(servers, count, query);
	if (server == NULL) {
		server = find(everywhere, PLX_ARRAY_SIZE(everywhere), query);
	}
	if (server == NULL) {
		char address[PLX_IP_TEXT_MAX];
		char name[PLX_NAME_TEXT_MAX];
		plx_name_format(&query->name, name);
		fprintf(stderr, "no server %s for %s\n", plx_ip_format(&query->server, address),
			name);
		exit(EXIT_FAILURE);
	}
	return server;
}

const char *scripted_server_flags(const struct scripted_server *server)
{
	const char *flags = strchr(server->flags, ':');
	return flags == NULL ? server->flags : flags + 1;
}

static void write_log(struct scripted_network *network, const struct iteration_query *query,
		      const struct iteration_judgement *judgement)
{
	char name[PLX_NAME_TEXT_MAX];
	char type[PLX_TYPE_TEXT_MAX];
	char address[PLX_IP_TEXT_MAX];
	size_t used = strlen(network->log);
	plx_name_format(&query->name, name);
	snprintf(network->log + used, LOG_BYTES - used, "%s %s %s%s%s -> %s\n",
		 plx_ip_format(&query->server, address), name, plx_type_format(query->type, type),
		 query->by_tcp ? " tcp" : "", query->has_edns ? "" : " noedns",
		 judgement->reply == NULL ? "nothing"
					  : zone_reply_kind_name(judgement->reply->kind));
}

// What the table says to the query, as an event; takes its time.
static struct iteration_event answer(struct scripted_network *network,
				     const struct scripted_server *servers, unsigned count,
				     const struct iteration_query *query)
{
	const struct scripted_server *server = scripted_server_find(servers, count, query);
	char name[PLX_NAME_TEXT_MAX];
	char type[PLX_TYPE_TEXT_MAX];
	char question[PLX_NAME_TEXT_MAX + 20];
	plx_name_format(&query->name, name);
	snprintf(question, sizeof(question), "%s %s", name, plx_type_format(query->type, type));
	const char *flags = scripted_server_flags(server);
	if (strcmp(flags, "timeout") == 0) {
		network->now_ns += query->timeout_ns;
		return (struct iteration_event) {.kind = ITERATION_EVENT_TIMEOUT};
	}
	if (strcmp(flags, "unreachable") == 0) {
		return (struct iteration_event) {.kind = ITERATION_EVENT_UNREACHABLE};
	}
	network->now_ns += 10 * MS;
	scripted_reply(&reply, question, flags, server->records);
	return (struct iteration_event) {
		.kind = ITERATION_EVENT_REPLY, .message = &reply.message, .rtt_ns = 10 * MS};
}

void network_look_up(struct scripted_network *network, const char *question,
		     const struct scripted_server *servers, unsigned count)
{
	char name_text[300];
	char type_text[16];
	uint16_t type;
	struct iteration_action action;
	struct iteration_query query;
	struct iteration_event event = {.kind = ITERATION_EVENT_BEGIN};
	network->queries = 0;
	network->deepest = 0;
	network->log[0] = '\0';
	if (sscanf(question, "%299s %15s", name_text, type_text) != 2 ||
	    plx_type_parse(type_text, strlen(type_text), &type) < 0) {
		exit(EXIT_FAILURE);
	}
	struct plx_name name = scripted_name(name_text);
	if (!iteration_start(&network->iteration, &network->context, &name, type, network->use,
			     network->now_ns)) {
		exit(EXIT_FAILURE);
	}
	for (unsigned steps = 0; steps < STEPS_MAX; steps++) {
		iteration_step(&network->iteration, &network->context, &event, network->now_ns,
			       &action);
		if (action.judgement.is_set) {
			write_log(network, &query, &action.judgement);
			network->deepest = action.judgement.depth > network->deepest
						   ? action.judgement.depth
						   : network->deepest;
		}
		if (action.kind == ITERATION_ACTION_DONE) {
			network->result = action.result;
			network->frames_left =
				FRAMES - iteration_frames_free_count(network->context.frames);
			return;
		}
		network->queries++;
		query = action.query;
		event = answer(network, servers, count, &query);
	}
	fprintf(stderr, "the look-up does not end:\n%s", network->log);
	exit(EXIT_FAILURE);
}

void network_check_failed(const struct scripted_network *network, enum iteration_cause cause)
{
	CU_ASSERT_EQUAL(network->result.outcome, ITERATION_FAILED);
	CU_ASSERT_EQUAL(network->result.cause, cause);
	CU_ASSERT_TRUE(network->queries <= WORK_QUERIES_MAX);
	CU_ASSERT_EQUAL(network->frames_left, 0);
}

void network_check_limit(const struct scripted_network *network, enum work_limit limit)
{
	network_check_failed(network, ITERATION_CAUSE_LIMIT);
	CU_ASSERT_EQUAL(network->result.limit, limit);
}

bool network_asked(const struct scripted_network *network, const char *line)
{
	return strstr(network->log, line) != NULL;
}

unsigned network_count(const struct scripted_network *network, const char *part)
{
	unsigned count = 0;
	for (const char *at = network->log; (at = strstr(at, part)) != NULL; at++) {
		count++;
	}
	return count;
}

// SPDX-License-Identifier: BSD-3-Clause
// Each row of redirect_targets.tsv as the Location of a redirect: the fetch ends as the row says, and libcurl never asks
// for a socket to anyone but the test server (reliability cases 43 and 45).

#include "fetch_session.h"

#include <stdio.h>

#define TARGETS_MIN 60

static const struct scripted_host hosts[] = {
	{"web.test", {WEB_STUB_ADDRESS}},
	{"private.test", {"10.0.0.1 192.168.0.1"}},
	{"mapped.test", {"::ffff:127.53.0.9 64:ff9b::a00:1"}},
	{"loopback6.test", {"::1"}},
	{"empty.test", {"-"}},
	{0},
};

static void text_unescape(const char *escaped, char *text, size_t capacity)
{
	size_t length = 0;
	while (*escaped != '\0' && length + 1 < capacity) {
		unsigned octet;
		if (sscanf(escaped, "\\x%2x", &octet) == 1) {
			text[length++] = (char)octet;
			escaped += 4;
		} else {
			text[length++] = *escaped++;
		}
	}
	text[length] = '\0';
}

static void only_the_server_was_connected(const struct fetch_session *session, const char *target)
{
	struct plx_ip server;
	CU_ASSERT_EQUAL(plx_ip_parse(WEB_STUB_ADDRESS, &server), 0);
	for (unsigned i = 0; i < session->hosts.socket_count; i++) {
		const struct plx_endpoint *peer = &session->hosts.sockets[i];
		bool is_server = plx_ip_equal(&peer->ip, &server) &&
				 (peer->port == session->hosts.port || peer->port == 80);
		if (!is_server) {
			printf("\n%s: a socket to another", target);
		}
		CU_ASSERT_TRUE(is_server);
	}
	CU_ASSERT_EQUAL(session->hosts.refused_sockets, 0);
}

static void target_try(const char *target, const char *cause)
{
	static struct fetch_session session;
	char location[1024];
	char answer[1200];
	text_unescape(target, location, sizeof(location));
	snprintf(answer, sizeof(answer), "HTTP/1.1 302 Found\r\nLocation: %s\r\n\r\n", location);
	const struct web_page pages[] = {{.path = "/", .text = answer}, {0}};
	session_open(&session, &(struct web_stub_config) {.pages = pages, .has_ipv4 = true}, hosts);
	session_fetch(&session, "http://web.test:%P/", (struct fetch_request) {0});
	const char *found = fetch_cause_name(session.result.cause);
	bool is_right = strcmp(cause, "*") == 0 || strcmp(cause, found) == 0;
	if (!is_right) {
		printf("\n%s: %s, not %s (%s)", target, found, cause, session.last_url);
	}
	CU_ASSERT_TRUE(is_right);
	CU_ASSERT_TRUE(web_stub_connections(session.stub) >= 1);
	only_the_server_was_connected(&session, target);
	session_close(&session);
}

TEST(no_redirect_leads_to_another_socket)
{
	FILE *table = fopen(TARGETS_FILE, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(table);
	char line[1024];
	unsigned count = 0;
	while (fgets(line, sizeof(line), table) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		char *tab = strchr(line, '\t');
		if (line[0] == '#' || line[0] == '\0') {
			continue;
		}
		CU_ASSERT_PTR_NOT_NULL_FATAL(tab);
		*tab = '\0';
		target_try(line, tab + 1);
		count++;
	}
	fclose(table);
	CU_ASSERT_TRUE(count >= TARGETS_MIN);
}

TEST_MAIN(redirect_targets, T(no_redirect_leads_to_another_socket))

// SPDX-License-Identifier: BSD-3-Clause

#include "bench/self_test_link.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

extern char **environ;

// By PATH; quiet. True when it succeeded.
static bool run(char *const *arguments)
{
	pid_t pid;
	int status;
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 0, 0);
	int error = posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	return error == 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

#define RUN(...) run((char *[]) {__VA_ARGS__, NULL})

// One queue each way: native XDP on a veth wants as many receive queues as the peer has transmit queues.
static bool make_veth(char *near, char *far)
{
	static char one[] = "1", ip[] = "ip", link[] = "link", add[] = "add", type[] = "type",
		    veth[] = "veth", peer[] = "peer", name[] = "name", set[] = "set", up[] = "up",
		    receive[] = "numrxqueues", transmit[] = "numtxqueues";
	return RUN(ip, link, add, near, receive, one, transmit, one, type, veth, peer, name, far,
		   receive, one, transmit, one) &&
	       RUN(ip, link, set, near, up) && RUN(ip, link, set, far, up);
}

int self_test_link_open(struct self_test_link *link, const char *kind,
			struct bench_failure *failure)
{
	*link = (struct self_test_link) {.dataplane = "parallax-dataplane"};
	int pid = (int)getpid();
	if (strcmp(kind, "ring") == 0) {
		*link = (struct self_test_link) {.client = "net_ring_parallax",
						 .generator = "ring",
						 .dataplane = "parallax-ring-dataplane"};
		return 0;
	}
	if (strcmp(kind, "memif") == 0) {
		static const char form[] =
			"net_memif0,role=%s,id=0,rsize=11,socket=@parallax-bench-%d";
		snprintf(link->client, sizeof(link->client), form, "client", pid);
		snprintf(link->server, sizeof(link->server), form, "server", pid);
		memcpy(link->generator, link->client, sizeof(link->generator));
		return 0;
	}
	if (strcmp(kind, "af_xdp") != 0) {
		return bench_fail(failure, BENCH_EXIT_USAGE,
				  "--self-test: `%s`: give ring, memif or af_xdp", kind);
	}
	char far[16];
	snprintf(link->interface, sizeof(link->interface), "plxa%d", pid);
	snprintf(far, sizeof(far), "plxb%d", pid);
	snprintf(link->client, sizeof(link->client), "net_af_xdp0,iface=%s", link->interface);
	snprintf(link->server, sizeof(link->server), "net_af_xdp0,iface=%s", far);
	memcpy(link->generator, link->client, sizeof(link->generator));
	if (!make_veth(link->interface, far)) {
		return bench_fail(
			failure, BENCH_EXIT_UNREACHABLE,
			"--self-test af_xdp: no veth pair can be made: it needs root and ip");
	}
	return 0;
}

void self_test_link_close(struct self_test_link *link)
{
	static char ip[] = "ip", link_word[] = "link", delete[] = "delete";
	if (link->interface[0] != '\0') {
		(void)RUN(ip, link_word, delete, link->interface);
	}
	*link = (struct self_test_link) {0};
}

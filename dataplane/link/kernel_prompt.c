// SPDX-License-Identifier: BSD-3-Clause

#include "link/kernel_prompt.h"

#include "link/route.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES 4096 // answers are never read: keep few

static int open_family(int family)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0) {
		const int bytes = BUFFER_BYTES;
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	}
	return fd;
}

void kernel_prompt_open(struct kernel_prompt *prompt)
{
	prompt->fd[0] = open_family(AF_INET);
	prompt->fd[1] = open_family(AF_INET6);
}

void kernel_prompt_close(struct kernel_prompt *prompt)
{
	for (unsigned i = 0; i < 2; i++) {
		if (prompt->fd[i] >= 0) {
			close(prompt->fd[i]);
		}
	}
}

void kernel_prompt_send(const struct kernel_prompt *prompt, unsigned ifindex,
			const struct plx_endpoint *server)
{
	if (server->ip.family == 4) {
		struct sockaddr_in address = {
			.sin_family = AF_INET,
			.sin_port = htons(server->port),
		};
		memcpy(&address.sin_addr, server->ip.bytes, sizeof(address.sin_addr));
		(void)sendto(prompt->fd[0], "", 0, MSG_DONTWAIT | MSG_NOSIGNAL,
			     (const struct sockaddr *)&address, sizeof(address));
		return;
	}
	struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(server->port),
		.sin6_scope_id = ip_is_link_local(&server->ip) ? ifindex : 0,
	};
	memcpy(&address.sin6_addr, server->ip.bytes, sizeof(address.sin6_addr));
	(void)sendto(prompt->fd[1], "", 0, MSG_DONTWAIT | MSG_NOSIGNAL,
		     (const struct sockaddr *)&address, sizeof(address));
}

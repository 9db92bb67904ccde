// SPDX-License-Identifier: BSD-3-Clause

#include "port/packet_filter.h"

#include "port/xdp/packet_filter_config.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PROGRAM_MAPS_MAX 8

struct packet_filter {
	unsigned interface_index;
	const char *program_name;
	int program_fd;
	int sockets_map_fd;
	uint32_t mode_flags;
	int link_fd;
	struct packet_filter_config *config; // shared with the program
	uint8_t port_users[65536];           // upstreams per server port; there are at most 64
};

static int explain(struct packet_filter_fault *fault, int error, const char *format, ...)
	PLX_PRINTF(3, 4);

static int explain(struct packet_filter_fault *fault, int error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	return error;
}

struct attachment {
	uint32_t program_id; // 0: none
	uint32_t mode_flags;
	int program_fd;
	char program_name[BPF_OBJ_NAME_LEN];
	uint32_t map_count;
	uint32_t map_ids[PROGRAM_MAPS_MAX];
};

// Looks at what is attached; program_fd is -1 when nothing is. The caller closes it.
static int query_attachment(unsigned interface_index, struct attachment *ret_attachment)
{
	struct attachment found = {.program_fd = -1};
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	int error = bpf_xdp_query((int)interface_index, 0, &query);
	if (error != 0) {
		return error;
	}
	found.program_id = query.prog_id;
	found.mode_flags = query.attach_mode == XDP_ATTACHED_SKB  ? XDP_FLAGS_SKB_MODE
			   : query.attach_mode == XDP_ATTACHED_HW ? XDP_FLAGS_HW_MODE
								  : XDP_FLAGS_DRV_MODE;
	if (found.program_id != 0) {
		found.program_fd = bpf_prog_get_fd_by_id(found.program_id);
		if (found.program_fd < 0) {
			return -errno;
		}
		struct bpf_prog_info info = {
			.nr_map_ids = PROGRAM_MAPS_MAX,
			.map_ids = (uint64_t)(uintptr_t)found.map_ids,
		};
		uint32_t info_length = sizeof(info);
		if (bpf_obj_get_info_by_fd(found.program_fd, &info, &info_length) != 0) {
			error = -errno;
			close(found.program_fd);
			return error;
		}
		memcpy(found.program_name, info.name, sizeof(found.program_name));
		found.map_count =
			info.nr_map_ids < PROGRAM_MAPS_MAX ? info.nr_map_ids : PROGRAM_MAPS_MAX;
	}
	*ret_attachment = found;
	return 0;
}

static const char *program_name(enum packet_filter_kind kind)
{
	return kind == PACKET_FILTER_QUERIES ? PACKET_FILTER_QUERIES_NAME
					     : PACKET_FILTER_ANSWERS_NAME;
}

static bool is_ours(const struct attachment *attachment)
{
	return strcmp(attachment->program_name, PACKET_FILTER_ANSWERS_NAME) == 0 ||
	       strcmp(attachment->program_name, PACKET_FILTER_QUERIES_NAME) == 0;
}

int packet_filter_remove_stale(unsigned interface_index, struct packet_filter_fault *fault)
{
	struct attachment found;
	libbpf_set_print(NULL); // our own line says it
	int error = query_attachment(interface_index, &found);
	if (error != 0) {
		return explain(fault, error, "its XDP program cannot be read (%s): start as root",
			       strerror(-error));
	}
	if (found.program_id == 0) {
		return 0;
	}
	close(found.program_fd);
	if (!is_ours(&found)) {
		return explain(
			fault, -EBUSY,
			"the XDP program '%s' of somebody else is attached: stop its owner, or "
			"`ip link set dev ... xdp off`",
			found.program_name);
	}
	error = bpf_xdp_detach((int)interface_index, found.mode_flags, NULL);
	if (error != 0) {
		return explain(fault, error,
			       "another parallax program is using it (%s): stop that one first",
			       strerror(-error));
	}
	return 0;
}

// The map of this name among those of the program; -ENOENT.
static int open_map(const struct attachment *attachment, const char *name)
{
	for (uint32_t i = 0; i < attachment->map_count; i++) {
		struct bpf_map_info info = {0};
		uint32_t info_length = sizeof(info);
		int fd = bpf_map_get_fd_by_id(attachment->map_ids[i]);
		if (fd < 0) {
			return -errno;
		}
		if (bpf_obj_get_info_by_fd(fd, &info, &info_length) == 0 &&
		    strcmp(info.name, name) == 0) {
			return fd;
		}
		close(fd);
	}
	return -ENOENT;
}

static struct packet_filter_config *map_config(const struct attachment *attachment)
{
	struct bpf_map_info info = {0};
	uint32_t info_length = sizeof(info);
	int fd = open_map(attachment, PACKET_FILTER_CONFIG_MAP);
	if (fd < 0) {
		return NULL;
	}
	void *config = MAP_FAILED;
	if (bpf_obj_get_info_by_fd(fd, &info, &info_length) == 0 &&
	    info.value_size == sizeof(struct packet_filter_config)) {
		config = mmap(NULL, sizeof(struct packet_filter_config), PROT_READ | PROT_WRITE,
			      MAP_SHARED, fd, 0);
	}
	close(fd);
	return config == MAP_FAILED ? NULL : config;
}

struct packet_filter *packet_filter_create(unsigned interface_index, enum packet_filter_kind kind)
{
	struct packet_filter *filter = calloc(1, sizeof(*filter));
	if (filter != NULL) {
		filter->interface_index = interface_index;
		filter->program_name = program_name(kind);
		filter->program_fd = -1;
		filter->sockets_map_fd = -1;
		filter->link_fd = -1;
	}
	return filter;
}

// Takes over `program_fd` of the attachment.
static int keep_program(struct packet_filter *filter, const struct attachment *attachment,
			struct packet_filter_fault *fault)
{
	filter->program_fd = attachment->program_fd;
	filter->mode_flags = attachment->mode_flags;
	filter->config = map_config(attachment);
	filter->sockets_map_fd = open_map(attachment, PACKET_FILTER_SOCKETS_MAP);
	if (filter->config == NULL || filter->sockets_map_fd < 0) {
		return explain(fault, -EINVAL,
			       "the XDP program is of another version: rebuild it, or correct "
			       "xdp_program");
	}
	return 0;
}

int packet_filter_adopt(struct packet_filter *filter, uint32_t queue, int socket_fd,
			struct packet_filter_fault *fault)
{
	struct attachment found;
	int error = query_attachment(filter->interface_index, &found);
	if (error != 0 || strcmp(found.program_name, filter->program_name) != 0) {
		return explain(
			fault, -EINVAL,
			"the XDP program that DPDK attached is not ours: correct xdp_program");
	}
	bool is_first = filter->program_fd < 0;
	error = bpf_xdp_detach((int)filter->interface_index, found.mode_flags, NULL);
	if (error == 0 && is_first) {
		error = keep_program(filter, &found, fault);
		if (error != 0) {
			return error;
		}
	} else {
		close(found.program_fd);
	}
	if (error == 0) {
		error = bpf_map_update_elem(filter->sockets_map_fd, &queue, &socket_fd, BPF_ANY);
	}
	return error == 0 ? 0
			  : explain(fault, error, "queue %u cannot be given to the XDP program: %s",
				    queue, strerror(-error));
}

int packet_filter_attach(struct packet_filter *filter, uint16_t first_port, uint16_t last_port,
			 struct packet_filter_fault *fault)
{
	LIBBPF_OPTS(bpf_link_create_opts, link_options, .flags = filter->mode_flags);
	filter->config->first_port = first_port;
	filter->config->last_port = last_port;
	filter->link_fd = bpf_link_create(filter->program_fd, (int)filter->interface_index, BPF_XDP,
					  &link_options);
	if (filter->link_fd < 0) {
		return explain(
			fault, -errno,
			"the XDP program cannot be linked: %s (kernel 5.9 or newer is needed)",
			strerror(errno));
	}
	return 0;
}

static void close_fd(int fd)
{
	if (fd >= 0) {
		close(fd);
	}
}

void packet_filter_close(struct packet_filter *filter)
{
	if (filter == NULL) {
		return;
	}
	close_fd(filter->link_fd);
	close_fd(filter->sockets_map_fd);
	close_fd(filter->program_fd);
	if (filter->config != NULL) {
		munmap(filter->config, sizeof(*filter->config));
	}
	free(filter);
}

// The program reads single bytes; a store of one is never torn.
static void show_port(struct packet_filter *filter, uint16_t port)
{
	uint8_t *byte = &filter->config->server_ports[port / 8];
	uint8_t bit = (uint8_t)(1u << (port % 8));
	uint8_t value = filter->port_users[port] > 0 ? *byte | bit : *byte & (uint8_t)~bit;
	__atomic_store_n(byte, value, __ATOMIC_RELAXED);
}

void packet_filter_add_server_port(struct packet_filter *filter, uint16_t port)
{
	filter->port_users[port]++;
	show_port(filter, port);
}

void packet_filter_remove_server_port(struct packet_filter *filter, uint16_t port)
{
	filter->port_users[port]--;
	show_port(filter, port);
}

int packet_filter_add_address(struct packet_filter *filter, const struct plx_ip *address)
{
	uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff};
	uint32_t count = filter->config->address_count;
	if (count == PACKET_FILTER_ADDRESSES_MAX) {
		return -ENOSPC;
	}
	if (address->family == 4) {
		memcpy(mapped + 12, address->bytes, 4);
	} else {
		memcpy(mapped, address->bytes, sizeof(mapped));
	}
	memcpy(filter->config->addresses[count], mapped, sizeof(mapped));
	__atomic_store_n(&filter->config->address_count, count + 1, __ATOMIC_RELEASE);
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
// The XDP program of an interface that stays the kernel's. Of the dataplane it takes answers: UDP datagrams from a
// queried server's port to our source-port range. Of a responder (PLX_TAKES_QUERIES) it takes queries: to a server's
// port of ours and to one of our addresses. Nothing else. Everything it does not understand (fragments, IP options, extension headers, VLAN tags, TCP) passes to
// the kernel as if we were not here. Datagrams of queues without an AF_XDP socket pass as well.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "packet_filter_config.h"

#define IPV4_FRAGMENT_BITS 0x3fff

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, PACKET_FILTER_QUEUES_MAX);
	__type(key, __u32);
	__type(value, __u32);
} xsks_map SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct packet_filter_config);
} filter_config SEC(".maps");

// The UDP header, or NULL when this is not a plain UDP datagram.
static __always_inline struct udphdr *find_udp(void *data, void *end)
{
	struct ethhdr *ethernet = data;
	if ((void *)(ethernet + 1) > end) {
		return NULL;
	}
	void *next = ethernet + 1;
	if (ethernet->h_proto == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = next;
		if ((void *)(ip + 1) > end || ip->ihl != 5 || ip->protocol != IPPROTO_UDP ||
		    (ip->frag_off & bpf_htons(IPV4_FRAGMENT_BITS)) != 0) {
			return NULL;
		}
		next = ip + 1;
	} else if (ethernet->h_proto == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = next;
		if ((void *)(ip + 1) > end || ip->nexthdr != IPPROTO_UDP) {
			return NULL;
		}
		next = ip + 1;
	} else {
		return NULL;
	}
	struct udphdr *udp = next;
	return (void *)(udp + 1) > end ? NULL : udp;
}

#ifdef PLX_TAKES_QUERIES
#define PROGRAM plx_queries
#define CLIENT_SIDE source
#define SERVER_SIDE dest

// `data` was found to hold a UDP datagram, and thereby whole IP headers.
static __always_inline int is_for_us(const struct packet_filter_config *config, void *data,
				     void *end)
{
	struct ethhdr *ethernet = data;
	__u32 destination[4] = {0, 0, bpf_htonl(0xffff), 0};
	if ((void *)(ethernet + 1) > end) {
		return 0;
	}
	if (ethernet->h_proto == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = (void *)(ethernet + 1);
		if ((void *)(ip + 1) > end) {
			return 0;
		}
		destination[3] = ip->daddr;
	} else {
		struct ipv6hdr *ip = (void *)(ethernet + 1);
		if ((void *)(ip + 1) > end) {
			return 0;
		}
		__builtin_memcpy(destination, &ip->daddr, sizeof(destination));
	}
	for (__u32 i = 0; i < PACKET_FILTER_ADDRESSES_MAX; i++) {
		const __u32 *own = config->addresses[i];
		if (i < config->address_count && own[0] == destination[0] &&
		    own[1] == destination[1] && own[2] == destination[2] &&
		    own[3] == destination[3]) {
			return 1;
		}
	}
	return 0;
}
#else
#define PROGRAM plx_answers
#define CLIENT_SIDE dest
#define SERVER_SIDE source
#endif

SEC("xdp")
int PROGRAM(struct xdp_md *context)
{
	struct udphdr *udp = find_udp((void *)(long)context->data, (void *)(long)context->data_end);
	if (udp == NULL) {
		return XDP_PASS;
	}
	__u32 zero = 0;
	const struct packet_filter_config *config = bpf_map_lookup_elem(&filter_config, &zero);
	if (config == NULL) {
		return XDP_PASS;
	}
	__u16 client = bpf_ntohs(udp->CLIENT_SIDE);
	if (client < config->first_port || client > config->last_port) {
		return XDP_PASS;
	}
	__u16 server = bpf_ntohs(udp->SERVER_SIDE);
	if ((config->server_ports[server / 8] & (1u << (server % 8))) == 0) {
		return XDP_PASS;
	}
#ifdef PLX_TAKES_QUERIES
	if (!is_for_us(config, (void *)(long)context->data, (void *)(long)context->data_end)) {
		return XDP_PASS;
	}
#endif
	return (int)bpf_redirect_map(&xsks_map, context->rx_queue_index, XDP_PASS);
}

char filter_license[] SEC("license") = "Dual BSD/GPL";

// SPDX-License-Identifier: BSD-3-Clause
// The XDP program of shared mode: takes UDP datagrams from a queried server's port to our source-port range, and
// nothing else. Everything it does not understand (fragments, IP options, extension headers, VLAN tags, TCP) passes to
// the kernel as if we were not here. Answers of queues without an AF_XDP socket pass as well.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "answer_filter_config.h"

#define IPV4_FRAGMENT_BITS 0x3fff

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, ANSWER_FILTER_QUEUES_MAX);
	__type(key, __u32);
	__type(value, __u32);
} xsks_map SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct answer_filter_config);
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

SEC("xdp")
int plx_answers(struct xdp_md *context)
{
	struct udphdr *udp = find_udp((void *)(long)context->data, (void *)(long)context->data_end);
	if (udp == NULL) {
		return XDP_PASS;
	}
	__u32 zero = 0;
	const struct answer_filter_config *config = bpf_map_lookup_elem(&filter_config, &zero);
	if (config == NULL) {
		return XDP_PASS;
	}
	__u16 destination = bpf_ntohs(udp->dest);
	if (destination < config->first_port || destination > config->last_port) {
		return XDP_PASS;
	}
	__u16 source = bpf_ntohs(udp->source);
	if ((config->server_ports[source / 8] & (1u << (source % 8))) == 0) {
		return XDP_PASS;
	}
	return (int)bpf_redirect_map(&xsks_map, context->rx_queue_index, XDP_PASS);
}

char filter_license[] SEC("license") = "Dual BSD/GPL";

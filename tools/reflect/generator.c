// SPDX-License-Identifier: BSD-3-Clause

#include "reflect/generator.h"

#include "reflect/reflect_worker.h"

#include <parallax/dns/message_reader.h>
#include <parallax/dns/message_writer.h>
#include <parallax/dns/name.h>
#include <parallax/dns/rr_type.h>

#include "link/ethernet.h"
#include "network/checksum.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_pause.h>

#include <errno.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <string.h>

#define BURST 64
#define SOURCE_PORT 40000
#define DNS_PORT 53
#define TIME_TO_LIVE 64
#define PADDED_NAME "c000000.bench.test"
// What an echo changes: addresses, ports and the first octets of the message.
#define RESTORED_BYTES (ETHERNET_HEADER_BYTES + sizeof(struct iphdr) + sizeof(struct udphdr) + 4)
#define LOST_NS 20000000ull // of silence, after which what is under way is taken for lost

static uint16_t swapped(uint16_t value)
{
	return (uint16_t)(value << 8 | value >> 8);
}

static void write_headers(struct generator *generator, const struct plx_ip *source,
			  const struct plx_ip *server)
{
	static const uint8_t macs[] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0};
	uint16_t ip_bytes = (uint16_t)(generator->frame_bytes - ETHERNET_HEADER_BYTES);
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tot_len = swapped(ip_bytes),
		.ttl = TIME_TO_LIVE,
		.protocol = IPPROTO_UDP,
	};
	// Without a UDP checksum (RFC 768), so that nobody spends time on it.
	const struct udphdr udp = {
		.source = swapped(SOURCE_PORT),
		.dest = swapped(DNS_PORT),
		.len = swapped((uint16_t)(ip_bytes - sizeof(ip))),
	};
	memcpy(&ip.saddr, source->bytes, sizeof(ip.saddr));
	memcpy(&ip.daddr, server->bytes, sizeof(ip.daddr));
	ip.check = (uint16_t)~checksum_fold(checksum_add(0, &ip, sizeof(ip)));
	memcpy(generator->frame, macs, sizeof(macs));
	memcpy(generator->frame + ETHERNET_HEADER_BYTES, &ip, sizeof(ip));
	memcpy(generator->frame + ETHERNET_HEADER_BYTES + sizeof(ip), &udp, sizeof(udp));
}

int generator_init(struct generator *generator, uint32_t under_way_max, uint16_t frame_bytes,
		   const struct plx_ip *source, const struct plx_ip *server)
{
	size_t headers = ETHERNET_HEADER_BYTES + sizeof(struct iphdr) + sizeof(struct udphdr);
	struct plx_name name;
	uint8_t wire[PLX_QUERY_MAX];
	if (plx_name_parse(PADDED_NAME, strlen(PADDED_NAME), &name) != 0) {
		return -EINVAL;
	}
	const struct plx_query query = {.name = name.wire,
					.name_length = name.length,
					.type = PLX_TYPE_CAA,
					.flags = PLX_FLAG_RD,
					.edns = true,
					.edns_do = true};
	size_t length = plx_query_write(&query, wire, sizeof(wire));
	if (length == 0 || frame_bytes < headers + length || frame_bytes > GENERATOR_FRAME_MAX ||
	    source->family != 4 || server->family != 4 || under_way_max == 0 ||
	    under_way_max > GENERATOR_UNDER_WAY_MAX) {
		return -EINVAL;
	}
	*generator =
		(struct generator) {.under_way_max = under_way_max, .frame_bytes = frame_bytes};
	write_headers(generator, source, server);
	memcpy(generator->frame + headers, wire, length); // the rest of the frame is zero
	return 0;
}

double generator_rate(const struct generator *generator)
{
	uint64_t time_ns = generator->end_ns - generator->begin_ns;
	return time_ns == 0 ? 0 : (double)generator->received * 1e9 / (double)time_ns;
}

// How many of them the port took; the rest is given back.
static unsigned send_burst(const struct port_queue *pair, struct rte_mbuf **mbufs, unsigned count)
{
	unsigned sent = rte_eth_tx_burst(pair->port, pair->queue, mbufs, (uint16_t)count);
	if (sent < count) {
		rte_pktmbuf_free_bulk(mbufs + sent, count - sent);
	}
	return sent;
}

static unsigned send_new(struct reflect_worker *worker, unsigned wanted)
{
	PLX_UNINITIALIZED struct rte_mbuf *mbufs[BURST];
	struct generator *generator = &worker->generator;
	unsigned count = wanted < BURST ? wanted : BURST;
	if (rte_pktmbuf_alloc_bulk(worker->link_pool, mbufs, count) != 0) {
		return 0;
	}
	for (unsigned i = 0; i < count; i++) {
		mbufs[i]->data_len = generator->frame_bytes;
		mbufs[i]->pkt_len = generator->frame_bytes;
		memcpy(rte_pktmbuf_mtod(mbufs[i], void *), generator->frame,
		       generator->frame_bytes);
	}
	return send_burst(&worker->queues[0].pair, mbufs, count);
}

// What came back goes out again.
static unsigned turn(struct reflect_worker *worker, unsigned *ret_sent)
{
	PLX_UNINITIALIZED struct rte_mbuf *mbufs[BURST];
	struct generator *generator = &worker->generator;
	const struct port_queue *pair = &worker->queues[0].pair;
	unsigned count = rte_eth_rx_burst(pair->port, pair->queue, mbufs, BURST);
	unsigned kept = 0;
	for (unsigned i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = mbufs[i];
		if (mbuf->nb_segs != 1 || mbuf->data_len != generator->frame_bytes) {
			rte_pktmbuf_free(mbuf); // of others: ARP and the like
			continue;
		}
		memcpy(rte_pktmbuf_mtod(mbuf, void *), generator->frame, RESTORED_BYTES);
		mbuf->ol_flags = 0;
		mbufs[kept++] = mbuf;
	}
	*ret_sent = kept > 0 ? send_burst(pair, mbufs, kept) : 0;
	return kept;
}

int generator_run(void *context)
{
	struct reflect_worker *worker = context;
	struct generator *generator = &worker->generator;
	uint64_t under_way = 0;
	worker_clock_init(&worker->clock);
	uint64_t heard_ns = worker_clock_read(&worker->clock);
	while (__atomic_load_n(&worker->should_stop, __ATOMIC_RELAXED) == 0) {
		unsigned sent;
		__atomic_store_n(&worker->counters.turns, worker->counters.turns + 1,
				 __ATOMIC_RELEASE); // unmap_guard.h
		uint64_t now_ns = worker_clock_read(&worker->clock);
		unsigned back = turn(worker, &sent);
		under_way -= back < under_way ? back : under_way;
		under_way += sent;
		if (back > 0) {
			heard_ns = now_ns;
			generator->begin_ns =
				generator->begin_ns == 0 ? now_ns : generator->begin_ns;
			generator->end_ns = now_ns;
			generator->received += back;
		} else if (now_ns - heard_ns > LOST_NS) {
			under_way = 0;
			heard_ns = now_ns;
		}
		if (under_way < generator->under_way_max) {
			unsigned fresh =
				send_new(worker, (unsigned)(generator->under_way_max - under_way));
			under_way += fresh;
			sent += fresh;
		}
		generator->sent += sent;
		if (back == 0) {
			rte_pause();
		}
	}
	return 0;
}

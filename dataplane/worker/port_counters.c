// SPDX-License-Identifier: BSD-3-Clause

#include "worker/port_counters.h"

#include "worker/worker.h"
#include "worker/worker_control.h"

#include <rte_ethdev.h>

#include <stdio.h>
#include <string.h>

static bool find_port(const struct worker_environment *environment, unsigned place,
		      uint16_t *ret_port)
{
	uint16_t ports[PORTS_MAX];
	unsigned count = 0;
	for (unsigned w = 0; w < environment->worker_count; w++) {
		const struct worker *worker = environment->workers[w];
		for (unsigned q = 0; worker != NULL && q < worker->queue_count; q++) {
			unsigned seen = 0;
			while (seen < count && ports[seen] != worker->queues[q].port) {
				seen++;
			}
			if (seen == count && count < PORTS_MAX) {
				ports[count++] = worker->queues[q].port;
			}
		}
	}
	if (place >= count) {
		return false;
	}
	*ret_port = ports[place];
	return true;
}

static void read_extras(uint16_t port, struct port_counters *counters)
{
	struct rte_eth_xstat values[PORT_EXTRAS_MAX];
	struct rte_eth_xstat_name names[PORT_EXTRAS_MAX];
	int count = rte_eth_xstats_get(port, values, PORT_EXTRAS_MAX);
	int named = rte_eth_xstats_get_names(port, names, PORT_EXTRAS_MAX);
	// More than asked for: nothing was filled in.
	if (count <= 0 || count > PORT_EXTRAS_MAX || named != count) {
		return;
	}
	for (int i = 0; i < count; i++) {
		if (values[i].id >= (uint64_t)named) {
			continue;
		}
		struct port_extra *extra = &counters->extras[counters->extra_count++];
		snprintf(extra->name, sizeof(extra->name), "%s", names[values[i].id].name);
		extra->value = values[i].value;
	}
}

bool port_counters_read(const struct worker_environment *environment, unsigned place,
			struct port_counters *ret_counters)
{
	uint16_t port;
	if (!find_port(environment, place, &port)) {
		return false;
	}
	*ret_counters = (struct port_counters) {0};
	struct rte_eth_dev_info info;
	if (rte_eth_dev_info_get(port, &info) == 0) {
		snprintf(ret_counters->driver, sizeof(ret_counters->driver), "%s",
			 info.driver_name);
	}
	char name[RTE_ETH_NAME_MAX_LEN];
	if (rte_eth_dev_get_name_by_port(port, name) == 0) {
		snprintf(ret_counters->name, sizeof(ret_counters->name), "%s", name);
	}
	struct rte_eth_link link;
	if (rte_eth_link_get_nowait(port, &link) == 0 && link.link_speed != UINT32_MAX) {
		ret_counters->link_mbps = link.link_speed;
	}
	struct rte_eth_stats stats;
	if (rte_eth_stats_get(port, &stats) == 0) {
		ret_counters->packets_received = stats.ipackets;
		ret_counters->packets_sent = stats.opackets;
		ret_counters->bytes_received = stats.ibytes;
		ret_counters->bytes_sent = stats.obytes;
		ret_counters->missed = stats.imissed;
		ret_counters->receive_errors = stats.ierrors;
		ret_counters->send_errors = stats.oerrors;
		ret_counters->no_buffer = stats.rx_nombuf;
	}
	read_extras(port, ret_counters);
	return true;
}

// SPDX-License-Identifier: BSD-3-Clause
// parallax-ring-dataplane, for self-tests: parallax-dataplane, and in the same process the server that it asks. The
// responder stands in for the first upstream server, on the first of the CPUs that no worker has; the device is
// RING_PAIR_NEAR.

#include "port/port_fault.h"
#include "reflect/ring_responder.h"
#include "startup/dataplane.h"

#include <errno.h>

static struct ring_responder *responder;

static int start_responder(struct dataplane *dataplane)
{
	struct port_fault fault;
	const struct options *options = &dataplane->options;
	int cpu = 0;
	if (options->upstreams_count == 0) {
		return start_fault(dataplane, "responder", -EINVAL,
				   "give --upstream: the server that is stood in for");
	}
	while (!CPU_ISSET((size_t)cpu, &dataplane->lcores.control_cpus)) {
		cpu++;
	}
	responder = ring_responder_start(&options->upstreams[0].endpoint, cpu, &fault);
	return responder != NULL ? 0 : start_fault(dataplane, fault.step, -EIO, "%s", fault.text);
}

static void stop_responder(void)
{
	ring_responder_stop(responder);
}

int main(int argc, char **argv)
{
	static const struct dataplane_extension extension = {start_responder, stop_responder};
	return dataplane_main(argc, argv, &extension);
}

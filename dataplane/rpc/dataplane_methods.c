// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/protocol/dataplane_methods.h>

#include <parallax/dns/name.h>
#include <parallax/exchange/job.h>
#include <parallax/exchange/region_layout.h>

#define SERVER_TEXT_MAX 120

#define SERVER_PARAM                                                                               \
	{                                                                                          \
		.name = "server", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1,     \
		.maximum = SERVER_TEXT_MAX, .help = "address, with :port unless it is 53"          \
	}

#define LOOKUP_LIMIT_PARAMS                                                                        \
	{.name = "timeout_ms",                                                                     \
	 .type = PLX_PARAM_INTEGER,                                                                \
	 .minimum = 1,                                                                             \
	 .maximum = PLX_JOB_TIMEOUT_MS_MAX,                                                        \
	 .help = "for the whole look-up; 8000 unless given"},                                      \
		{.name = "attempts",                                                               \
		 .type = PLX_PARAM_INTEGER,                                                        \
		 .minimum = 1,                                                                     \
		 .maximum = PLX_JOB_ATTEMPTS_MAX,                                                  \
		 .help = "queries per question at most; 6 unless given"},                          \
		{.name = "tcp",                                                                    \
		 .type = PLX_PARAM_BOOLEAN,                                                        \
		 .help = "ask by TCP from the start; of stub look-ups"},                           \
		{.name = "resolution",                                                             \
		 .argument = "stub|iterative",                                                     \
		 .type = PLX_PARAM_STRING,                                                         \
		 .minimum = 1,                                                                     \
		 .maximum = 16,                                                                    \
		 .help = "by the upstreams (unless given), or from the root down with "            \
			 "validation"},                                                            \
	{                                                                                          \
		.name = "no_cache", .type = PLX_PARAM_BOOLEAN,                                     \
		.help = "iterative: remember nothing of the name but its root and TLD"             \
	}

// clang-format off
const struct plx_method plx_dataplane_methods[] = {
	{.name = "status.get", .command = "status", .permission = PLX_MAY_READ,
	 .help = "What the dataplane is, how its port is opened and how it is doing"},
	{.name = "workers.list", .command = "workers", .permission = PLX_MAY_READ,
	 .help = "The workers with their CPUs, queues and counts"},
	{.name = "upstreams.list", .command = "upstreams list", .permission = PLX_MAY_READ,
	 .help = "The upstream servers with their health, limits and counts"},
	{.name = "upstreams.add", .command = "upstreams add", .permission = PLX_MAY_CHANGE,
	 .help = "Adds an upstream server",
	 .params = {{.name = "server", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1,
		     .maximum = SERVER_TEXT_MAX,
		     .help = "as in the configuration: 192.0.2.53:5353,trusted,rate=10k,in_flight=4096"}}},
	{.name = "upstreams.remove", .command = "upstreams remove", .permission = PLX_MAY_CHANGE,
	 .help = "Removes an upstream server; its open questions move to others", .params = {SERVER_PARAM}},
	{.name = "upstreams.drain", .command = "upstreams drain", .permission = PLX_MAY_CHANGE,
	 .help = "Sends a server no new queries; open ones may be answered",
	 .params = {SERVER_PARAM, {.name = "off", .type = PLX_PARAM_BOOLEAN, .help = "use the server again"}}},
	{.name = "lookup.run", .command = "lookup", .permission = PLX_MAY_USE,
	 .help = "Looks a name up and prints the whole result",
	 .params = {{.name = "name", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1,
		     .maximum = PLX_NAME_TEXT_MAX, .help = "domain name in its A-label form"},
		    {.name = "type", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1, .maximum = 16,
		     .help = "record type, such as CAA or TYPE257"},
		    LOOKUP_LIMIT_PARAMS}},
	{.name = "caa.run", .command = "caa", .permission = PLX_MAY_USE,
	 .help = "Finds the relevant CAA records of a name by the climb of RFC 8659",
	 .params = {{.name = "name", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1,
		     .maximum = PLX_NAME_TEXT_MAX, .help = "domain name in its A-label form"},
		    LOOKUP_LIMIT_PARAMS}},
	{.name = "explain.run", .command = "explain", .permission = PLX_MAY_USE,
	 .help = "Looks a name up from the root down and shows how the answer came about",
	 .params = {{.name = "name", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1,
		     .maximum = PLX_NAME_TEXT_MAX, .help = "domain name in its A-label form"},
		    {.name = "type", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1, .maximum = 16,
		     .help = "record type, such as CAA or TYPE257"},
		    {.name = "climb", .type = PLX_PARAM_BOOLEAN,
		     .help = "the relevant CAA records by the climb of RFC 8659; the type is CAA"},
		    {.name = "timeout_ms", .type = PLX_PARAM_INTEGER, .minimum = 1,
		     .maximum = PLX_JOB_TIMEOUT_MS_MAX, .help = "for the whole look-up; 8000 unless given"},
		    {.name = "no_cache", .type = PLX_PARAM_BOOLEAN,
		     .help = "remember nothing of the name but its root and TLD, as evidence must"}}},
	{.name = "counters.get", .command = "counters", .permission = PLX_MAY_READ,
	 .help = "All counters, in total and per worker"},
	{.name = "ports.get", .command = "ports", .permission = PLX_MAY_READ,
	 .help = "What the drivers of the DPDK ports counted: packets, octets, misses, errors and counts of their own"},
	{.name = "clients.list", .command = "clients", .permission = PLX_MAY_READ,
	 .help = "The programs attached to the exchange"},
	{.name = "poll_mode.get", .command = "poll-mode", .permission = PLX_MAY_READ,
	 .help = "Whether workers poll without ever sleeping"},
	{.name = "poll_mode.set", .command = "poll-mode", .permission = PLX_MAY_CHANGE,
	 .help = "Switches poll mode on or off",
	 .params = {{.name = "enabled", .argument = "on|off", .type = PLX_PARAM_BOOLEAN, .is_required = true,
		     .help = "on: workers never sleep, for the lowest latency"}}},
	{.name = "capture.start", .command = "capture start", .permission = PLX_MAY_CHANGE,
	 .help = "Records our own packets into a libpcap file in capture_dir",
	 .params = {{.name = "file", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1, .maximum = 100,
		     .help = "name of a file that does not exist yet, without slashes"},
		    {.name = "name", .type = PLX_PARAM_STRING, .minimum = 1, .maximum = PLX_NAME_TEXT_MAX,
		     .help = "only questions for this name and names below it"},
		    {.name = "server", .type = PLX_PARAM_STRING, .minimum = 1, .maximum = SERVER_TEXT_MAX,
		     .help = "only packets to and from this address, or address and port"},
		    {.name = "size_mb", .type = PLX_PARAM_INTEGER, .minimum = 1, .maximum = 65536,
		     .help = "stops when the file has reached this size; 100 unless given"}}},
	{.name = "capture.stop", .command = "capture stop", .permission = PLX_MAY_CHANGE,
	 .help = "Ends the capture and completes its file"},
	{.name = "capture.status", .command = "capture status", .permission = PLX_MAY_READ,
	 .help = "Whether a capture runs, and its counts"},
	{.name = "cache.flush", .command = "cache flush", .permission = PLX_MAY_CHANGE,
	 .help = "Forgets what iterative look-ups remember: delegations, servers, denials, proofs",
	 .params = {{.name = "zone", .type = PLX_PARAM_STRING, .minimum = 1, .maximum = PLX_NAME_TEXT_MAX,
		     .help = "only of names at and below this one; everything unless given"}}},
	{.name = "drain.start", .command = "drain", .permission = PLX_MAY_CHANGE,
	 .help = "Lets running look-ups end, takes no new clients, then ends the dataplane"},
	{.name = PLX_ATTACH_METHOD, .permission = PLX_MAY_USE,
	 .help = "Attaches this connection's program to the exchange; the answer carries file descriptors",
	 .params = {{.name = "version", .type = PLX_PARAM_INTEGER, .is_required = true, .minimum = 0,
		     .maximum = UINT32_MAX, .help = "of the exchange that the client speaks"},
		    {.name = "name", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1,
		     .maximum = PLX_CLIENT_NAME_MAX, .help = "shown by clients.list"},
		    {.name = "priority", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1,
		     .maximum = 16, .help = "interactive or bulk"}}},
	{.name = "rpc.describe", .command = "describe", .permission = PLX_MAY_READ,
	 .help = "Every method with its parameters and permission"},
};
// clang-format on

const size_t plx_dataplane_method_count = PLX_ARRAY_SIZE(plx_dataplane_methods);

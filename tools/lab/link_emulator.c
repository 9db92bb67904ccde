// SPDX-License-Identifier: BSD-3-Clause
// Carries Ethernet frames between two interfaces with delay, jitter and copies: what tc-netem does, for kernels
// without it. One process a link, packet sockets, one heap of frames ordered by the time they are due.

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX 2048
#define FRAMES_MAX (1u << 17) // waiting at once; further ones are lost, as in a full queue
#define BATCH 64
#define SOCKET_BUFFER_BYTES (16 << 20)

struct frame {
	uint64_t due_ns;
	uint64_t order; // frames due at the same time keep their order
	uint16_t length;
	uint8_t side; // the socket it goes out of
	uint8_t bytes[];
};

struct heap {
	struct frame *frame[FRAMES_MAX];
	uint32_t count;
};

struct rules {
	uint64_t delay_ns;
	uint64_t jitter_ns;
	uint32_t jitter_percent;
	uint32_t copies;
	uint32_t duplicate_percent;
	bool applies[2]; // to frames that come in on side 0 or 1
};

struct link {
	int socket[2];
	struct rules rules;
	struct heap heap;
	uint64_t order;
	uint64_t random;
	uint64_t lost;
};

static uint64_t clock_now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// xorshift64*: chance for traffic, not for secrets.
static uint32_t link_random(struct link *link, uint32_t bound)
{
	link->random ^= link->random >> 12;
	link->random ^= link->random << 25;
	link->random ^= link->random >> 27;
	return (uint32_t)((link->random * 0x2545f4914f6cdd1dull) >> 32) % bound;
}

static bool frame_is_before(const struct frame *a, const struct frame *b)
{
	return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static void heap_push(struct heap *heap, struct frame *frame)
{
	uint32_t at = heap->count++;
	while (at > 0 && frame_is_before(frame, heap->frame[(at - 1) / 2])) {
		heap->frame[at] = heap->frame[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->frame[at] = frame;
}

static struct frame *heap_pop(struct heap *heap)
{
	struct frame *first = heap->frame[0];
	struct frame *last = heap->frame[--heap->count];
	uint32_t at = 0;
	for (;;) {
		uint32_t child = 2 * at + 1;
		if (child >= heap->count) {
			break;
		}
		if (child + 1 < heap->count &&
		    frame_is_before(heap->frame[child + 1], heap->frame[child])) {
			child++;
		}
		if (!frame_is_before(heap->frame[child], last)) {
			break;
		}
		heap->frame[at] = heap->frame[child];
		at = child;
	}
	heap->frame[at] = last;
	return first;
}

static void link_enqueue(struct link *link, int side, const uint8_t *bytes, size_t length,
			 uint64_t due_ns)
{
	if (link->heap.count == FRAMES_MAX) {
		link->lost++;
		return;
	}
	struct frame *frame = malloc(sizeof(*frame) + length);
	if (frame == NULL) {
		link->lost++;
		return;
	}
	frame->due_ns = due_ns;
	frame->order = link->order++;
	frame->length = (uint16_t)length;
	frame->side = (uint8_t)side;
	memcpy(frame->bytes, bytes, length);
	heap_push(&link->heap, frame);
}

static void link_accept(struct link *link, int side, const uint8_t *bytes, size_t length,
			uint64_t now_ns)
{
	const struct rules *rules = &link->rules;
	int out = 1 - side;
	// Address resolution is never shaped: a fault is about DNS, and a link that cannot resolve tests nothing.
	bool is_ip = length >= 14 &&
		     ((bytes[12] == 0x08 && bytes[13] == 0x00) ||
		      (bytes[12] == 0x86 && bytes[13] == 0xdd && length > 20 && bytes[20] != 58));
	if (!rules->applies[side] || !is_ip) {
		link_enqueue(link, out, bytes, length, now_ns);
		return;
	}
	uint32_t copies = rules->copies;
	if (rules->duplicate_percent > 0 && link_random(link, 100) < rules->duplicate_percent) {
		copies++;
	}
	for (uint32_t i = 0; i < copies; i++) {
		uint64_t due_ns = now_ns + rules->delay_ns;
		if (rules->jitter_ns > 0 && link_random(link, 100) < rules->jitter_percent) {
			due_ns += link_random(link, (uint32_t)(rules->jitter_ns / 1000)) * 1000ull;
		}
		link_enqueue(link, out, bytes, length, due_ns);
	}
}

static void link_receive(struct link *link, int side)
{
	static uint8_t bytes[BATCH][FRAME_MAX];
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	memset(messages, 0, sizeof(messages));
	for (int i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec) {.iov_base = bytes[i], .iov_len = FRAME_MAX};
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	int count = recvmmsg(link->socket[side], messages, BATCH, MSG_DONTWAIT, NULL);
	uint64_t now_ns = clock_now_ns();
	for (int i = 0; i < count; i++) {
		link_accept(link, side, bytes[i], messages[i].msg_len, now_ns);
	}
}

static void link_send_due(struct link *link, uint64_t now_ns)
{
	while (link->heap.count > 0 && link->heap.frame[0]->due_ns <= now_ns) {
		struct frame *frame = heap_pop(&link->heap);
		if (send(link->socket[frame->side], frame->bytes, frame->length, 0) < 0) {
			link->lost++;
		}
		free(frame);
	}
}

static int open_interface(const char *name)
{
	int on = 1;
	int buffer_bytes = SOCKET_BUFFER_BYTES;
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(ETH_P_ALL),
				      .sll_ifindex = (int)if_nametoindex(name)};
	if (fd < 0 || address.sll_ifindex == 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer_bytes, sizeof(buffer_bytes)) < 0) {
		fprintf(stderr, "link_emulator: %s: %s\n", name, strerror(errno));
		exit(1);
	}
	return fd;
}

static uint64_t parse_count(const char *text, const char *option, uint64_t maximum)
{
	char *end;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value > maximum) {
		fprintf(stderr, "link_emulator: --%s %s: give a number from 0 to %llu\n", option,
			text, (unsigned long long)maximum);
		exit(1);
	}
	return value;
}

static void parse_options(int argc, char **argv, struct rules *rules)
{
	static const struct option options[] = {{"direction", required_argument, NULL, 'w'},
						{"delay-us", required_argument, NULL, 'd'},
						{"jitter-us", required_argument, NULL, 'j'},
						{"jitter-percent", required_argument, NULL, 'p'},
						{"copies", required_argument, NULL, 'c'},
						{"duplicate-percent", required_argument, NULL, 'u'},
						{NULL, 0, NULL, 0}};
	*rules = (struct rules) {.copies = 1, .jitter_percent = 100, .applies = {true, true}};
	int option;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'w') {
			rules->applies[0] = strcmp(optarg, "to") != 0;
			rules->applies[1] = strcmp(optarg, "from") != 0;
		} else if (option == 'd') {
			rules->delay_ns = 1000 * parse_count(optarg, "delay-us", 60000000);
		} else if (option == 'j') {
			rules->jitter_ns = 1000 * parse_count(optarg, "jitter-us", 60000000);
		} else if (option == 'p') {
			rules->jitter_percent =
				(uint32_t)parse_count(optarg, "jitter-percent", 100);
		} else if (option == 'c') {
			rules->copies = (uint32_t)parse_count(optarg, "copies", 100);
		} else if (option == 'u') {
			rules->duplicate_percent =
				(uint32_t)parse_count(optarg, "duplicate-percent", 100);
		} else {
			exit(1);
		}
	}
}

int main(int argc, char **argv)
{
	static struct link link;
	parse_options(argc, argv, &link.rules);
	if (argc - optind != 2) {
		fprintf(stderr, "usage: link_emulator HOST-SIDE NETWORK-SIDE [--direction "
				"from|to|both] [--delay-us N] "
				"[--jitter-us N] [--jitter-percent N] [--copies N] "
				"[--duplicate-percent N]\n");
		return 1;
	}
	if (getrandom(&link.random, sizeof(link.random), 0) != sizeof(link.random)) {
		return 1;
	}
	link.random |= 1;
	for (int side = 0; side < 2; side++) {
		link.socket[side] = open_interface(argv[optind + side]);
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct timespec wait = {0, 0};
		uint64_t now_ns = clock_now_ns();
		if (link.heap.count > 0 && link.heap.frame[0]->due_ns > now_ns) {
			uint64_t wait_ns = link.heap.frame[0]->due_ns - now_ns;
			wait = (struct timespec) {(time_t)(wait_ns / 1000000000u),
						  (long)(wait_ns % 1000000000u)};
		}
		struct pollfd sides[2] = {{.fd = link.socket[0], .events = POLLIN},
					  {.fd = link.socket[1], .events = POLLIN}};
		if (ppoll(sides, 2, link.heap.count > 0 ? &wait : NULL, NULL) < 0 &&
		    errno != EINTR) {
			perror("link_emulator: ppoll");
			return 1;
		}
		for (int side = 0; side < 2; side++) {
			if (sides[side].revents & POLLIN) {
				link_receive(&link, side);
			}
		}
		link_send_due(&link, clock_now_ns());
	}
}

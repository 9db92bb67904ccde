// SPDX-License-Identifier: BSD-3-Clause
// A port on a LAN that sends whatever the input says, while time goes on. Oracle: a path is reachable only when we asked
// and its MAC came in an answer; nothing asks or answers above its rate; what is written fits.
//
// Input: operations of one octet, [kind:2][amount:6]: let time pass, ask, poll, or receive a frame of the next octets.

#include "link/exclusive_link.h"

#include "fuzz_target.h"

#define START (1000ull * 1000000000)
#define STEP_NS (25ull * 1000000) // times `amount`
#define OPERATIONS_MAX 512

struct site {
	struct exclusive_link *link;
	uint64_t now_ns;
	uint64_t asked;
	uint64_t answered;
};

static void note_change(void *context, unsigned index, const struct link_path *path)
{
	const struct site *site = context;
	must(index < 4 && path->state != LINK_PATH_UNKNOWN);
	if (link_path_is_reachable(path)) {
		must(site->asked > 0 && mac_is_station(&path->destination_mac));
	}
}

static void site_receive(struct site *site, struct plx_reader *reader, size_t amount)
{
	uint8_t reply[LINK_FRAME_MAX];
	size_t length = amount * 4;
	const uint8_t *frame = plx_read_bytes(reader, length);
	if (frame == NULL) {
		return;
	}
	struct link_verdict verdict =
		exclusive_link_receive(site->link, frame, length, site->now_ns, reply);
	must(verdict.reply_length <= LINK_FRAME_MAX);
	must(verdict.reply_length == 0 || (verdict.is_neighbor && !verdict.is_for_kernel));
	site->answered += verdict.reply_length > 0 ? 1 : 0;
}

static void site_ask(struct site *site)
{
	uint8_t frame[LINK_FRAME_MAX];
	for (unsigned i = 0; i < NEIGHBORS_MAX; i++) {
		size_t length = exclusive_link_next_frame(site->link, site->now_ns, frame);
		must(length <= LINK_FRAME_MAX);
		if (length == 0) {
			return;
		}
		site->asked++;
	}
	must(false); // more questions at one moment than neighbours
}

static struct exclusive_link *open_link(void)
{
	struct exclusive_link_config config = {.mac = {{2, 0, 0, 0, 0, 1}}, .gateway_count = 3};
	static const char *const prefixes[] = {"192.0.2.1/24", "2001:db8::1/64"};
	static const char *const gateways[] = {"192.0.2.2", "192.0.2.3", "fe80::2"};
	static const char *const servers[] = {"192.0.2.53", "2001:db8::53", "203.0.113.53",
					      "2001:db8:9::53"};
	for (unsigned i = 0; i < 2; i++) {
		must(link_address_parse(prefixes[i], &config.addresses.entries[i]) == 0);
	}
	config.addresses.count = 2;
	for (unsigned i = 0; i < config.gateway_count; i++) {
		must(plx_ip_parse(gateways[i], &config.gateways[i]) == 0);
	}
	int error = 0;
	struct exclusive_link *link = exclusive_link_create(&config, START, &error);
	must(link != NULL);
	for (unsigned i = 0; i < 4; i++) {
		struct plx_ip ip;
		must(plx_ip_parse(servers[i], &ip) == 0);
		must(exclusive_link_watch(link, i, &ip, START) == 0);
	}
	return link;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_reader reader = plx_reader_init(data, size);
	struct site site = {.link = open_link(), .now_ns = START};
	for (unsigned i = 0; i < OPERATIONS_MAX && plx_reader_left(&reader) > 0; i++) {
		uint8_t operation = plx_read_u8(&reader);
		size_t amount = operation & 63;
		switch (operation >> 6) {
		case 0:
			site.now_ns += amount * STEP_NS;
			break;
		case 1:
			site_ask(&site);
			break;
		case 2:
			exclusive_link_poll(site.link, site.now_ns, note_change, &site);
			break;
		default:
			site_receive(&site, &reader, amount);
			break;
		}
	}
	uint64_t passed_s = (site.now_ns - START) / 1000000000 + 1;
	must(site.asked <= passed_s * NEIGHBOR_ASKS_PER_SECOND + 2);
	must(site.answered <= passed_s * LINK_ANSWERS_PER_SECOND + 5);
	exclusive_link_destroy(site.link);
	return 0;
}

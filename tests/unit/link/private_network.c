// SPDX-License-Identifier: BSD-3-Clause

#include "private_network.h"

#include "link_text.h"

#include <fcntl.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

bool private_network_enter(void)
{
	int flags = CLONE_NEWNET | (geteuid() == 0 ? 0 : CLONE_NEWUSER);
	if (unshare(flags) < 0) {
		perror("skipped: no network namespace");
		return false;
	}
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		perror("skipped: no TAP devices");
		return false;
	}
	close(fd);
	return true;
}

uint64_t monotonic_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct tap_config wire_tap_config(const char *name)
{
	struct tap_config config = {.name = name, .mac = mac_of(KERNEL_MAC), .mtu = 1500};
	config.addresses.entries[0] = prefix_of("192.0.2.1/24");
	config.addresses.entries[1] = prefix_of("2001:db8::1/64");
	config.addresses.entries[2] = prefix_of("fe80::ff:fe00:1/64");
	config.addresses.count = 3;
	return config;
}

void wire_open(struct wire *wire, const struct tap_config *config)
{
	char fault[TAP_FAULT_MAX] = "";
	*wire = (struct wire) {.fd = tap_open(config, fault)};
	if (wire->fd < 0) {
		fprintf(stderr, "%s\n", fault);
		exit(EXIT_FAILURE);
	}
	struct exclusive_link_config station = {.mac = mac_of(STATION_MAC)};
	station.addresses.entries[0] = prefix_of("192.0.2.2/24");
	station.addresses.entries[1] = prefix_of("2001:db8::2/64");
	station.addresses.count = 2;
	int error = 0;
	wire->station = exclusive_link_create(&station, monotonic_ns(), &error);
	if (wire->station == NULL) {
		exit(EXIT_FAILURE);
	}
}

void wire_close(struct wire *wire)
{
	if (wire->fd >= 0) {
		close(wire->fd);
		wire->fd = -1;
	}
	exclusive_link_destroy(wire->station);
	wire->station = NULL;
}

void wire_carry(struct wire *wire)
{
	uint8_t frame[2048];
	uint8_t reply[LINK_FRAME_MAX];
	ssize_t length;
	while ((length = tap_read(wire->fd, frame, sizeof(frame))) > 0) {
		if (wire->is_silent) {
			continue;
		}
		wire->frames++;
		struct link_verdict verdict = exclusive_link_receive(
			wire->station, frame, (size_t)length, monotonic_ns(), reply);
		if (verdict.reply_length > 0 &&
		    tap_write(wire->fd, reply, verdict.reply_length) < 0) {
			exit(EXIT_FAILURE);
		}
	}
	size_t question_length;
	while (!wire->is_silent && (question_length = exclusive_link_next_frame(
					    wire->station, monotonic_ns(), reply)) > 0) {
		if (tap_write(wire->fd, reply, question_length) < 0) {
			exit(EXIT_FAILURE);
		}
	}
}

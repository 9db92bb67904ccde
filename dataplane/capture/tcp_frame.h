// SPDX-License-Identifier: BSD-3-Clause
// An Ethernet frame around a DNS message that travelled over a kernel TCP socket, whose own packets we never saw.

#pragma once

#include <parallax/base/ip_address.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TCP_FRAME_HEADERS_MAX (14 + 40 + 20 + 2)

// Ethernet, IP and TCP headers and the two length octets for a message of `length` octets; returns their length. Our
// end is the unspecified address, its port made of `id` so that question and answer form one conversation.
size_t tcp_frame_headers(const struct plx_endpoint *server, bool is_sent, uint16_t id,
			 size_t length, uint8_t ret_headers[static TCP_FRAME_HEADERS_MAX]);

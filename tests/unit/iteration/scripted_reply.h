// SPDX-License-Identifier: BSD-3-Clause
// Replies for tests, written as text:
//
//	scripted_reply(&reply, "www.a.test A", "aa nxdomain", "au a.test 300 SOA 60\n");
//
// Flags: aa tc ra, and nxdomain yxdomain servfail refused formerr notimp. A record: "an|au|ad owner TTL type data", a line
// each. Data: A and AAAA an address, NS CNAME DNAME a name, SOA its MINIMUM, CAA an issuer, others hex. A fault of the
// text ends the program.

#pragma once

#include <parallax/dns/message_reader.h>

struct scripted_reply {
	uint8_t wire[PLX_MESSAGE_MAX];
	size_t length;
	struct plx_message message; // opened and checked
};

void scripted_reply(struct scripted_reply *reply, const char *question, const char *flags,
		    const char *records);
struct plx_name scripted_name(const char *text);
struct plx_ip scripted_ip(const char *text);

// SPDX-License-Identifier: BSD-3-Clause

#include "scripted_reply.h"

#include <parallax/base/byte_writer.h>
#include <parallax/base/ip_address.h>
#include <parallax/dns/rr_type.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 1100

static const struct {
	const char *word;
	uint16_t bits;
} flag_words[] = {
	{"aa", PLX_FLAG_AA}, {"tc", PLX_FLAG_TC}, {"ra", PLX_FLAG_RA},
	{"nxdomain", 3},     {"yxdomain", 6},     {"servfail", 2},
	{"refused", 5},      {"formerr", 1},      {"notimp", 4},
};

static const char *const sections[] = {"an", "au", "ad"};

static void fail(const char *what, const char *text)
{
	fprintf(stderr, "scripted reply: %s: %s\n", what, text);
	exit(EXIT_FAILURE);
}

struct plx_name scripted_name(const char *text)
{
	struct plx_name name;
	if (plx_name_parse(text, strlen(text), &name) < 0) {
		fail("no name", text);
	}
	return name;
}

struct plx_ip scripted_ip(const char *text)
{
	struct plx_ip ip;
	if (plx_ip_parse(text, &ip) < 0) {
		fail("no address", text);
	}
	return ip;
}

static uint16_t type_of(const char *text)
{
	uint16_t type;
	if (plx_type_parse(text, strlen(text), &type) < 0) {
		fail("no type", text);
	}
	return type;
}

static void write_name(struct plx_writer *writer, const char *text)
{
	struct plx_name name = scripted_name(text);
	plx_write_bytes(writer, name.wire, name.length);
}

static void write_data(struct plx_writer *writer, uint16_t type, const char *data)
{
	struct plx_ip ip;
	switch (type) {
	case PLX_TYPE_A:
	case PLX_TYPE_AAAA:
		ip = scripted_ip(data);
		plx_write_bytes(writer, ip.bytes, plx_ip_length(&ip));
		break;
	case PLX_TYPE_NS:
	case PLX_TYPE_CNAME:
	case PLX_TYPE_DNAME:
		write_name(writer, data);
		break;
	case PLX_TYPE_SOA:
		plx_write_bytes(writer, "\0\0", 2);
		plx_write_bytes(writer, "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4", 16);
		plx_write_u32(writer, (uint32_t)strtoul(data, NULL, 10));
		break;
	case PLX_TYPE_CAA:
		plx_write_bytes(writer, "\0\5issue", 7);
		plx_write_bytes(writer, data, strlen(data));
		break;
	default:
		for (unsigned octet; sscanf(data, "%2x", &octet) == 1; data += 2) {
			plx_write_u8(writer, (uint8_t)octet);
		}
		break;
	}
}

// Writes the record if it belongs to `section`.
static bool write_record(struct plx_writer *writer, const char *wanted_section, const char *line)
{
	char section[3];
	char owner[WORD_MAX];
	char type_text[16];
	char data[WORD_MAX];
	unsigned ttl;
	if (sscanf(line, "%2s %1099s %u %15s %1099s", section, owner, &ttl, type_text, data) != 5) {
		fail("no record", line);
	}
	if (strcmp(section, wanted_section) != 0) {
		return false;
	}
	uint16_t type = type_of(type_text);
	write_name(writer, owner);
	plx_write_u16(writer, type);
	plx_write_u16(writer, PLX_CLASS_IN);
	plx_write_u32(writer, ttl);
	size_t length_at = writer->position;
	plx_write_u16(writer, 0);
	write_data(writer, type, data);
	size_t length = writer->position - length_at - 2;
	writer->bytes[length_at] = (uint8_t)(length >> 8);
	writer->bytes[length_at + 1] = (uint8_t)length;
	return true;
}

static uint16_t write_section(struct plx_writer *writer, const char *section, const char *records)
{
	uint16_t count = 0;
	while (*records != '\0') {
		char line[2 * WORD_MAX];
		size_t length = strcspn(records, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)length, records);
		count = (uint16_t)(count + write_record(writer, section, line));
		records += length + (records[length] == '\n');
	}
	return count;
}

static uint16_t read_flags(const char *flags)
{
	uint16_t bits = PLX_FLAG_QR;
	char word[16];
	int used;
	while (sscanf(flags, "%15s%n", word, &used) == 1) {
		size_t i = 0;
		while (i < PLX_ARRAY_SIZE(flag_words) && strcmp(flag_words[i].word, word) != 0) {
			i++;
		}
		if (i == PLX_ARRAY_SIZE(flag_words)) {
			fail("no flag", word);
		}
		bits |= flag_words[i].bits;
		flags += used;
	}
	return bits;
}

void scripted_reply(struct scripted_reply *reply, const char *question, const char *flags,
		    const char *records)
{
	struct plx_writer writer = plx_writer_init(reply->wire, sizeof(reply->wire));
	char name[WORD_MAX];
	char type[16];
	if (sscanf(question, "%1099s %15s", name, type) != 2) {
		fail("no question", question);
	}
	plx_write_u16(&writer, 0x1234);
	plx_write_u16(&writer, read_flags(flags));
	plx_write_u16(&writer, 1);
	plx_write_bytes(&writer, "\0\0\0\0\0\0", 6);
	write_name(&writer, name);
	plx_write_u16(&writer, type_of(type));
	plx_write_u16(&writer, PLX_CLASS_IN);
	for (unsigned section = 0; section < PLX_ARRAY_SIZE(sections); section++) {
		uint16_t count = write_section(&writer, sections[section], records);
		reply->wire[6 + 2 * section] = (uint8_t)(count >> 8);
		reply->wire[7 + 2 * section] = (uint8_t)count;
	}
	reply->length = writer.position;
	if (writer.failed || plx_message_open(reply->wire, reply->length, &reply->message) < 0 ||
	    plx_message_check(&reply->message) < 0) {
		fail("the message is not well-formed", question);
	}
}

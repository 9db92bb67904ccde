// SPDX-License-Identifier: BSD-3-Clause
// The remembered texts of field_text.h.

#include "format/field_text.h"

#define NS_PER_SECOND 1000000000u
#define SECONDS_PER_DAY 86400u
#define DNS_PORT 53

static void write_digits(char *text, unsigned count, unsigned value)
{
	while (count > 0) {
		text[--count] = (char)('0' + value % 10);
		value /= 10;
	}
}

// Days since 1970-01-01 to a date of the proleptic Gregorian calendar: years begin in March here, so that the
// leap day is the last of its year and month lengths follow (153 m + 2) / 5.
static void write_date(char text[static 10], uint64_t days_since_epoch)
{
	uint64_t days = days_since_epoch + 719468; // since 0000-03-01
	uint64_t era = days / 146097;              // of 400 years
	uint64_t day_of_era = days % 146097;
	uint64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	uint64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	uint64_t march_month = (5 * day_of_year + 2) / 153;
	uint64_t day = day_of_year - (153 * march_month + 2) / 5 + 1;
	uint64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
	uint64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
	write_digits(text, 4, (unsigned)year);
	text[4] = '-';
	write_digits(text + 5, 2, (unsigned)month);
	text[7] = '-';
	write_digits(text + 8, 2, (unsigned)day);
}

static void remember_second(struct field_cache *cache, uint64_t second)
{
	char *text = cache->second_text;
	unsigned of_day = (unsigned)(second % SECONDS_PER_DAY);
	write_date(text, second / SECONDS_PER_DAY);
	text[10] = 'T';
	write_digits(text + 11, 2, of_day / 3600);
	text[13] = ':';
	write_digits(text + 14, 2, of_day / 60 % 60);
	text[16] = ':';
	write_digits(text + 17, 2, of_day % 60);
	text[19] = '.';
	cache->second = second;
	cache->has_second = true;
}

void field_append_time(struct field_cache *cache, struct plx_text *text, uint64_t time_ns)
{
	uint64_t second = time_ns / NS_PER_SECOND;
	if (!cache->has_second || cache->second != second) {
		remember_second(cache, second);
	}
	char *room = plx_text_room(text, 27);
	if (room == NULL) {
		return;
	}
	memcpy(room, cache->second_text, 20);
	write_digits(room + 20, 6, (unsigned)(time_ns % NS_PER_SECOND / 1000));
	room[26] = 'Z';
	text->length += 27;
}

void field_append_type(struct field_cache *cache, struct plx_text *text, uint16_t type)
{
	if (cache->type != type || type == 0) {
		char name[PLX_TYPE_TEXT_MAX];
		const char *type_name = plx_type_format(type, name);
		cache->type_length = (uint8_t)strnlen(type_name, sizeof(cache->type_text));
		memcpy(cache->type_text, type_name, cache->type_length);
		cache->type = type;
	}
	plx_text_append(text, cache->type_text, cache->type_length);
}

static const struct field_server *find_server(struct field_cache *cache,
					      const struct plx_endpoint *endpoint)
{
	const uint8_t *bytes = endpoint->ip.bytes;
	unsigned slot = (unsigned)(bytes[3] ^ bytes[2] ^ bytes[15] ^ bytes[14] ^ endpoint->port);
	struct field_server *server = &cache->servers[slot % FIELD_SERVER_SLOTS];
	if (server->text_length > 0 && plx_endpoint_equal(&server->endpoint, endpoint)) {
		return server;
	}
	char address[PLX_IP_TEXT_MAX];
	server->endpoint = *endpoint;
	server->address_length = (uint8_t)strlen(plx_ip_format(&endpoint->ip, address));
	server->text_length = (uint8_t)strlen(plx_endpoint_format(endpoint, server->text));
	return server;
}

void field_append_endpoint(struct field_cache *cache, struct plx_text *text,
			   const struct plx_endpoint *endpoint)
{
	const struct field_server *server = find_server(cache, endpoint);
	plx_text_append(text, server->text, server->text_length);
}

void field_append_server(struct field_cache *cache, struct plx_text *text,
			 const struct plx_endpoint *endpoint)
{
	const struct field_server *server = find_server(cache, endpoint);
	if (endpoint->port == DNS_PORT) {
		size_t bracket = server->text[0] == '[';
		plx_text_append(text, server->text + bracket, server->address_length);
	} else {
		plx_text_append(text, server->text, server->text_length);
	}
}

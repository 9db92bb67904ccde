// SPDX-License-Identifier: BSD-3-Clause
// Every answer is read back by the project's own message reader.

#include "reflect/answer.h"

#include <parallax/dns/message_reader.h>
#include <parallax/dns/message_writer.h>
#include <parallax/dns/record.h>

#include "network/checksum.h"

#include "cunit_runner.h"

#include <string.h>

#define ROOM 2048

static const uint8_t address[4] = {192, 0, 2, 1};
static const struct reflect_client client = {address, sizeof(address)};

struct exchange {
	size_t query_length;
	size_t length;
	enum reflect_drop drop;
	struct plx_message message;
	uint8_t query[ROOM];
	uint8_t wire[ROOM];
};

static struct plx_query query_for(const struct plx_name *name, uint16_t type)
{
	return (struct plx_query) {.name = name->wire,
				   .name_length = name->length,
				   .id = 0xabcd,
				   .type = type,
				   .flags = PLX_FLAG_RD,
				   .edns = true};
}

static struct plx_name name_of(const char *text)
{
	struct plx_name name;
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(text, strlen(text), &name), 0);
	return name;
}

// The query in exchange->query becomes the answer in exchange->wire.
static void answer(const struct reflect_config *config, struct exchange *exchange, size_t capacity)
{
	struct reflect_reply reply = {0};
	struct reflect_answers *answers = reflect_answers_create(config);
	CU_ASSERT_PTR_NOT_NULL_FATAL(answers);
	memcpy(exchange->wire, exchange->query, sizeof(exchange->wire));
	exchange->drop = reflect_answer(answers, &client, exchange->wire, exchange->query_length,
					capacity, &reply);
	exchange->length = reply.length;
	reflect_answers_destroy(answers);
	if (exchange->drop != REFLECT_ACCEPTED) {
		CU_ASSERT_EQUAL(memcmp(exchange->wire, exchange->query, ROOM), 0);
		return;
	}
	CU_ASSERT_EQUAL(checksum_fold(reply.sum),
			checksum_fold(checksum_add(0, exchange->wire, reply.length)));
	CU_ASSERT_EQUAL_FATAL(
		plx_message_open(exchange->wire, exchange->length, &exchange->message), 0);
	CU_ASSERT_EQUAL_FATAL(plx_message_check(&exchange->message), 0);
	// ID and question: octet for octet.
	CU_ASSERT_EQUAL(memcmp(exchange->wire, exchange->query, 2), 0);
	CU_ASSERT_EQUAL(memcmp(exchange->wire + 12, exchange->query + 12,
			       exchange->message.records_offset - 12),
			0);
}

static void ask(const struct reflect_config *config, const char *text, uint16_t type,
		struct exchange *exchange)
{
	const struct plx_name name = name_of(text);
	const struct plx_query query = query_for(&name, type);
	memset(exchange, 0, sizeof(*exchange));
	exchange->query_length = plx_query_write(&query, exchange->query, ROOM);
	answer(config, exchange, ROOM);
	CU_ASSERT_EQUAL_FATAL(exchange->drop, REFLECT_ACCEPTED);
}

static unsigned count_records(const struct plx_message *message, enum plx_section section,
			      uint16_t type)
{
	unsigned count = 0;
	struct plx_record record;
	struct plx_record_cursor cursor = plx_message_records(message);
	while (plx_message_next(message, &cursor, &record)) {
		count += record.section == section && record.type == type;
	}
	return count;
}

static bool soa_is_at(const struct plx_message *message, const char *text)
{
	struct plx_record record;
	const struct plx_name zone = name_of(text);
	struct plx_record_cursor cursor = plx_message_records(message);
	while (plx_message_next(message, &cursor, &record)) {
		if (record.type == PLX_TYPE_SOA) {
			return record.section == PLX_SECTION_AUTHORITY &&
			       plx_message_name_equal(message, record.owner_offset, &zone);
		}
	}
	return false;
}

static struct reflect_config by_name(void)
{
	return (struct reflect_config) {.is_by_name = true};
}

TEST(no_data_has_the_soa_of_the_name_in_a_hundred_octets)
{
	struct exchange e;
	const struct reflect_config config = {0};
	ask(&config, "WwW.lonGname.example", PLX_TYPE_CAA, &e); // 22 octets on the wire
	CU_ASSERT_EQUAL(e.length, 100);
	CU_ASSERT_EQUAL(e.message.flags, PLX_FLAG_QR | PLX_FLAG_AA | PLX_FLAG_RD);
	CU_ASSERT_EQUAL(e.message.rcode, PLX_RCODE_NOERROR);
	CU_ASSERT_EQUAL(e.message.record_count[PLX_SECTION_ANSWER], 0);
	CU_ASSERT_TRUE(soa_is_at(&e.message, "www.longname.example"));
	CU_ASSERT_TRUE(e.message.has_edns);
	CU_ASSERT_EQUAL(e.message.edns_udp_size, 1232);
}

TEST(caa_records_are_as_many_as_asked_for)
{
	struct exchange e;
	struct plx_caa caa;
	struct plx_record record;
	for (uint16_t count = 1; count <= REFLECT_CAA_MAX; count++) {
		const struct reflect_config config = {.profile = {REFLECT_CAA, count}};
		ask(&config, "example.test", PLX_TYPE_CAA, &e);
		CU_ASSERT_EQUAL_FATAL(e.message.flags & PLX_FLAG_TC, 0);
		CU_ASSERT_EQUAL(count_records(&e.message, PLX_SECTION_ANSWER, PLX_TYPE_CAA), count);
	}
	struct plx_record_cursor cursor = plx_message_records(&e.message);
	CU_ASSERT_TRUE_FATAL(plx_message_next(&e.message, &cursor, &record));
	CU_ASSERT_EQUAL_FATAL(plx_caa_parse(record.rdata, record.rdata_length, &caa), 0);
	CU_ASSERT_EQUAL(caa.value_length, 7);
	CU_ASSERT_EQUAL(memcmp(caa.value, "ca.test", 7), 0);
}

TEST(other_types_than_the_records_get_no_data)
{
	struct exchange e;
	const struct reflect_config config = {.profile = {REFLECT_CAA, 3}};
	ask(&config, "example.test", PLX_TYPE_A, &e);
	CU_ASSERT_EQUAL(e.message.record_count[PLX_SECTION_ANSWER], 0);
	CU_ASSERT_TRUE(soa_is_at(&e.message, "example.test"));
	ask(&config, "example.test", PLX_TYPE_ANY, &e);
	CU_ASSERT_EQUAL(e.message.record_count[PLX_SECTION_ANSWER], 3);
}

TEST(text_has_its_size_in_strings_of_at_most_255)
{
	static const uint16_t sizes[] = {1, 255, 256, 1000, 1150};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(sizes); i++) {
		struct exchange e;
		struct plx_record record;
		size_t offset = 0, sum = 0;
		const uint8_t *string;
		uint8_t length;
		const struct reflect_config config = {.profile = {REFLECT_TXT, sizes[i]}};
		ask(&config, "t.test", PLX_TYPE_TXT, &e);
		struct plx_record_cursor cursor = plx_message_records(&e.message);
		CU_ASSERT_TRUE_FATAL(plx_message_next(&e.message, &cursor, &record));
		while (plx_txt_next(record.rdata, record.rdata_length, &offset, &string, &length) ==
		       1) {
			sum += length;
		}
		CU_ASSERT_EQUAL(sum, sizes[i]);
	}
}

TEST(a_referral_has_name_servers_and_their_glue)
{
	struct exchange e;
	for (uint16_t count = 1; count <= REFLECT_REFERRAL_MAX; count++) {
		const struct reflect_config config = {.profile = {REFLECT_REFERRAL, count}};
		ask(&config, "sub.example.test", PLX_TYPE_A, &e);
		CU_ASSERT_EQUAL(e.message.flags & (PLX_FLAG_AA | PLX_FLAG_TC), 0);
		CU_ASSERT_EQUAL(count_records(&e.message, PLX_SECTION_AUTHORITY, PLX_TYPE_NS),
				count);
		CU_ASSERT_EQUAL(count_records(&e.message, PLX_SECTION_ADDITIONAL, PLX_TYPE_A),
				count);
		CU_ASSERT_EQUAL(count_records(&e.message, PLX_SECTION_ADDITIONAL, PLX_TYPE_AAAA),
				count);
	}
}

TEST(a_name_that_does_not_exist_is_denied_by_its_parent)
{
	struct exchange e;
	const struct reflect_config config = {.profile = {.kind = REFLECT_NXDOMAIN}};
	ask(&config, "no.example.test", PLX_TYPE_A, &e);
	CU_ASSERT_EQUAL(e.message.rcode, PLX_RCODE_NXDOMAIN);
	CU_ASSERT_TRUE(soa_is_at(&e.message, "example.test"));
	ask(&config, "test", PLX_TYPE_A, &e);
	CU_ASSERT_TRUE(soa_is_at(&e.message, "."));
	ask(&config, ".", PLX_TYPE_A, &e); // cannot be denied
	CU_ASSERT_EQUAL(e.message.rcode, PLX_RCODE_NOERROR);
	CU_ASSERT_TRUE(soa_is_at(&e.message, "."));
}

// "hostmaster" in front of such a name would be longer than a name can be.
TEST(a_name_too_long_for_its_soa_gets_none)
{
	struct exchange e;
	char text[PLX_NAME_TEXT_MAX];
	const struct reflect_config config = {0};
	for (int last = 51; last <= 61; last++) {
		snprintf(text, sizeof(text), "%063d.%063d.%063d.%0*d", 1, 2, 3, last, 4);
		ask(&config, text, PLX_TYPE_CAA, &e); // which checks the message
		size_t length = e.message.question_name_length;
		CU_ASSERT_EQUAL(e.message.record_count[PLX_SECTION_AUTHORITY], length <= 244);
		CU_ASSERT_EQUAL(e.message.rcode, PLX_RCODE_NOERROR);
	}
}

TEST(errors_and_truncation_have_no_records)
{
	static const struct {
		const char *name;
		uint16_t rcode;
		uint16_t flags;
	} cases[] = {{"servfail.test", PLX_RCODE_SERVFAIL, 0},
		     {"ReFused.test", PLX_RCODE_REFUSED, 0},
		     {"tc.test", PLX_RCODE_NOERROR, PLX_FLAG_AA | PLX_FLAG_TC}};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		struct exchange e;
		const struct reflect_config config = by_name();
		ask(&config, cases[i].name, PLX_TYPE_A, &e);
		CU_ASSERT_EQUAL(e.message.rcode, cases[i].rcode);
		CU_ASSERT_EQUAL(e.message.flags & (PLX_FLAG_AA | PLX_FLAG_TC), cases[i].flags);
		CU_ASSERT_EQUAL(e.message.record_count[PLX_SECTION_ANSWER], 0);
		CU_ASSERT_EQUAL(e.message.record_count[PLX_SECTION_AUTHORITY], 0);
		CU_ASSERT_EQUAL(e.message.record_count[PLX_SECTION_ADDITIONAL], 1);
	}
}

TEST(the_first_label_chooses_only_when_it_may)
{
	struct exchange e;
	struct reflect_config config = by_name();
	ask(&config, "cAa3.example.test", PLX_TYPE_CAA, &e);
	CU_ASSERT_EQUAL(e.message.record_count[PLX_SECTION_ANSWER], 3);
	ask(&config, "www.example.test", PLX_TYPE_CAA, &e);
	CU_ASSERT_EQUAL(e.message.record_count[PLX_SECTION_ANSWER], 0);
	config.is_by_name = false;
	ask(&config, "caa3.example.test", PLX_TYPE_CAA, &e);
	CU_ASSERT_EQUAL(e.message.record_count[PLX_SECTION_ANSWER], 0);
}

TEST(what_is_longer_than_the_client_takes_is_cut_off)
{
	struct exchange e = {0};
	const struct plx_name name = name_of("t.test");
	struct plx_query query = query_for(&name, PLX_TYPE_TXT);
	const struct reflect_config config = {.profile = {REFLECT_TXT, 600}};
	query.edns = false;
	e.query_length = plx_query_write(&query, e.query, ROOM);
	answer(&config, &e, ROOM);
	CU_ASSERT_EQUAL(e.drop, REFLECT_ACCEPTED);
	CU_ASSERT_EQUAL(e.message.flags & PLX_FLAG_TC, PLX_FLAG_TC);
	CU_ASSERT_FALSE(e.message.has_edns);
	CU_ASSERT_TRUE(e.length <= 512);
	const struct reflect_config longest = {.profile = {REFLECT_TXT, REFLECT_TXT_MAX}};
	ask(&longest, "t.test", PLX_TYPE_TXT, &e);
	CU_ASSERT_EQUAL(e.message.flags & PLX_FLAG_TC, PLX_FLAG_TC);
}

TEST(flags_are_echoed_or_set_as_configured)
{
	struct exchange e = {0};
	const struct plx_name name = name_of("example.test");
	struct plx_query query = query_for(&name, PLX_TYPE_CAA);
	struct reflect_config config = {.recursion_available = true, .authentic_data = true};
	query.flags = PLX_FLAG_CD;
	e.query_length = plx_query_write(&query, e.query, ROOM);
	answer(&config, &e, ROOM);
	CU_ASSERT_EQUAL(e.message.flags, PLX_FLAG_QR | PLX_FLAG_AA | PLX_FLAG_RA | PLX_FLAG_CD);
	CU_ASSERT_FALSE(e.message.edns_do);
	query.edns_do = true;
	e.query_length = plx_query_write(&query, e.query, ROOM);
	answer(&config, &e, ROOM);
	CU_ASSERT_TRUE(e.message.edns_do);
	CU_ASSERT_EQUAL(e.message.flags & PLX_FLAG_AD, PLX_FLAG_AD);
}

TEST(a_cookie_is_completed_and_a_bad_one_refused)
{
	struct exchange e = {0};
	const uint8_t cookie[40] = {1, 2, 3, 4, 5, 6, 7, 8};
	const struct plx_name name = name_of("odd.example.test");
	struct plx_query query = query_for(&name, PLX_TYPE_CAA);
	const struct reflect_config config = {.cookie_key = {1, 2}};
	uint8_t first[16];
	query.cookie = cookie;
	query.cookie_length = 8;
	e.query_length = plx_query_write(&query, e.query, ROOM);
	answer(&config, &e, ROOM);
	CU_ASSERT_EQUAL_FATAL(e.message.cookie_length, 16);
	CU_ASSERT_EQUAL(memcmp(e.message.cookie, cookie, 8), 0);
	CU_ASSERT_NOT_EQUAL(memcmp(e.message.cookie + 8, cookie + 8, 8), 0);
	memcpy(first, e.message.cookie, sizeof(first));
	query.cookie = first; // the whole of it is answered with the same
	query.cookie_length = 16;
	e.query_length = plx_query_write(&query, e.query, ROOM);
	answer(&config, &e, ROOM);
	CU_ASSERT_EQUAL(memcmp(e.message.cookie, first, 16), 0);
	static const uint8_t bad_lengths[] = {7, 9, 15};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad_lengths); i++) {
		query.cookie = cookie;
		query.cookie_length = bad_lengths[i];
		e.query_length = plx_query_write(&query, e.query, ROOM);
		answer(&config, &e, ROOM);
		CU_ASSERT_EQUAL(e.message.rcode, PLX_RCODE_FORMERR);
	}
}

static void change(struct exchange *exchange, size_t offset, uint8_t value,
		   enum reflect_drop expected)
{
	struct exchange changed = *exchange;
	const struct reflect_config config = {0};
	changed.query[offset] = value;
	answer(&config, &changed, ROOM);
	CU_ASSERT_EQUAL(changed.drop, expected);
}

TEST(what_is_no_query_is_dropped)
{
	struct exchange e;
	const struct reflect_config config = {0};
	ask(&config, "ab.test", PLX_TYPE_A, &e);
	change(&e, 2, 0x80, REFLECT_DROP_RESPONSE);
	change(&e, 2, 0x28, REFLECT_DROP_OPCODE);
	change(&e, 5, 0, REFLECT_DROP_QUESTION);
	change(&e, 5, 2, REFLECT_DROP_QUESTION);
	change(&e, 7, 1, REFLECT_DROP_MALFORMED);
	change(&e, 9, 1, REFLECT_DROP_MALFORMED);
	change(&e, 11, 0, REFLECT_DROP_MALFORMED); // an OPT behind the end
	change(&e, 11, 2, REFLECT_DROP_MALFORMED);
	change(&e, 12, 0xc0, REFLECT_DROP_QUESTION); // a pointer
	change(&e, 12, 63, REFLECT_DROP_QUESTION);   // a label beyond the end
	e.query_length--;
	change(&e, 0, 0, REFLECT_DROP_MALFORMED);
	e.query_length = 11;
	change(&e, 0, 0, REFLECT_DROP_SHORT);
}

TEST(other_classes_and_edns_versions_get_their_rcode)
{
	struct exchange e;
	const struct reflect_config config = {0};
	ask(&config, "ab.test", PLX_TYPE_A, &e);
	size_t opt = e.query_length - 11;
	e.query[opt - 1] = 3; // CH
	answer(&config, &e, ROOM);
	CU_ASSERT_EQUAL(e.message.rcode, PLX_RCODE_REFUSED);
	e.query[opt - 1] = 1;
	e.query[opt + 6] = 1; // RFC 6891 6.1.3
	answer(&config, &e, ROOM);
	CU_ASSERT_EQUAL(e.message.rcode, PLX_RCODE_BADVERS);
	CU_ASSERT_EQUAL(e.message.edns_version, 0);
}

TEST(a_buffer_without_room_is_left_alone)
{
	struct exchange e;
	const struct reflect_config config = {0};
	ask(&config, "ab.test", PLX_TYPE_A, &e);
	size_t needed = e.length;
	answer(&config, &e, needed - 1);
	CU_ASSERT_EQUAL(e.drop, REFLECT_DROP_NO_ROOM);
	answer(&config, &e, needed);
	CU_ASSERT_EQUAL(e.drop, REFLECT_ACCEPTED);
}

TEST_MAIN(reflect_answer, T(no_data_has_the_soa_of_the_name_in_a_hundred_octets),
	  T(caa_records_are_as_many_as_asked_for), T(other_types_than_the_records_get_no_data),
	  T(text_has_its_size_in_strings_of_at_most_255),
	  T(a_referral_has_name_servers_and_their_glue),
	  T(a_name_that_does_not_exist_is_denied_by_its_parent),
	  T(a_name_too_long_for_its_soa_gets_none), T(errors_and_truncation_have_no_records),
	  T(the_first_label_chooses_only_when_it_may),
	  T(what_is_longer_than_the_client_takes_is_cut_off),
	  T(flags_are_echoed_or_set_as_configured), T(a_cookie_is_completed_and_a_bad_one_refused),
	  T(what_is_no_query_is_dropped), T(other_classes_and_edns_versions_get_their_rcode),
	  T(a_buffer_without_room_is_left_alone))

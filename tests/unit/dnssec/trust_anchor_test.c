// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/trust_anchor.h"

#include "cunit_runner.h"
#include "zone_fixture.h"

#include <parallax/base/error.h>

#include <stdio.h>
#include <string.h>

#define DS "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"

static struct dnssec_policy policy;

static int parse(const char *text, struct trust_anchors *ret_anchors, unsigned *ret_line)
{
	policy = dnssec_policy_production();
	return trust_anchors_parse(text, strlen(text), &policy, ret_anchors, ret_line);
}

static void read_file(const char *path, struct trust_anchors *ret_anchors)
{
	char text[8192] = "";
	unsigned line;
	FILE *file = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	size_t length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = '\0';
	CU_ASSERT_EQUAL_FATAL(parse(text, ret_anchors, &line), 0);
}

// The distribution's own files say the same in two ways.
TEST(root_key_and_root_ds_are_equal)
{
	struct trust_anchors keys;
	struct trust_anchors digests;
	struct plx_name name = fixture_name("www.example");
	read_file("/usr/share/dns/root.key", &keys);
	read_file("/usr/share/dns/root.ds", &digests);
	const struct ds_set *by_key = trust_anchors_find(&keys, &name);
	const struct ds_set *by_digest = trust_anchors_find(&digests, &name);
	CU_ASSERT_PTR_NOT_NULL_FATAL(by_key);
	CU_ASSERT_PTR_NOT_NULL_FATAL(by_digest);
	CU_ASSERT_EQUAL(by_key->zone.length, 1);
	CU_ASSERT_TRUE(by_key->count >= 2); // 20326 and 38696
	CU_ASSERT_EQUAL_FATAL(by_key->count, by_digest->count);
	for (unsigned i = 0; i < by_key->count; i++) {
		const struct ds *a = &by_key->entries[i];
		const struct ds *b = &by_digest->entries[i];
		CU_ASSERT_EQUAL(a->tag, b->tag);
		CU_ASSERT_EQUAL(a->digest_length, 32);
		CU_ASSERT_EQUAL(memcmp(a->digest, b->digest, 32), 0);
	}
}

TEST(owner_ttl_and_class_may_be_left_out)
{
	static const char *const texts[] = {
		(". IN DS " DS),
		(". 3600 IN DS " DS),
		("DS " DS),
		("IN DS " DS " ; comment"),
		("\n; comment\n \t\n.\tds\t" DS "\r\n"),
		". DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E88040 9BBC6834571042 37C7f8ec8d",
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(texts); i++) {
		struct trust_anchors anchors;
		unsigned line = 0;
		CU_ASSERT_EQUAL_FATAL(parse(texts[i], &anchors, &line), 0);
		CU_ASSERT_EQUAL(anchors.zone_count, 1);
		CU_ASSERT_EQUAL(anchors.zones[0].count, 1);
		CU_ASSERT_EQUAL(anchors.zones[0].entries[0].tag, 20326);
		CU_ASSERT_EQUAL(anchors.zones[0].entries[0].digest[31], 0x8d);
	}
}

TEST(what_is_no_anchor_names_its_line)
{
	static const char *const lines[] = {
		". IN A 192.0.2.1",
		". IN DS 20326 8 2 E06D",
		"DS 65536 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
		". IN DS 1 8 2 G06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
		". IN DS 1 5 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
		". IN DS 1 8 1 E06D44B80B8F1D39A95C0B0D7C65D08458E88040",
		". IN DS 1 8 9 E06D44B80B8F1D39A95C0B0D7C65D08458E88040",
		". IN DNSKEY 257 3 8",
		". IN DNSKEY 257 3 8 !!!!",
		". IN DNSKEY 257 3 8 AwE",
		". IN DNSKEY 1 3 8 AwEAAQ==",
		". IN DNSKEY 385 3 8 AwEAAQ==",
		". IN DNSKEY 257 2 8 AwEAAQ==",
		"a..b IN DS 1 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
		"IN",
		".",
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(lines); i++) {
		char text[512];
		struct trust_anchors anchors = {.zone_count = 77};
		unsigned line = 0;
		snprintf(text, sizeof(text), ". IN DS " DS "\n%s\n", lines[i]);
		CU_ASSERT_EQUAL(parse(text, &anchors, &line), PLX_ERR_CONFIG);
		CU_ASSERT_EQUAL(line, 2);
		CU_ASSERT_EQUAL(anchors.zone_count, 77);
	}
}

TEST(text_without_anchors_is_refused)
{
	struct trust_anchors anchors;
	unsigned line = 5;
	CU_ASSERT_EQUAL(parse("", &anchors, &line), PLX_ERR_CONFIG);
	CU_ASSERT_EQUAL(line, 0);
	CU_ASSERT_EQUAL(parse("; nothing\n", &anchors, &line), PLX_ERR_CONFIG);
}

TEST(closest_zone_is_found)
{
	struct trust_anchors anchors;
	unsigned line;
	CU_ASSERT_EQUAL_FATAL(parse("example. DS " DS "\nb.Example. DS " DS "\nb.example. DS " DS,
				    &anchors, &line),
			      0);
	CU_ASSERT_EQUAL(anchors.zone_count, 2);
	struct plx_name name = fixture_name("a.b.example");
	CU_ASSERT_EQUAL(trust_anchors_find(&anchors, &name)->count, 2);
	name = fixture_name("c.example");
	CU_ASSERT_EQUAL(trust_anchors_find(&anchors, &name)->count, 1);
	name = fixture_name("test");
	CU_ASSERT_PTR_NULL(trust_anchors_find(&anchors, &name));
}

TEST(zones_and_records_are_limited)
{
	struct trust_anchors anchors;
	unsigned line = 0;
	char text[4096];
	size_t length = 0;
	for (unsigned i = 0; i < TRUST_ANCHOR_ZONES_MAX + 1; i++) {
		length += (size_t)snprintf(text + length, sizeof(text) - length, "z%u. DS " DS "\n",
					   i);
	}
	CU_ASSERT_EQUAL(parse(text, &anchors, &line), PLX_ERR_CONFIG);
	CU_ASSERT_EQUAL(line, TRUST_ANCHOR_ZONES_MAX + 1);
	length = 0;
	for (unsigned i = 0; i < DS_SET_MAX + 1; i++) {
		length += (size_t)snprintf(text + length, sizeof(text) - length, ". DS " DS "\n");
	}
	CU_ASSERT_EQUAL(parse(text, &anchors, &line), PLX_ERR_CONFIG);
	CU_ASSERT_EQUAL(line, DS_SET_MAX + 1);
}

TEST_MAIN(dnssec_trust_anchor, T(root_key_and_root_ds_are_equal),
	  T(owner_ttl_and_class_may_be_left_out), T(what_is_no_anchor_names_its_line),
	  T(text_without_anchors_is_refused), T(closest_zone_is_found),
	  T(zones_and_records_are_limited))

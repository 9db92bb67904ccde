// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/delegation_cache.h"

#include <parallax/dns/rr_type.h>

#include "cunit_runner.h"
#include "scripted_reply.h"

#include <stdio.h>
#include <string.h>

#define SECOND (1000ull * 1000 * 1000)

static struct packed_store *cache;
static enum plx_dnssec dnssec; // of the last denial

static void start(void)
{
	static const struct plx_siphash_key key = {3, 4};
	CU_ASSERT_EQUAL_FATAL(packed_store_create(1024 * 1024, &key, &cache), 0);
}

static void put(const char *zone_text, uint64_t expires_ns)
{
	struct plx_name zone = scripted_name(zone_text);
	struct plx_name server = scripted_name("ns.example.test");
	struct plx_ip ip = scripted_ip("192.0.2.1");
	struct delegation delegation;
	delegation_start(&delegation, &zone, expires_ns);
	int index = delegation_add_name(&delegation, &server);
	(void)delegation_add_address(&delegation, (unsigned)index, &ip);
	delegation_cache_put(cache, &delegation, 0);
}

static bool closest_is(const char *name_text, enum cache_use use, uint64_t now_ns, const char *zone)
{
	struct plx_name name = scripted_name(name_text);
	struct delegation found;
	if (!delegation_cache_closest(cache, &name, use, now_ns, &found)) {
		return zone == NULL;
	}
	struct plx_name expected = scripted_name(zone != NULL ? zone : "nothing.invalid");
	return plx_name_equal(&found.zone, &expected) && found.name_count == 1 &&
	       found.address_count == 1;
}

TEST(the_closest_enclosing_zone_is_found)
{
	start();
	CU_ASSERT_TRUE(closest_is("www.a.test", CACHE_USE_ALL, 0, NULL));
	put(".", 9);
	put("test", 9);
	put("A.test", 9);
	put("b.test", 9);
	CU_ASSERT_TRUE(closest_is("www.x.a.TEST", CACHE_USE_ALL, 0, "a.test"));
	CU_ASSERT_TRUE(closest_is("a.test", CACHE_USE_ALL, 0, "a.test"));
	CU_ASSERT_TRUE(closest_is("c.test", CACHE_USE_ALL, 0, "test"));
	CU_ASSERT_TRUE(closest_is("xa.test", CACHE_USE_ALL, 0, "test"));
	CU_ASSERT_TRUE(closest_is("com", CACHE_USE_ALL, 0, "."));
	CU_ASSERT_TRUE(closest_is(".", CACHE_USE_ALL, 0, "."));
	packed_store_destroy(cache);
}

TEST(an_expired_delegation_gives_way_to_its_parent)
{
	start();
	put(".", 1000);
	put("a.test", 10);
	CU_ASSERT_TRUE(closest_is("www.a.test", CACHE_USE_ALL, 9, "a.test"));
	CU_ASSERT_TRUE(closest_is("www.a.test", CACHE_USE_ALL, 10, "."));
	packed_store_destroy(cache);
}

TEST(evidence_uses_nothing_about_the_names_own_zone)
{
	start();
	put(".", 9);
	put("test", 9);
	put("a.test", 9);
	CU_ASSERT_TRUE(closest_is("www.a.test", CACHE_USE_EVIDENCE, 0, "test"));
	CU_ASSERT_TRUE(closest_is("a.test", CACHE_USE_EVIDENCE, 0, "test"));
	CU_ASSERT_TRUE(closest_is("test", CACHE_USE_EVIDENCE, 0, "."));
	CU_ASSERT_TRUE(closest_is("www.a.test", CACHE_USE_NOT_EVALUATED, 0, "test"));
	struct plx_name name = scripted_name("no.a.test");
	negative_cache_put(cache, &name, PLX_TYPE_A, NEGATIVE_NXDOMAIN, PLX_DNSSEC_INSECURE, 60, 0);
	CU_ASSERT_EQUAL(
		negative_cache_get(cache, &name, PLX_TYPE_A, CACHE_USE_EVIDENCE, 0, &dnssec),
		NEGATIVE_UNKNOWN);
	CU_ASSERT_EQUAL(negative_cache_get(cache, &name, PLX_TYPE_A, CACHE_USE_ALL, 0, &dnssec),
			NEGATIVE_NXDOMAIN);
	CU_ASSERT_EQUAL(dnssec, PLX_DNSSEC_INSECURE);
	packed_store_destroy(cache);
}

TEST(nodata_is_of_a_type_and_nxdomain_of_a_name_but_not_of_those_below)
{
	start();
	struct plx_name name = scripted_name("no.a.test");
	struct plx_name upper = scripted_name("NO.a.test");
	struct plx_name below = scripted_name("x.no.a.test");
	negative_cache_put(cache, &name, PLX_TYPE_A, NEGATIVE_NODATA, PLX_DNSSEC_INSECURE, 60, 0);
	CU_ASSERT_EQUAL(negative_cache_get(cache, &upper, PLX_TYPE_A, CACHE_USE_ALL, 0, &dnssec),
			NEGATIVE_NODATA);
	CU_ASSERT_EQUAL(negative_cache_get(cache, &name, PLX_TYPE_CAA, CACHE_USE_ALL, 0, &dnssec),
			NEGATIVE_UNKNOWN);
	negative_cache_put(cache, &name, PLX_TYPE_A, NEGATIVE_NXDOMAIN, PLX_DNSSEC_INSECURE, 60, 0);
	CU_ASSERT_EQUAL(
		negative_cache_get(cache, &name, PLX_TYPE_CAA, CACHE_USE_ALL, 59 * SECOND, &dnssec),
		NEGATIVE_NXDOMAIN);
	CU_ASSERT_EQUAL(
		negative_cache_get(cache, &name, PLX_TYPE_CAA, CACHE_USE_ALL, 60 * SECOND, &dnssec),
		NEGATIVE_UNKNOWN);
	CU_ASSERT_EQUAL(negative_cache_get(cache, &below, PLX_TYPE_A, CACHE_USE_ALL, 0, &dnssec),
			NEGATIVE_UNKNOWN);
	// A TTL of 0 is not remembered.
	negative_cache_put(cache, &below, PLX_TYPE_A, NEGATIVE_NXDOMAIN, PLX_DNSSEC_INSECURE, 0, 0);
	CU_ASSERT_EQUAL(negative_cache_get(cache, &below, PLX_TYPE_A, CACHE_USE_ALL, 0, &dnssec),
			NEGATIVE_UNKNOWN);
	packed_store_destroy(cache);
}

TEST(a_full_delegation_comes_back_as_it_was)
{
	start();
	struct plx_name zone = scripted_name("a.test");
	struct delegation delegation;
	struct delegation found;
	delegation_start(&delegation, &zone, SECOND);
	for (unsigned i = 0; i < 2 * DELEGATION_NAMES_MAX; i++) {
		char text[64];
		snprintf(text, sizeof(text), "a-name-server-of-some-length-%02u.test", i);
		struct plx_name name = scripted_name(text);
		int index = delegation_add_name(&delegation, &name);
		CU_ASSERT_EQUAL(index, i < DELEGATION_NAMES_MAX ? (int)i : -1);
		for (unsigned j = 0; index >= 0 && j < 3; j++) {
			snprintf(text, sizeof(text), j == 0 ? "192.0.2.%u" : "2001:db8::%u",
				 i + j * 100);
			struct plx_ip ip = scripted_ip(text);
			(void)delegation_add_address(&delegation, (unsigned)index, &ip);
		}
	}
	CU_ASSERT_EQUAL(delegation.address_count, DELEGATION_ADDRESSES_MAX);
	delegation_cache_put(cache, &delegation, 0);
	CU_ASSERT_TRUE_FATAL(delegation_cache_closest(cache, &zone, CACHE_USE_ALL, 0, &found));
	CU_ASSERT_EQUAL(found.expires_ns, SECOND);
	CU_ASSERT_EQUAL(found.name_count, delegation.name_count);
	CU_ASSERT_EQUAL(found.address_count, delegation.address_count);
	CU_ASSERT_EQUAL(memcmp(found.names, delegation.names, delegation.names_bytes), 0);
	for (unsigned i = 0; i < found.address_count; i++) {
		CU_ASSERT_TRUE(plx_ip_equal(&found.addresses[i], &delegation.addresses[i]));
		CU_ASSERT_EQUAL(found.address_names[i], delegation.address_names[i]);
	}
	packed_store_destroy(cache);
}

TEST(addresses_of_a_server_are_kept_by_family_until_they_expire)
{
	start();
	struct plx_name server = scripted_name("NS.b.test");
	struct plx_name lower = scripted_name("ns.b.test");
	struct plx_ip put_in[6];
	struct plx_ip found[DELEGATION_NAME_ADDRESSES_MAX];
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(put_in); i++) {
		char text[20];
		snprintf(text, sizeof(text), "2001:db8::%u", i);
		put_in[i] = scripted_ip(text);
	}
	address_cache_put(cache, &server, PLX_TYPE_AAAA, put_in, PLX_ARRAY_SIZE(put_in), SECOND, 0);
	CU_ASSERT_EQUAL(address_cache_get(cache, &lower, PLX_TYPE_AAAA, CACHE_USE_ALL, 0, found),
			DELEGATION_NAME_ADDRESSES_MAX);
	CU_ASSERT_TRUE(plx_ip_equal(&found[3], &put_in[3]));
	CU_ASSERT_EQUAL(address_cache_get(cache, &lower, PLX_TYPE_A, CACHE_USE_ALL, 0, found), -1);
	CU_ASSERT_EQUAL(
		address_cache_get(cache, &lower, PLX_TYPE_AAAA, CACHE_USE_EVIDENCE, 0, found), -1);
	CU_ASSERT_EQUAL(
		address_cache_get(cache, &lower, PLX_TYPE_AAAA, CACHE_USE_ALL, SECOND, found), -1);
	address_cache_put(cache, &server, PLX_TYPE_A, put_in, 0, SECOND, 0);
	CU_ASSERT_EQUAL(address_cache_get(cache, &lower, PLX_TYPE_A, CACHE_USE_ALL, 0, found), 0);
	packed_store_destroy(cache);
}

TEST(a_flush_forgets_a_zone_and_all_below_it)
{
	start();
	put(".", 9);
	put("test", 9);
	put("a.test", 9);
	put("x.a.test", 9);
	struct plx_name name = scripted_name("no.a.test");
	struct plx_name zone = scripted_name("a.test");
	negative_cache_put(cache, &name, PLX_TYPE_A, NEGATIVE_NODATA, PLX_DNSSEC_INSECURE, 60, 0);
	CU_ASSERT_EQUAL(delegation_cache_flush(cache, &zone), 3);
	CU_ASSERT_TRUE(closest_is("x.a.test", CACHE_USE_ALL, 0, "test"));
	struct plx_name root = scripted_name(".");
	CU_ASSERT_EQUAL(delegation_cache_flush(cache, &root), 2);
	CU_ASSERT_TRUE(closest_is("x.a.test", CACHE_USE_ALL, 0, NULL));
	packed_store_destroy(cache);
}

TEST(addresses_are_counted_once_and_four_to_a_server)
{
	struct plx_name zone = scripted_name("a.test");
	struct plx_name name = scripted_name("ns.a.test");
	struct plx_name other = scripted_name("ns2.a.test");
	struct delegation delegation;
	delegation_start(&delegation, &zone, 0);
	CU_ASSERT_EQUAL(delegation_add_name(&delegation, &name), 0);
	CU_ASSERT_EQUAL(delegation_add_name(&delegation, &other), 1);
	CU_ASSERT_EQUAL(delegation_add_name(&delegation, &name), 0);
	for (unsigned i = 0; i < 8; i++) {
		char text[16];
		snprintf(text, sizeof(text), "192.0.2.%u", i);
		struct plx_ip ip = scripted_ip(text);
		CU_ASSERT_EQUAL(delegation_add_address(&delegation, 0, &ip),
				i < DELEGATION_NAME_ADDRESSES_MAX);
		CU_ASSERT_FALSE(delegation_add_address(&delegation, 0, &ip));
		CU_ASSERT_EQUAL(delegation_add_address(&delegation, 1, &ip),
				i >= DELEGATION_NAME_ADDRESSES_MAX);
	}
}

TEST_MAIN(delegation_cache, T(the_closest_enclosing_zone_is_found),
	  T(an_expired_delegation_gives_way_to_its_parent),
	  T(evidence_uses_nothing_about_the_names_own_zone),
	  T(nodata_is_of_a_type_and_nxdomain_of_a_name_but_not_of_those_below),
	  T(a_full_delegation_comes_back_as_it_was),
	  T(addresses_of_a_server_are_kept_by_family_until_they_expire),
	  T(addresses_of_a_server_are_kept_by_family_until_they_expire),
	  T(a_flush_forgets_a_zone_and_all_below_it),
	  T(addresses_are_counted_once_and_four_to_a_server))

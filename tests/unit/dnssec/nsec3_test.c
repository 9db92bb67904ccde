// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/nsec3.h"

#include "cunit_runner.h"
#include "message_builder.h"
#include "zone_fixture.h"

#include <parallax/base/error.h>

// RFC 5155 appendix A: SHA-1, 12 iterations, salt aabbccdd.
static const char *const hashes[][2] = {
	{"example", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"},
	{"a.example", "35mthgpgcu1qg68fab165klnsnk3dpvl"},
	{"ai.example", "gjeqe526plbf1g8mklp59enfd789njgi"},
	{"ns1.example", "2t7b4g4vsa5smi47k61mv5bv1a22bojr"},
	{"ns2.example", "q04jkcevqvmu85r014c7dkba38o0ji5r"},
	{"w.example", "k8udemvp1j2f7eg6jebps17vp3n8i58h"},
	{"*.w.example", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"},
	{"x.w.example", "b4um86eghhds6nea196smvmlo4ors995"},
	{"y.w.example", "ji6neoaepv8b5o6k4ev33abha8ht9fgc"},
	{"x.y.w.example", "2vptu5timamqttgl4luu9kg21e0aor3s"},
	{"xx.example", "t644ebqk9bibcna874givr6joj62mlhv"},
	{"2t7b4g4vsa5smi47k61mv5bv1a22bojr.example", "kohar7mbb8dc2ce8a9qvl8hon4k53uhi"},
};

#define PARAMETERS "\1\0\0\14\4\xaa\xbb\xcc\xdd"
#define NEXT "\24abcdefghijklmnopqrst"
#define TYPES "\0\1\x40"

static int parse(const char *owner, const char *zone, const void *rdata, size_t length,
		 struct nsec3 *ret_nsec3)
{
	struct plx_name owner_name = fixture_name(owner);
	struct plx_name zone_name = fixture_name(zone);
	return nsec3_parse(&owner_name, &zone_name, rdata, length, ret_nsec3);
}

TEST(published_hashes_are_made_and_read)
{
	struct judge_budget budget = judge_budget_init();
	for (size_t i = 0; i < PLX_ARRAY_SIZE(hashes); i++) {
		char owner[64];
		uint8_t hash[NSEC3_HASH_BYTES];
		struct nsec3 nsec3;
		struct plx_name name = fixture_name(hashes[i][0]);
		snprintf(owner, sizeof(owner), "%s.example", hashes[i][1]);
		CU_ASSERT_EQUAL_FATAL(
			parse(owner, "example", OCTETS(PARAMETERS NEXT TYPES), &nsec3), 0);
		CU_ASSERT_EQUAL(nsec3_hash(&name, &nsec3, &budget, hash), NSEC3_HASH_MADE);
		CU_ASSERT_TRUE(nsec3_matches(&nsec3, hash));
		CU_ASSERT_FALSE(nsec3_covers(&nsec3, hash));
		hash[19] ^= 1;
		CU_ASSERT_FALSE(nsec3_matches(&nsec3, hash));
	}
	CU_ASSERT_EQUAL(budget.hashes_left, NSEC3_HASHES_PER_LOOKUP_MAX - PLX_ARRAY_SIZE(hashes));
}

TEST(budget_ends_hashing)
{
	struct judge_budget budget = {.hashes_left = 2};
	struct plx_name name = fixture_name("example");
	struct nsec3 nsec3 = {.salt = (const uint8_t *)""};
	uint8_t hash[NSEC3_HASH_BYTES];
	CU_ASSERT_EQUAL(nsec3_hash(&name, &nsec3, &budget, hash), NSEC3_HASH_MADE);
	CU_ASSERT_EQUAL(nsec3_hash(&name, &nsec3, &budget, hash), NSEC3_HASH_MADE);
	CU_ASSERT_EQUAL(nsec3_hash(&name, &nsec3, &budget, hash), NSEC3_HASH_LIMIT);
	CU_ASSERT_EQUAL(budget.hashes_left, 0);
}

#define OWNER "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example"

TEST(what_is_unknown_or_malformed_is_refused)
{
	static const char whole[] = PARAMETERS NEXT;
	struct nsec3 nsec3;
	for (size_t length = 0; length < sizeof(whole) - 1; length++) {
		CU_ASSERT_EQUAL(parse(OWNER, "example", whole, length, &nsec3), PLX_ERR_DNS_RDATA);
	}
	CU_ASSERT_EQUAL(parse(OWNER, "example", OCTETS(whole), &nsec3), 0); // no types
	CU_ASSERT_EQUAL(parse(OWNER, "example", OCTETS("\2\0\0\14\0" NEXT), &nsec3),
			PLX_ERR_DNS_RDATA); // algorithm
	for (unsigned flags = 0; flags < 256; flags++) {
		char rdata[] = "\1\0\0\14\0" NEXT;
		rdata[1] = (char)flags;
		CU_ASSERT_EQUAL(parse(OWNER, "example", OCTETS(rdata), &nsec3) == 0, flags <= 1);
	}
	CU_ASSERT_EQUAL(
		parse(OWNER, "example", OCTETS("\1\0\0\14\0\23abcdefghijklmnopqrs"), &nsec3),
		PLX_ERR_DNS_RDATA); // a hash of 19 octets
}

TEST(owner_is_a_hash_directly_below_the_zone)
{
	struct nsec3 nsec3;
	CU_ASSERT_EQUAL(parse(OWNER, "example", OCTETS(PARAMETERS NEXT), &nsec3), 0);
	CU_ASSERT_EQUAL(parse(OWNER, ".", OCTETS(PARAMETERS NEXT), &nsec3), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(parse(OWNER, "test", OCTETS(PARAMETERS NEXT), &nsec3), PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(parse("example", "example", OCTETS(PARAMETERS NEXT), &nsec3),
			PLX_ERR_DNS_RDATA);
	CU_ASSERT_EQUAL(parse("0p9mhaveqvm6t7vbl5lop2u3t2rp3to.example", "example",
			      OCTETS(PARAMETERS NEXT), &nsec3),
			PLX_ERR_DNS_RDATA); // 31 digits
	CU_ASSERT_EQUAL(parse("wp9mhaveqvm6t7vbl5lop2u3t2rp3tom.example", "example",
			      OCTETS(PARAMETERS NEXT), &nsec3),
			PLX_ERR_DNS_RDATA); // no such digit
}

static bool covers(uint8_t owner, uint8_t next, uint8_t hash)
{
	struct nsec3 nsec3 = {.owner_hash = {owner}, .next_hash = {next}};
	const uint8_t octets[NSEC3_HASH_BYTES] = {hash};
	return nsec3_covers(&nsec3, octets);
}

TEST(chain_is_a_circle)
{
	CU_ASSERT_TRUE(covers(1, 3, 2));
	CU_ASSERT_FALSE(covers(1, 3, 1));
	CU_ASSERT_FALSE(covers(1, 3, 3));
	CU_ASSERT_FALSE(covers(1, 3, 4));
	CU_ASSERT_TRUE(covers(3, 1, 4)); // the last
	CU_ASSERT_TRUE(covers(3, 1, 0));
	CU_ASSERT_FALSE(covers(3, 1, 2));
	CU_ASSERT_FALSE(covers(3, 1, 3));
	CU_ASSERT_FALSE(covers(3, 1, 1));
	CU_ASSERT_TRUE(covers(1, 1, 2)); // the only one
	CU_ASSERT_FALSE(covers(1, 1, 1));
}

TEST(chains_differ_by_iterations_and_salt)
{
	struct nsec3 a = {.iterations = 1, .salt_length = 2, .salt = (const uint8_t *)"ab"};
	struct nsec3 b = {.iterations = 1, .salt_length = 2, .salt = (const uint8_t *)"ab"};
	CU_ASSERT_TRUE(nsec3_has_same_chain(&a, &b));
	b.iterations = 2;
	CU_ASSERT_FALSE(nsec3_has_same_chain(&a, &b));
	b.iterations = 1;
	b.salt = (const uint8_t *)"ac";
	CU_ASSERT_FALSE(nsec3_has_same_chain(&a, &b));
	b.salt_length = 1;
	CU_ASSERT_FALSE(nsec3_has_same_chain(&a, &b));
}

TEST_MAIN(dnssec_nsec3, T(published_hashes_are_made_and_read), T(budget_ends_hashing),
	  T(what_is_unknown_or_malformed_is_refused), T(owner_is_a_hash_directly_below_the_zone),
	  T(chain_is_a_circle), T(chains_differ_by_iterations_and_salt))

// SPDX-License-Identifier: BSD-3-Clause
// Every letter of a name of any length has a new case by chance, and nothing else changes.

#include "transaction/letter_case.h"

#include <parallax/base/random_source.h>
#include <parallax/dns/name.h>

#include "cunit_runner.h"

#include <stdint.h>
#include <string.h>

#define DRAWS 400
#define FLIPS_MIN 120 // of DRAWS: 8 sigma
#define FLIPS_MAX 280
#define GUARD 0xee

static struct plx_random test_random;

static void start(void)
{
	static const uint8_t key[PLX_RANDOM_KEY_BYTES] = {4, 2};
	plx_random_init_fixed(&test_random, key);
}

// All that can stand in a name, letters of both cases among it.
static void fill(uint8_t *name, unsigned length)
{
	for (unsigned i = 0; i < length; i++) {
		name[i] = (uint8_t)(i % 3 == 0 ? 'a' + i % 26 : i % 3 == 1 ? 'A' + i % 26 : i * 7);
	}
}

static bool is_letter(uint8_t octet)
{
	return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
}

TEST(only_letters_change_and_the_wire_has_what_the_name_has)
{
	start();
	for (unsigned length = 1; length <= PLX_NAME_MAX; length++) {
		uint8_t before[PLX_NAME_MAX + 1];
		uint8_t name[PLX_NAME_MAX + 1];
		uint8_t wire[PLX_NAME_MAX + 1];
		fill(before, length);
		memcpy(name, before, length);
		name[length] = wire[length] = GUARD;
		letter_case_randomise(&test_random, name, length, wire);
		CU_ASSERT_TRUE(name[length] == GUARD && wire[length] == GUARD);
		CU_ASSERT_EQUAL(memcmp(name, wire, length), 0);
		for (unsigned i = 0; i < length; i++) {
			CU_ASSERT_TRUE(is_letter(before[i]) ? (name[i] | 0x20) == (before[i] | 0x20)
							    : name[i] == before[i]);
		}
	}
}

TEST(no_octet_but_a_letter_ever_changes)
{
	start();
	for (unsigned octet = 0; octet < 256; octet++) {
		uint8_t name[40];
		uint8_t wire[40];
		memset(name, (int)octet, sizeof(name));
		letter_case_randomise(&test_random, name, sizeof(name), wire);
		unsigned changed = 0;
		for (unsigned i = 0; i < sizeof(name); i++) {
			changed += name[i] != octet;
		}
		CU_ASSERT_EQUAL(changed > 0, is_letter((uint8_t)octet));
	}
}

TEST(every_letter_is_flipped_half_of_the_time)
{
	start();
	for (unsigned length = 1; length <= PLX_NAME_MAX; length += length < 70 ? 1 : 37) {
		unsigned flips[PLX_NAME_MAX] = {0};
		for (unsigned draw = 0; draw < DRAWS; draw++) {
			uint8_t name[PLX_NAME_MAX];
			uint8_t wire[PLX_NAME_MAX];
			memset(name, 'q', length);
			letter_case_randomise(&test_random, name, length, wire);
			for (unsigned i = 0; i < length; i++) {
				flips[i] += wire[i] == 'Q';
			}
		}
		for (unsigned i = 0; i < length; i++) {
			CU_ASSERT_TRUE(flips[i] > FLIPS_MIN && flips[i] < FLIPS_MAX);
		}
	}
}

TEST(no_two_letters_are_flipped_together)
{
	start();
	enum { LENGTH = 100 };
	static unsigned together[LENGTH][LENGTH];
	for (unsigned draw = 0; draw < DRAWS; draw++) {
		uint8_t name[LENGTH];
		uint8_t wire[LENGTH];
		memset(name, 'q', LENGTH);
		letter_case_randomise(&test_random, name, LENGTH, wire);
		for (unsigned i = 0; i < LENGTH; i++) {
			for (unsigned j = 0; j < i; j++) {
				together[i][j] += name[i] == name[j];
			}
		}
	}
	for (unsigned i = 0; i < LENGTH; i++) {
		for (unsigned j = 0; j < i; j++) {
			CU_ASSERT_TRUE(together[i][j] > FLIPS_MIN && together[i][j] < FLIPS_MAX);
		}
	}
}

TEST_MAIN(letter_case, T(only_letters_change_and_the_wire_has_what_the_name_has),
	  T(no_octet_but_a_letter_ever_changes), T(every_letter_is_flipped_half_of_the_time),
	  T(no_two_letters_are_flipped_together))

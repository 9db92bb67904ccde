// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/transaction_table.h"

#include "cunit_runner.h"

#include <string.h>

static struct transaction_table table;
static struct plx_name name;

static struct transaction_key key_of(const char *text, uint16_t qtype)
{
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(text, strlen(text), &name), 0);
	return (struct transaction_key) {
		.name = name.wire, .name_length = name.length, .qtype = qtype};
}

static uint32_t find(struct transaction_key *key)
{
	key->hash = transaction_key_hash(&table, key);
	return transaction_find(&table, key);
}

static uint32_t acquire(struct transaction_key *key)
{
	CU_ASSERT_EQUAL(find(key), SLOT_NONE);
	return transaction_acquire(&table, key);
}

static void start(void)
{
	const struct plx_siphash_key hash_key = {.k0 = 1, .k1 = 2};
	CU_ASSERT_EQUAL_FATAL(transaction_table_init(&table, 4, &hash_key), 0);
}

TEST(a_question_is_found_in_any_case_until_it_is_released)
{
	start();
	struct transaction_key key = key_of("www.Example.test", 257);
	uint32_t slot = acquire(&key);
	CU_ASSERT_NOT_EQUAL(slot, SLOT_NONE);
	key = key_of("WWW.example.TEST", 257);
	CU_ASSERT_EQUAL(find(&key), slot);
	key.qtype = 16;
	CU_ASSERT_EQUAL(find(&key), SLOT_NONE);
	key.qtype = 257;
	key.key_flags = 1;
	CU_ASSERT_EQUAL(find(&key), SLOT_NONE);
	key = key_of("ww.example.test", 257);
	CU_ASSERT_EQUAL(find(&key), SLOT_NONE);
	transaction_release(&table, slot);
	key = key_of("www.example.test", 257);
	CU_ASSERT_EQUAL(find(&key), SLOT_NONE);
	transaction_table_fini(&table);
}

TEST(all_slots_serve_before_one_serves_again)
{
	start();
	char text[] = "a.test";
	uint32_t first = SLOT_NONE;
	for (unsigned i = 0; i < 16; i++) {
		text[0] = (char)('a' + i);
		struct transaction_key key = key_of(text, 1);
		uint32_t slot = acquire(&key);
		CU_ASSERT_NOT_EQUAL(slot, first);
		first = i == 0 ? slot : first;
		transaction_release(&table, slot);
	}
	struct transaction_key key = key_of("z.test", 1);
	CU_ASSERT_EQUAL(acquire(&key), first);
	transaction_table_fini(&table);
}

TEST(a_full_table_refuses_and_recovers)
{
	start();
	char text[] = "a.test";
	for (unsigned i = 0; i < 16; i++) {
		text[0] = (char)('a' + i);
		struct transaction_key key = key_of(text, 1);
		CU_ASSERT_NOT_EQUAL(acquire(&key), SLOT_NONE);
	}
	struct transaction_key key = key_of("z.test", 1);
	CU_ASSERT_EQUAL(acquire(&key), SLOT_NONE);
	struct transaction_key other = key_of("c.test", 1);
	transaction_release(&table, find(&other));
	key = key_of("z.test", 1);
	CU_ASSERT_NOT_EQUAL(acquire(&key), SLOT_NONE);
	for (unsigned i = 0; i < 16; i++) {
		text[0] = (char)('a' + i);
		struct transaction_key each = key_of(text, 1);
		CU_ASSERT_EQUAL(find(&each) == SLOT_NONE, i == 2);
	}
	transaction_table_fini(&table);
}

TEST(earlier_generations_are_known_and_no_others)
{
	struct transaction transaction = {.generation = 12};
	transaction_start(&transaction, 0xfffd, 4); // two further
	uint16_t first = transaction.generation;
	CU_ASSERT_EQUAL(first, 14);
	CU_ASSERT_TRUE(transaction_had(&transaction, first, 4));
	CU_ASSERT_FALSE(transaction_had(&transaction, 11, 4));
	CU_ASSERT_FALSE(transaction_had(&transaction, 15, 4));
	CU_ASSERT_FALSE(transaction_had(&transaction, 16 + first, 4));
	for (unsigned i = 0; i < 5; i++) {
		uint16_t before = transaction.generation;
		transaction_renew(&transaction, 4);
		CU_ASSERT_NOT_EQUAL(transaction.generation, before);
		CU_ASSERT_TRUE(transaction.generation < 16);
		CU_ASSERT_TRUE(transaction_had(&transaction, before, 4));
		CU_ASSERT_TRUE(transaction_had(&transaction, first, 4));
		CU_ASSERT_EQUAL(transaction_age(&transaction, first, 4), i + 1);
		CU_ASSERT_FALSE(transaction_had(&transaction, 11, 4));
		CU_ASSERT_FALSE(
			transaction_had(&transaction, (transaction.generation + 1u) & 15, 4));
	}
	for (unsigned i = 0; i < 100; i++) {
		transaction_renew(&transaction, 4);
	}
	unsigned known = 0;
	for (uint32_t generation = 0; generation < 16; generation++) {
		known += transaction_had(&transaction, generation, 4);
	}
	CU_ASSERT_EQUAL(known, 8); // half of all: the others are forged for certain
}

TEST(generations_go_on_from_question_to_question)
{
	start();
	uint16_t seen[40];
	for (unsigned i = 0; i < 16 * PLX_ARRAY_SIZE(seen); i++) { // every slot serves as often
		struct transaction_key key = key_of("a.test", 1);
		uint32_t slot = acquire(&key);
		struct transaction *transaction = &table.slots[slot];
		transaction_start(transaction, i, 20);
		if (slot == 3) {
			seen[i / 16] = transaction->generation;
		}
		transaction_release(&table, slot);
	}
	for (unsigned i = 1; i < PLX_ARRAY_SIZE(seen); i++) {
		CU_ASSERT_NOT_EQUAL(seen[i], seen[i - 1]);
		CU_ASSERT_TRUE(transaction_had(&table.slots[3], seen[i], 20));
	}
	CU_ASSERT_FALSE(transaction_had(&table.slots[3], seen[39] + 0x10000u, 20));
	transaction_table_fini(&table);
}

TEST_MAIN(transaction_table, T(a_question_is_found_in_any_case_until_it_is_released),
	  T(all_slots_serve_before_one_serves_again), T(a_full_table_refuses_and_recovers),
	  T(earlier_generations_are_known_and_no_others),
	  T(generations_go_on_from_question_to_question))

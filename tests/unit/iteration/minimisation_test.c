// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/minimisation.h"

#include <parallax/dns/rr_type.h>

#include "cunit_runner.h"
#include "scripted_reply.h"

#include <string.h>

static struct plx_name name;
static struct minimisation minimisation;

static void start(const char *text, uint16_t probe_type, unsigned known)
{
	name = scripted_name(text);
	minimisation_start(&minimisation, &name, probe_type, known);
}

static bool asks(const char *text, uint16_t type)
{
	struct plx_name expected = scripted_name(text);
	struct plx_name asked;
	uint16_t asked_type;
	minimisation_question(&minimisation, &name, PLX_TYPE_CAA, &asked, &asked_type);
	return plx_name_equal(&asked, &expected) && asked_type == type;
}

TEST(each_zone_is_asked_about_one_label_more)
{
	start("www.shop.example.test", PLX_TYPE_NS, 0);
	CU_ASSERT_TRUE(asks("test", PLX_TYPE_NS));
	CU_ASSERT_TRUE(minimisation_advance(&minimisation, &name, 1));
	CU_ASSERT_TRUE(asks("example.test", PLX_TYPE_NS));
	// No cut at example.test: the same zone's servers are asked about the next label.
	CU_ASSERT_TRUE(minimisation_advance(&minimisation, &name, 2));
	CU_ASSERT_TRUE(asks("shop.example.test", PLX_TYPE_NS));
	CU_ASSERT_TRUE(minimisation_advance(&minimisation, &name, 3));
	CU_ASSERT_TRUE(asks("www.shop.example.test", PLX_TYPE_CAA));
	CU_ASSERT_TRUE(minimisation_is_whole(&minimisation));
	CU_ASSERT_FALSE(minimisation_advance(&minimisation, &name, 4));
}

TEST(a_referral_further_down_skips_labels)
{
	start("www.shop.example.test", PLX_TYPE_A, 0);
	CU_ASSERT_TRUE(minimisation_advance(&minimisation, &name, 3));
	CU_ASSERT_TRUE(asks("www.shop.example.test", PLX_TYPE_CAA));
}

TEST(a_name_of_127_labels_costs_11_questions_at_most)
{
	char text[256];
	for (unsigned i = 0; i < 126; i++) {
		memcpy(text + 2 * i, "x.", 2);
	}
	text[252] = 'x';
	text[253] = '\0';
	start(text, PLX_TYPE_A, 0);
	unsigned questions = 1;
	unsigned single = minimisation.asked == 1;
	while (!minimisation_is_whole(&minimisation)) {
		unsigned before = minimisation.asked;
		CU_ASSERT_TRUE_FATAL(minimisation_advance(&minimisation, &name, before));
		CU_ASSERT_TRUE_FATAL(minimisation.asked > before);
		single += minimisation.asked == before + 1;
		questions++;
	}
	CU_ASSERT_TRUE(questions <= MINIMISATION_STEPS_MAX + 1);
	CU_ASSERT_EQUAL(single, MINIMISATION_SINGLE_LABEL_STEPS);
}

TEST(after_a_fall_back_the_whole_name_is_asked_also_further_down)
{
	start("a.b.c.example.test", PLX_TYPE_A, 1);
	CU_ASSERT_TRUE(asks("example.test", PLX_TYPE_A));
	minimisation_fall_back(&minimisation);
	CU_ASSERT_TRUE(asks("a.b.c.example.test", PLX_TYPE_CAA));
	CU_ASSERT_FALSE(minimisation_advance(&minimisation, &name, 3));
	CU_ASSERT_TRUE(asks("a.b.c.example.test", PLX_TYPE_CAA));
}

TEST(without_a_probe_type_nothing_is_shortened)
{
	start("a.b.c.example.test", 0, 0);
	CU_ASSERT_TRUE(asks("a.b.c.example.test", PLX_TYPE_CAA));
	start(".", PLX_TYPE_A, 0);
	CU_ASSERT_TRUE(asks(".", PLX_TYPE_CAA));
}

TEST(underscore_labels_are_taken_together)
{
	start("_443._tcp.example.test", PLX_TYPE_A, 2);
	CU_ASSERT_TRUE(asks("_443._tcp.example.test", PLX_TYPE_CAA));
	start("a._x.b.test", PLX_TYPE_A, 2);
	CU_ASSERT_TRUE(asks("a._x.b.test", PLX_TYPE_CAA) || asks("_x.b.test", PLX_TYPE_A));
}

TEST_MAIN(minimisation, T(each_zone_is_asked_about_one_label_more),
	  T(a_referral_further_down_skips_labels),
	  T(a_name_of_127_labels_costs_11_questions_at_most),
	  T(after_a_fall_back_the_whole_name_is_asked_also_further_down),
	  T(without_a_probe_type_nothing_is_shortened), T(underscore_labels_are_taken_together))

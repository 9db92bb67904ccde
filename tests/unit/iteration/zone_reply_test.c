// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/zone_reply.h"

#include <parallax/dns/rr_type.h>

#include "cunit_runner.h"
#include "scripted_reply.h"

#include <stdio.h>
#include <string.h>

static struct scripted_reply reply;
static struct zone_reply judged;

static enum zone_reply_kind judge_type(const char *zone_text, const char *name_text, uint16_t type,
				       const char *flags, const char *records)
{
	char question[1200];
	char type_text[PLX_TYPE_TEXT_MAX];
	struct plx_name zone = scripted_name(zone_text);
	struct plx_name name = scripted_name(name_text);
	snprintf(question, sizeof(question), "%s %s", name_text, plx_type_format(type, type_text));
	scripted_reply(&reply, question, flags, records);
	zone_reply_judge(&reply.message, &zone, &name, type, &judged);
	return judged.kind;
}

static enum zone_reply_kind judge(const char *zone, const char *name, const char *flags,
				  const char *records)
{
	return judge_type(zone, name, PLX_TYPE_A, flags, records);
}

static bool owner_is(const char *text)
{
	struct plx_name name = scripted_name(text);
	return plx_name_equal(&judged.owner, &name);
}

static bool has_server(unsigned index, const char *text)
{
	struct plx_name expected = scripted_name(text);
	struct plx_name name;
	if (index >= judged.referral.servers.delegation.name_count) {
		return false;
	}
	delegation_name(&judged.referral.servers.delegation, index, &name);
	return plx_name_equal(&name, &expected);
}

TEST(an_authoritative_rrset_is_the_answer)
{
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa", "an www.a.test 60 A 192.0.2.1\n"),
			ZONE_REPLY_RECORDS);
	CU_ASSERT_TRUE(owner_is("www.a.test"));
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "", "an www.a.test 60 A 192.0.2.1\n"),
			ZONE_REPLY_LAME);
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "ra", "an www.a.test 60 A 192.0.2.1\n"),
			ZONE_REPLY_LAME);
	CU_ASSERT_EQUAL(
		judge("a.test", "www.a.test", "aa nxdomain", "an www.a.test 60 A 192.0.2.1\n"),
		ZONE_REPLY_BROKEN);
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa", "an mail.a.test 60 A 192.0.2.1\n"),
			ZONE_REPLY_BROKEN);
}

TEST(a_reply_to_another_question_is_broken)
{
	struct plx_name zone = scripted_name("a.test");
	struct plx_name name = scripted_name("www.a.test");
	scripted_reply(&reply, "mail.a.test A", "aa", "an www.a.test 60 A 192.0.2.1\n");
	zone_reply_judge(&reply.message, &zone, &name, PLX_TYPE_A, &judged);
	CU_ASSERT_EQUAL(judged.kind, ZONE_REPLY_BROKEN);
	scripted_reply(&reply, "www.a.test AAAA", "aa", "an www.a.test 60 A 192.0.2.1\n");
	zone_reply_judge(&reply.message, &zone, &name, PLX_TYPE_A, &judged);
	CU_ASSERT_EQUAL(judged.kind, ZONE_REPLY_BROKEN);
}

TEST(a_truncated_reply_says_nothing_else)
{
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa tc nxdomain", "au a.test 60 SOA 60\n"),
			ZONE_REPLY_TRUNCATED);
}

TEST(negative_answers_need_the_right_zone)
{
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa", "au a.test 300 SOA 60\n"),
			ZONE_REPLY_NODATA);
	CU_ASSERT_EQUAL(judged.negative_ttl_s, 60);
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa nxdomain", "au a.test 30 SOA 60\n"),
			ZONE_REPLY_NXDOMAIN);
	CU_ASSERT_EQUAL(judged.negative_ttl_s, 30);
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa", "au a.test 999999 SOA 999999\n"),
			ZONE_REPLY_NODATA);
	CU_ASSERT_EQUAL(judged.negative_ttl_s, NEGATIVE_TTL_MAX_S);
	// A server of parent and child may speak for the child.
	CU_ASSERT_EQUAL(judge("test", "www.a.test", "aa", "au a.test 300 SOA 60\n"),
			ZONE_REPLY_NODATA);
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa nxdomain", "au test 300 SOA 60\n"),
			ZONE_REPLY_LAME);
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa nxdomain", "au b.test 300 SOA 60\n"),
			ZONE_REPLY_LAME);
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "nxdomain", "au a.test 300 SOA 60\n"),
			ZONE_REPLY_LAME);
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa", ""), ZONE_REPLY_NODATA);
	CU_ASSERT_EQUAL(judged.negative_ttl_s, 0);
}

TEST(the_ds_of_a_zone_is_its_parents_to_deny)
{
	CU_ASSERT_EQUAL(judge_type("test", "a.test", PLX_TYPE_DS, "aa", "au test 300 SOA 60\n"),
			ZONE_REPLY_NODATA);
	CU_ASSERT_EQUAL(judge_type("test", "a.test", PLX_TYPE_DS, "aa", "au a.test 300 SOA 60\n"),
			ZONE_REPLY_LAME);
	CU_ASSERT_EQUAL(
		judge_type("test", "a.test", PLX_TYPE_DS, "", "au a.test 300 NS ns.a.test\n"),
		ZONE_REPLY_LAME);
}

TEST(rcodes_that_answer_nothing_fail)
{
	static const char *const words[] = {"servfail", "refused",     "formerr",
					    "notimp",   "aa servfail", "aa yxdomain"};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(words); i++) {
		CU_ASSERT_EQUAL(judge("a.test", "www.a.test", words[i], ""), ZONE_REPLY_FAILED);
	}
}

TEST(a_referral_leads_down_towards_the_name)
{
	CU_ASSERT_EQUAL(judge("test", "www.a.test", "",
			      "au a.test 300 NS ns.a.test\nau a.test 200 NS ns.b.test\n"
			      "ad ns.a.test 100 A 192.0.2.1\nad ns.a.test 500 AAAA 2001:db8::1\n"),
			ZONE_REPLY_REFERRAL);
	const struct ns_set *servers = &judged.referral.servers;
	struct plx_name zone = scripted_name("a.test");
	CU_ASSERT_TRUE(plx_name_equal(&servers->delegation.zone, &zone));
	CU_ASSERT_EQUAL(servers->ttl, 100);
	CU_ASSERT_EQUAL(servers->delegation.name_count, 2);
	CU_ASSERT_TRUE(has_server(0, "ns.a.test") && has_server(1, "ns.b.test"));
	CU_ASSERT_EQUAL_FATAL(servers->delegation.address_count, 2);
	struct plx_ip ip = scripted_ip("192.0.2.1");
	CU_ASSERT_TRUE(plx_ip_equal(&servers->delegation.addresses[0], &ip));
	CU_ASSERT_FALSE(delegation_has_address(&servers->delegation, 1));
}

TEST(referrals_up_sideways_and_to_nothing_are_lame)
{
	static const char *const records[] = {
		"au . 300 NS a.root\n",          "au test 300 NS ns.test\n",
		"au b.test 300 NS ns.b.test\n",  "au www.a.test.b 300 NS x.test\n",
		"au x.www.a.test 1 NS x.test\n", "",
	};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(records); i++) {
		CU_ASSERT_EQUAL(judge("test", "www.a.test", "", records[i]), ZONE_REPLY_LAME);
	}
	// Claims authority and refers: which is it?
	CU_ASSERT_EQUAL(judge("test", "www.a.test", "aa", "au a.test 300 NS ns.a.test\n"),
			ZONE_REPLY_LAME);
	CU_ASSERT_EQUAL(judge("test", "www.a.test", "nxdomain", "au a.test 300 NS ns.a.test\n"),
			ZONE_REPLY_LAME);
}

TEST(referrals_to_two_children_are_broken)
{
	CU_ASSERT_EQUAL(judge("test", "www.x.a.test", "",
			      "au a.test 300 NS ns.a.test\nau x.a.test 300 NS ns.b.test\n"),
			ZONE_REPLY_BROKEN);
	CU_ASSERT_EQUAL(judge("test", "www.x.a.test", "",
			      "au b.test 300 NS ns.b.test\nau a.test 300 NS ns.a.test\n"),
			ZONE_REPLY_REFERRAL);
	CU_ASSERT_TRUE(has_server(0, "ns.a.test"));
}

TEST(glue_is_believed_for_its_own_delegation_and_in_bailiwick_only)
{
	CU_ASSERT_EQUAL(judge("test", "www.a.test", "",
			      "au a.test 300 NS ns.a.test\nau a.test 300 NS ns.example.com\n"
			      "au a.test 300 NS ns.b.test\n"
			      "ad ns.example.com 300 A 192.0.2.66\n"
			      "ad www.a.test 300 A 192.0.2.67\nad ns.c.test 300 A 192.0.2.68\n"
			      "ad ns.b.test 300 A 192.0.2.2\nau ns.a.test 300 A 192.0.2.69\n"),
			ZONE_REPLY_REFERRAL);
	const struct delegation *d = &judged.referral.servers.delegation;
	struct plx_ip ip = scripted_ip("192.0.2.2");
	CU_ASSERT_EQUAL(d->name_count, 3);
	CU_ASSERT_EQUAL_FATAL(d->address_count, 1);
	CU_ASSERT_TRUE(plx_ip_equal(&d->addresses[0], &ip));
	// Names with glue come first.
	CU_ASSERT_TRUE(has_server(0, "ns.b.test"));
}

TEST(a_referral_to_1000_servers_is_cut)
{
	static char records[1000 * 40];
	size_t length = 0;
	for (unsigned i = 0; i < 1000; i++) {
		length += (size_t)snprintf(records + length, sizeof(records) - length,
					   "au a.test 300 NS n%u.v.test\n", i);
	}
	CU_ASSERT_EQUAL(judge("test", "www.a.test", "", records), ZONE_REPLY_REFERRAL);
	CU_ASSERT_EQUAL(judged.referral.servers.record_count, 1000);
	CU_ASSERT_EQUAL(judged.referral.servers.delegation.name_count, DELEGATION_NAMES_MAX);
}

TEST(what_proves_the_childs_security_is_noted)
{
	CU_ASSERT_EQUAL(judge("test", "www.a.test", "",
			      "au a.test 300 NS ns.a.test\nau a.test 300 DS 00010d02aa\n"
			      "au a.test 300 RRSIG 002b0d02\nau b.test 300 DS 00010d02aa\n"
			      "au x.test 300 NSEC3 0101\nau a.test 300 RRSIG 00010d02\n"),
			ZONE_REPLY_REFERRAL);
	const struct referral_proof *proof = &judged.referral.proof;
	CU_ASSERT_EQUAL(proof->ds_count, 1);
	CU_ASSERT_EQUAL(proof->nsec3_count, 1);
	CU_ASSERT_EQUAL(proof->nsec_count, 0);
	CU_ASSERT_EQUAL(proof->record_count, 3);
	CU_ASSERT_FALSE(proof->is_cut);
}

TEST(an_alias_is_followed_as_far_as_the_zone_may_speak)
{
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa",
			      "an www.a.test 60 CNAME x.a.test\nan x.a.test 60 A 192.0.2.1\n"),
			ZONE_REPLY_RECORDS);
	CU_ASSERT_TRUE(owner_is("x.a.test"));
	CU_ASSERT_EQUAL(judged.alias_count, 1);
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa",
			      "an www.a.test 60 CNAME x.b.test\nan x.b.test 60 A 192.0.2.66\n"),
			ZONE_REPLY_ALIAS);
	CU_ASSERT_TRUE(owner_is("x.b.test"));
	// The NXDOMAIN is about a name that the zone has no say in.
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa nxdomain",
			      "an www.a.test 60 CNAME x.b.test\nau a.test 60 SOA 60\n"),
			ZONE_REPLY_ALIAS);
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa nxdomain",
			      "an www.a.test 60 CNAME x.a.test\nau a.test 60 SOA 60\n"),
			ZONE_REPLY_NXDOMAIN);
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa", "an www.a.test 60 CNAME x.a.test\n"),
			ZONE_REPLY_ALIAS);
}

TEST(aliases_that_contradict_loop_or_never_end_are_refused)
{
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa",
			      "an www.a.test 60 CNAME x.a.test\nan www.a.test 60 CNAME y.a.test\n"),
			ZONE_REPLY_BROKEN);
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa",
			      "an www.a.test 60 CNAME x.a.test\nan www.a.test 60 A 192.0.2.1\n"),
			ZONE_REPLY_BROKEN);
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa",
			      "an www.a.test 60 CNAME x.a.test\nan x.a.test 60 CNAME www.a.test\n"),
			ZONE_REPLY_ALIAS_LOOP);
	char records[2000];
	size_t length = 0;
	length += (size_t)snprintf(records, sizeof(records), "an www.a.test 1 CNAME 0.a.test\n");
	for (unsigned i = 0; i < WORK_ALIASES_MAX; i++) {
		length += (size_t)snprintf(records + length, sizeof(records) - length,
					   "an %u.a.test 1 CNAME %u.a.test\n", i, i + 1);
	}
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa", records), ZONE_REPLY_ALIAS_LIMIT);
}

TEST(the_synthesis_of_a_dname_is_checked)
{
	CU_ASSERT_EQUAL(judge("a.test", "www.d.a.test", "aa", "an d.a.test 60 DNAME b.test\n"),
			ZONE_REPLY_ALIAS);
	CU_ASSERT_TRUE(owner_is("www.b.test"));
	CU_ASSERT_EQUAL(judge("a.test", "www.d.a.test", "aa",
			      "an d.a.test 60 DNAME b.test\nan www.d.a.test 60 CNAME www.b.test\n"),
			ZONE_REPLY_ALIAS);
	CU_ASSERT_TRUE(owner_is("www.b.test"));
	CU_ASSERT_EQUAL(judge("a.test", "www.d.a.test", "aa",
			      "an d.a.test 60 DNAME b.test\nan www.d.a.test 60 CNAME evil.test\n"),
			ZONE_REPLY_BROKEN);
	CU_ASSERT_EQUAL(judge("a.test", "www.d.a.test", "aa",
			      "an d.a.test 60 DNAME b.test\nan www.d.a.test 60 A 192.0.2.1\n"),
			ZONE_REPLY_BROKEN);
	CU_ASSERT_EQUAL(judge("a.test", "www.d.a.test", "aa",
			      "an d.a.test 60 DNAME b.test\nan a.test 60 DNAME c.test\n"),
			ZONE_REPLY_BROKEN);
	// A DNAME above the zone is not the server's to give.
	CU_ASSERT_EQUAL(judge("a.test", "www.a.test", "aa", "an test 60 DNAME evil.test\n"),
			ZONE_REPLY_BROKEN);
	// It does not redirect its own owner.
	CU_ASSERT_EQUAL(judge("a.test", "d.a.test", "aa", "au a.test 60 SOA 60\n"),
			ZONE_REPLY_NODATA);
	CU_ASSERT_EQUAL(judge_type("a.test", "d.a.test", PLX_TYPE_DNAME, "aa",
				   "an d.a.test 60 DNAME b.test\n"),
			ZONE_REPLY_RECORDS);
}

TEST(a_dname_that_yields_256_octets_is_refused)
{
	char name[300];
	char label[64];
	char records[200];
	memset(label, 'x', 63);
	label[63] = '\0';
	snprintf(name, sizeof(name), "%s.%s.%.40s.d.a.test", label, label, label);
	snprintf(records, sizeof(records), "an d.a.test 60 DNAME %s.%.15s.test\n", label, label);
	CU_ASSERT_EQUAL(judge("a.test", name, "aa", records), ZONE_REPLY_ALIAS);
	CU_ASSERT_EQUAL(judged.owner.length, PLX_NAME_MAX);
	snprintf(records, sizeof(records), "an d.a.test 60 DNAME %s.%.16s.test\n", label, label);
	CU_ASSERT_EQUAL(judge("a.test", name, "aa yxdomain", records), ZONE_REPLY_ALIAS_TOO_LONG);
	CU_ASSERT_EQUAL(judge("a.test", name, "aa", records), ZONE_REPLY_ALIAS_TOO_LONG);
}

TEST(a_question_for_a_cname_is_answered_by_it)
{
	CU_ASSERT_EQUAL(judge_type("a.test", "www.a.test", PLX_TYPE_CNAME, "aa",
				   "an www.a.test 60 CNAME x.b.test\n"),
			ZONE_REPLY_RECORDS);
	CU_ASSERT_EQUAL(judge_type("a.test", "www.d.a.test", PLX_TYPE_CNAME, "aa",
				   "an d.a.test 60 DNAME b.test\n"
				   "an www.d.a.test 60 CNAME www.b.test\n"),
			ZONE_REPLY_RECORDS);
	CU_ASSERT_EQUAL(judge_type("a.test", "www.d.a.test", PLX_TYPE_CNAME, "aa",
				   "an d.a.test 60 DNAME b.test\n"),
			ZONE_REPLY_BROKEN);
}

TEST_MAIN(zone_reply, T(an_authoritative_rrset_is_the_answer),
	  T(a_reply_to_another_question_is_broken), T(a_truncated_reply_says_nothing_else),
	  T(negative_answers_need_the_right_zone), T(the_ds_of_a_zone_is_its_parents_to_deny),
	  T(rcodes_that_answer_nothing_fail), T(a_referral_leads_down_towards_the_name),
	  T(referrals_up_sideways_and_to_nothing_are_lame), T(referrals_to_two_children_are_broken),
	  T(glue_is_believed_for_its_own_delegation_and_in_bailiwick_only),
	  T(a_referral_to_1000_servers_is_cut), T(what_proves_the_childs_security_is_noted),
	  T(an_alias_is_followed_as_far_as_the_zone_may_speak),
	  T(aliases_that_contradict_loop_or_never_end_are_refused),
	  T(the_synthesis_of_a_dname_is_checked), T(a_dname_that_yields_256_octets_is_refused),
	  T(a_question_for_a_cname_is_answered_by_it))

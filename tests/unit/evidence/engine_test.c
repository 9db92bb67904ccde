// SPDX-License-Identifier: BSD-3-Clause
// What the engine of iterative look-ups writes down, replay agrees with: look-ups in a network that works, and in ones that
// do not, kept as files and judged again.

#include "cunit_runner.h"

#include "recursor_world.h"

#include <parallax/dns/rr_type.h>
#include <parallax/evidence/evidence.h>
#include <parallax/evidence/explain.h>
#include <parallax/evidence/replay.h>
#include <parallax/exchange/trace.h>

#include "dnssec/canonical_rrset.h"
#include "validation/proof.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Of no key: what is below it cannot be proved.
#define ROOT_ANCHOR                                                                                \
	". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n"
#define OTHER_ANCHOR                                                                               \
	"other. IN DS 20326 8 2 "                                                                  \
	"E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n"

static struct world world;
static struct trust_anchors anchors;
static struct canonical_workspace workspace;

// As a validator thread does.
static void judge(struct world *judged, struct validation_request *request)
{
	static const struct dnssec_policy policy = {.nsec3_iterations_max = NSEC3_ITERATIONS_MAX,
						    .rsa_bits_min = RSA_BITS_MIN};
	const struct proof_judge by = {.anchors = &anchors,
				       .judge = {.workspace = &workspace,
						 .policy = &policy,
						 .budget = &request->budget,
						 .now_s = request->now_s}};
	request->step = proof_judge(&by, &request->proof, request->needs, &request->need_count,
				    &request->verdict);
}

static void tell(void *context, const char *where, const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", (const char *)context, where, what);
}

static struct plx_job job_of(const char *question)
{
	char name[300];
	char type[16];
	struct plx_job job = {.kind = PLX_JOB_LOOKUP,
			      .resolution = PLX_RESOLUTION_ITERATIVE,
			      .flags = PLX_JOB_TRACE | PLX_JOB_NO_CACHE,
			      .qtype = PLX_TYPE_CAA};
	CU_ASSERT_EQUAL_FATAL(sscanf(question, "%299s %15s", name, type), 2);
	job.name = scripted_name(name);
	if (strcmp(type, "relevant") == 0) {
		job.kind = PLX_JOB_RELEVANT_CAA;
	} else {
		CU_ASSERT_EQUAL_FATAL(plx_type_parse(type, strlen(type), &job.qtype), 0);
	}
	return job;
}

// Through the file and back.
static struct plx_evidence *kept_evidence(const struct plx_job *job,
					  const struct plx_evidence_terms *terms)
{
	char fault[PLX_EVIDENCE_FAULT_MAX];
	struct plx_evidence *made = NULL;
	struct plx_evidence *read = NULL;
	struct plx_text text = plx_text_growing();
	CU_ASSERT_EQUAL_FATAL(plx_evidence_create(job, terms, &world.results[0].result,
						  world.results[0].body, &made),
			      0);
	CU_ASSERT_EQUAL_FATAL(plx_evidence_write(made, &text), 0);
	CU_ASSERT_EQUAL_FATAL(plx_evidence_read(text.bytes, text.length, &read, fault), 0);
	plx_evidence_destroy(made);
	plx_text_free(&text);
	return read;
}

static void expect_agreement(const char *question, const char *anchor_text,
			     const struct scripted_server *servers, unsigned count)
{
	struct plx_replay_report report = {.verdict = PLX_REPLAY_NOT_EVALUATED};
	const struct plx_evidence_terms terms = plx_evidence_terms_production(anchor_text);
	const struct plx_job job = job_of(question);
	unsigned line;
	world_prepare(&world);
	world.config.validates = anchor_text != NULL;
	world.judge = judge;
	if (anchor_text != NULL) {
		const struct dnssec_policy policy = dnssec_policy_production();
		CU_ASSERT_EQUAL_FATAL(trust_anchors_parse(anchor_text, strlen(anchor_text), &policy,
							  &anchors, &line),
				      0);
	}
	world_start(&world);
	world_use(&world, servers, count);
	world_look_up(&world, question, job.flags);
	struct plx_evidence *evidence = kept_evidence(&job, &terms);
	CU_ASSERT_EQUAL(plx_replay(evidence, tell, (void *)(uintptr_t)question, &report), 0);
	CU_ASSERT_EQUAL(report.verdict, PLX_REPLAY_AGREES);
	CU_ASSERT(report.queries > 0);
	if (report.verdict != PLX_REPLAY_AGREES) {
		struct plx_text text = plx_text_growing();
		CU_ASSERT_EQUAL(plx_explain(evidence, false, &text), 0);
		fprintf(stderr, "%.*s", (int)text.length, text.bytes);
		plx_text_free(&text);
	}
	plx_evidence_destroy(evidence);
	world_stop(&world);
}

TEST(answers_agree)
{
	expect_agreement("WWW.a.test A", NULL, NULL, 0);
	expect_agreement("nothing.a.test A", NULL, NULL, 0);
	expect_agreement("a.test DS", NULL, NULL, 0);
}

TEST(climbs_agree)
{
	const struct scripted_server servers[] = {
		{SERVER_A, "a.test CAA", "aa", "an a.test 60 CAA ca.example\n"},
	};
	expect_agreement("*.www.a.test relevant", NULL, servers, 1);
	expect_agreement("*.WWW.b.test relevant", NULL, servers, 1);
}

TEST(aliases_agree)
{
	const struct scripted_server servers[] = {
		{SERVER_A, "x.a.test *", "aa", "an x.a.test 60 CNAME www.b.test\n"},
		{SERVER_A, "*.d.a.test *", "aa",
		 "an d.a.test 60 DNAME b.test\nan www.d.a.test 0 CNAME www.b.test\n"},
		{SERVER_A, "loop.a.test *", "aa", "an loop.a.test 60 CNAME loop.b.test\n"},
		{SERVER_B, "loop.b.test *", "aa", "an loop.b.test 60 CNAME loop.a.test\n"},
	};
	expect_agreement("x.a.test A", NULL, servers, PLX_ARRAY_SIZE(servers));
	expect_agreement("x.a.test relevant", NULL, servers, PLX_ARRAY_SIZE(servers));
	expect_agreement("www.d.a.test A", NULL, servers, PLX_ARRAY_SIZE(servers));
	expect_agreement("loop.a.test A", NULL, servers, PLX_ARRAY_SIZE(servers));
}

TEST(servers_without_glue_agree)
{
	const struct scripted_server servers[] = {
		{TLD, "*.a.test *", "", "au a.test 3600 NS ns.b.test\n"},
		{SERVER_B, "www.a.test A", "aa", "an www.a.test 300 A 203.0.113.1\n"},
	};
	expect_agreement("www.a.test A", NULL, servers, PLX_ARRAY_SIZE(servers));
}

TEST(failures_agree)
{
	const struct scripted_server silent[] = {{SERVER_A, "*", "timeout", ""}};
	const struct scripted_server lame[] = {{SERVER_A, "*", "refused", ""}};
	const struct scripted_server far[] = {{SERVER_A, "*", "unreachable", ""}};
	expect_agreement("www.a.test A", NULL, silent, 1);
	expect_agreement("www.a.test relevant", NULL, lame, 1);
	expect_agreement("www.a.test A", NULL, far, 1);
}

// Each has a proof of the zone that failed, which replay finds by itself.
TEST(failures_with_a_proof_agree)
{
	static const struct {
		const char *question;
		struct scripted_server server;
	} cases[] = {
		{"www.a.test A", {SERVER_A, "*", "timeout", ""}},
		{"www.a.test relevant", {SERVER_A, "*", "refused", ""}},
		{"a.b.c.a.test relevant", {SERVER_A, "*", "servfail", ""}},
		{"www.a.test relevant", {SERVER_A, "a.test CAA", "refused", ""}},
		{"www.a.test A", {SERVER_A, "*", "unreachable", ""}},
		{"www.a.test A", {SERVER_A, "*", "", ""}},
		{"www.a.test A", {TLD, "*", "timeout", ""}},
		{"www.a.test relevant", {TLD, "*", "refused", ""}},
		{"a.test DS", {TLD, "*", "refused", ""}},
		{"a.test DNSKEY", {SERVER_A, "*", "refused", ""}},
		{"www.a.test A", {ROOT, "*", "timeout", ""}},
		{"www.a.test A", {TLD, "*", "", "au a.test 3600 NS ns.a.test\n"}},
		{"www.a.test A", {TLD, "*", "", "au a.test 3600 NS ns.none\n"}},
		{"www.a.test A", {TLD, "*", "", "au a.test 3600 NS ns.none.b.test\n"}},
		{"www.a.test A", {SERVER_A, "*", "", "au www.a.test 3600 NS ns.www.a.test\n"}},
		{"x.a.test A", {SERVER_A, "x.a.test *", "aa", "an x.a.test 60 CNAME x.a.test\n"}},
		{"x.a.test A",
		 {SERVER_A, "x.a.test *", "aa", "an x.a.test 60 CNAME y.nowhere.b.c.none\n"}},
	};
	const struct scripted_server keys[] = {
		{ROOT, ". DNSKEY", "aa", "an . 60 DNSKEY 0101030801020304\n"},
		{ROOT, "*.none *", "aa nxdomain", "au . 60 SOA a.root a.root 1 2 3 4 60\n"},
	};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		const struct scripted_server servers[] = {keys[0], keys[1], cases[i].server};
		expect_agreement(cases[i].question, ROOT_ANCHOR, servers, PLX_ARRAY_SIZE(servers));
	}
	const struct scripted_server aliases[] = {
		keys[0],
		{SERVER_A, "x.a.test *", "aa", "an x.a.test 60 CNAME www.b.test\n"},
		{SERVER_A, "loop.a.test *", "aa", "an loop.a.test 60 CNAME loop.b.test\n"},
		{SERVER_B, "loop.b.test *", "aa", "an loop.b.test 60 CNAME loop.a.test\n"},
		{SERVER_B, "*", "refused", ""},
	};
	expect_agreement("x.a.test A", ROOT_ANCHOR, aliases, PLX_ARRAY_SIZE(aliases));
	expect_agreement("x.a.test relevant", ROOT_ANCHOR, aliases, PLX_ARRAY_SIZE(aliases));
	expect_agreement("loop.a.test A", ROOT_ANCHOR, aliases, PLX_ARRAY_SIZE(aliases));
}

TEST(tcp_agrees)
{
	const struct scripted_server servers[] = {
		{SERVER_A, "www.a.test A", "tcp:aa", "an www.a.test 300 A 203.0.113.1\n"},
		{SERVER_A, "www.a.test A", "aa tc", ""},
	};
	expect_agreement("www.a.test A", NULL, servers, PLX_ARRAY_SIZE(servers));
}

TEST(names_without_anchor_agree)
{
	expect_agreement("www.a.test A", OTHER_ANCHOR, NULL, 0);
	expect_agreement("www.a.test relevant", OTHER_ANCHOR, NULL, 0);
}

TEST(bogus_zones_agree)
{
	const struct scripted_server servers[] = {
		{ROOT, ". DNSKEY", "aa", "an . 60 DNSKEY 0101030801020304\n"},
	};
	const struct scripted_server silent[] = {{ROOT, ". DNSKEY", "timeout", ""}};
	expect_agreement("www.a.test A", ROOT_ANCHOR, servers, 1);
	expect_agreement("www.a.test A", ROOT_ANCHOR, silent, 1);
	expect_agreement("www.a.test relevant", ROOT_ANCHOR, silent, 1);
}

TEST_MAIN(engine, T(answers_agree), T(climbs_agree), T(aliases_agree),
	  T(servers_without_glue_agree), T(failures_agree), T(failures_with_a_proof_agree),
	  T(tcp_agrees), T(names_without_anchor_agree), T(bogus_zones_agree))

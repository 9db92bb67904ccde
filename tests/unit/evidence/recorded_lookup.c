// SPDX-License-Identifier: BSD-3-Clause

#include "recorded_lookup.h"

#include <parallax/dns/message_writer.h>
#include <parallax/dns/rr_type.h>

#include "dnssec/cause.h"
#include "evidence/evidence.h"
#include "iteration/zone_reply.h"
#include "zone_fixture.h"
#include "zone_signer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER PLX_SECTION_ANSWER
#define AUTHORITY PLX_SECTION_AUTHORITY
#define ADDITIONAL PLX_SECTION_ADDITIONAL
#define OCTETS(text) (text), sizeof(text) - 1
#define SOA OCTETS("\0\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\x3c")
#define CAA OCTETS("\0\5issueca.test")
#define ADDRESS OCTETS("\xc0\0\2\1")    // ZONE_SERVER
#define BITMAP "\0\6\x40\0\0\0\0\3"     // A RRSIG NSEC
#define BITMAP_CUT "\0\6\x20\0\0\0\0\3" // NS RRSIG NSEC

static struct zone_signer root, tld, zone;
static struct signed_message built;
static uint8_t trace[PLX_TRACE_BYTES_MAX];
static struct plx_writer writer;
static uint32_t at_us;
static enum plx_transport transport = PLX_TRANSPORT_UDP;

static void must(bool is_right, const char *what)
{
	if (!is_right) {
		fprintf(stderr, "recorded_lookup: %s\n", what);
		exit(EXIT_FAILURE);
	}
}

void recorded_start(void)
{
	zone_signer_init(&root, ".", 257);
	zone_signer_init(&tld, "test", 257);
	zone_signer_init(&zone, "example.test", 257);
}

void recorded_stop(void)
{
	zone_signer_fini(&root);
	zone_signer_fini(&tld);
	zone_signer_fini(&zone);
}

static struct ds ds_of(const struct zone_signer *signer)
{
	struct ds ds = {.tag = signer->tag,
			.algorithm = DNSSEC_ECDSAP256,
			.digest_type = DNSSEC_DIGEST_SHA256};
	struct dnskey key;
	must(dnskey_parse(signer->dnskey, sizeof(signer->dnskey), &key) == 0 &&
		     ds_digest(ds.digest_type, &signer->zone, &key, ds.digest, &ds.digest_length) ==
			     0,
	     "no DS");
	return ds;
}

// The query as it is sent, letters of mixed case, into room for PLX_QUERY_MAX octets.
static struct plx_trace_step begin_step(const char *server, const char *zone_text, const char *name,
					uint16_t type, uint8_t *query)
{
	struct plx_trace_step step = {
		.kind = PLX_TRACE_QUERY,
		.transport = (uint8_t)transport,
		.type = type,
		.at_us = at_us,
		.zone = fixture_name(zone_text),
		.name = fixture_name(name),
	};
	for (unsigned i = 1; i < step.name.length; i += 3) {
		uint8_t *octet = &step.name.wire[i];
		*octet = *octet >= 'a' && *octet <= 'z' ? (uint8_t)(*octet - 32) : *octet;
	}
	const struct plx_query asked = {.name = step.name.wire,
					.name_length = step.name.length,
					.id = (uint16_t)(0x4000 + at_us),
					.type = type,
					.edns = true,
					.edns_do = true};
	step.query = query;
	step.query_length = (uint32_t)plx_query_write(&asked, query, PLX_QUERY_MAX);
	must(plx_endpoint_parse(server, 53, &step.server) == 0, "no server");
	return step;
}

static void end_step(const struct plx_trace_step *step)
{
	must(plx_trace_add(&writer, step), "the trace is full");
	at_us += 1000;
}

// The words of both enums are the same.
static uint8_t verdict_of(enum zone_reply_kind kind)
{
	uint8_t verdict = 0;
	while (strcmp(plx_trace_verdict_name((enum plx_trace_verdict)verdict),
		      zone_reply_kind_name(kind)) != 0) {
		verdict++;
		must(verdict < PLX_TRACE_VERDICT_COUNT, "no verdict");
	}
	return verdict;
}

// `built` is the response; `depth` is above 0 for addresses of servers.
static void record(const char *server, const char *zone_text, const char *name, uint16_t type,
		   uint8_t depth)
{
	static struct zone_reply reply;
	uint8_t query[PLX_QUERY_MAX];
	struct plx_trace_step step = begin_step(server, zone_text, name, type, query);
	const struct plx_message *message = message_end(&built);
	struct plx_name lower = step.name;
	plx_name_lower(&lower);
	zone_reply_judge(message, &step.zone, &lower, type, &reply);
	memcpy(built.wire, query, 2);
	memcpy(built.wire + PLX_DNS_HEADER_BYTES, step.name.wire, step.name.length);
	step.depth = depth;
	step.rtt_us = 321;
	step.response = built.wire;
	step.response_length = message->length;
	step.verdict = verdict_of(reply.kind);
	end_step(&step);
}

static void record_silence(const char *server, const char *zone_text, const char *name,
			   uint16_t type)
{
	uint8_t query[PLX_QUERY_MAX];
	struct plx_trace_step step = begin_step(server, zone_text, name, type, query);
	step.verdict = PLX_TRACE_TIMEOUT;
	end_step(&step);
}

static void record_proof(const char *name, enum plx_trace_verdict verdict, enum plx_dnssec dnssec,
			 enum dnssec_cause cause, const char *zone_text)
{
	const struct plx_trace_step step = {.kind = PLX_TRACE_PROOF,
					    .verdict = (uint8_t)verdict,
					    .dnssec = (uint8_t)dnssec,
					    .cause = (uint8_t)cause,
					    .ede_code = dnssec_cause_ede(cause),
					    .type = PLX_TYPE_CAA,
					    .at_us = at_us,
					    .judged_at_s = RECORDED_AT,
					    .zone = fixture_name(zone_text),
					    .name = fixture_name(name)};
	end_step(&step);
}

static void begin(const char *name, uint16_t type, bool is_authoritative)
{
	message_begin(&built, name, type, 0);
	built.wire[2] = is_authoritative ? 0x84 : 0x80;
}

static void add_ds(enum plx_section section, const char *child, const struct zone_signer *of,
		   const struct zone_signer *by)
{
	const struct ds ds = ds_of(of);
	uint8_t rdata[4 + DS_DIGEST_MAX] = {(uint8_t)(ds.tag >> 8), (uint8_t)ds.tag, ds.algorithm,
					    ds.digest_type};
	memcpy(rdata + 4, ds.digest, ds.digest_length);
	message_add_signed(&built, section, child, PLX_TYPE_DS, rdata, 4u + ds.digest_length, by,
			   NULL);
}

static void add_server(const char *child, const char *server)
{
	struct plx_name name = fixture_name(server);
	message_add(&built, AUTHORITY, child, PLX_TYPE_NS, name.wire, name.length);
}

static void record_keys(const char *server, const char *zone_text, const struct zone_signer *signer)
{
	begin(zone_text, PLX_TYPE_DNSKEY, true);
	message_add_signed(&built, ANSWER, zone_text, PLX_TYPE_DNSKEY, signer->dnskey,
			   sizeof(signer->dnskey), signer, NULL);
	record(server, zone_text, zone_text, PLX_TYPE_DNSKEY, 0);
}

static void record_root_referral(void)
{
	begin("test", PLX_TYPE_A, false);
	add_server("test", "ns.nic.test");
	add_ds(AUTHORITY, "test", &tld, &root);
	message_add(&built, ADDITIONAL, "ns.nic.test", PLX_TYPE_A, OCTETS("\xc6\x33\x64\2"));
	record(ROOT_SERVER, ".", "test", PLX_TYPE_A, 0);
}

// By the TLD, to the question that it was asked.
static void record_zone_referral(uint16_t type, uint8_t depth)
{
	begin("example.test", type, false);
	add_server("example.test", "ns.example.test");
	add_ds(AUTHORITY, "example.test", &zone, &tld);
	message_add(&built, ADDITIONAL, "ns.example.test", PLX_TYPE_A, ADDRESS);
	record(TLD_SERVER, "test", "example.test", type, depth);
}

// plain.test has no DS, and its server is found by a look-up of its own.
static void record_plain_referral(uint16_t type)
{
	begin("plain.test", type, false);
	add_server("plain.test", "ns.example.test");
	message_add_signed(&built, AUTHORITY, "plain.test", PLX_TYPE_NSEC,
			   OCTETS("\4test\0" BITMAP_CUT), &tld, NULL);
	record(TLD_SERVER, "test", "plain.test", type, 0);
	record_zone_referral(PLX_TYPE_A, 1);
	begin("ns.example.test", PLX_TYPE_A, true);
	message_add(&built, ANSWER, "ns.example.test", PLX_TYPE_A, ADDRESS);
	record(ZONE_SERVER, "example.test", "ns.example.test", PLX_TYPE_A, 1);
}

static void record_upper_keys(void)
{
	record_keys(ROOT_SERVER, ".", &root);
	record_keys(TLD_SERVER, "test", &tld);
}

// The TLD is remembered by then: its DS has to be asked for.
static void record_tld_ds(void)
{
	begin("test", PLX_TYPE_DS, true);
	add_ds(ANSWER, "test", &tld, &root);
	record(ROOT_SERVER, ".", "test", PLX_TYPE_DS, 0);
}

static void record_first_name(const struct signature_fault *fault, bool is_tld_remembered)
{
	if (!is_tld_remembered) {
		record_root_referral();
	}
	record_zone_referral(PLX_TYPE_A, 0);
	begin("www.example.test", PLX_TYPE_CAA, true);
	message_add_signed(&built, AUTHORITY, "example.test", PLX_TYPE_SOA, SOA, &zone, NULL);
	message_add_signed(&built, AUTHORITY, "www.example.test", PLX_TYPE_NSEC,
			   OCTETS("\7example\4test\0" BITMAP), &zone, fault);
	record(ZONE_SERVER, "example.test", "www.example.test", PLX_TYPE_CAA, 0);
	if (is_tld_remembered) {
		record_tld_ds();
	}
	record_upper_keys();
	record_keys(ZONE_SERVER, "example.test", &zone);
	record_proof("www.example.test", PLX_TRACE_NODATA,
		     fault == NULL ? PLX_DNSSEC_SECURE : PLX_DNSSEC_BOGUS,
		     fault == NULL ? DNSSEC_CAUSE_NONE : DNSSEC_CAUSE_SIGNATURE_WRONG,
		     "example.test");
}

static void record_second_by_tcp(const struct signature_fault *fault)
{
	transport = PLX_TRANSPORT_TCP;
	record_first_name(fault, true);
	transport = PLX_TRANSPORT_UDP;
}

static void record_parent(void)
{
	record_zone_referral(PLX_TYPE_CAA, 0);
	begin("example.test", PLX_TYPE_CAA, true);
	message_add_signed(&built, ANSWER, "example.test", PLX_TYPE_CAA, CAA, &zone, NULL);
	record(ZONE_SERVER, "example.test", "example.test", PLX_TYPE_CAA, 0);
	record_tld_ds();
	record_upper_keys();
	record_keys(ZONE_SERVER, "example.test", &zone);
	record_proof("example.test", PLX_TRACE_RECORDS, PLX_DNSSEC_SECURE, DNSSEC_CAUSE_NONE,
		     "example.test");
}

static void record_unsigned(void)
{
	record_root_referral();
	record_plain_referral(PLX_TYPE_A);
	begin("www.plain.test", PLX_TYPE_CAA, true);
	message_add(&built, AUTHORITY, "plain.test", PLX_TYPE_SOA, SOA);
	record(ZONE_SERVER, "plain.test", "www.plain.test", PLX_TYPE_CAA, 0);
	record_upper_keys();
	record_proof("www.plain.test", PLX_TRACE_NODATA, PLX_DNSSEC_INSECURE, DNSSEC_CAUSE_NO_DS,
		     "plain.test");
	record_plain_referral(PLX_TYPE_CAA);
	begin("plain.test", PLX_TYPE_CAA, true);
	message_add(&built, ANSWER, "plain.test", PLX_TYPE_CAA, CAA);
	record(ZONE_SERVER, "plain.test", "plain.test", PLX_TYPE_CAA, 0);
	record_tld_ds();
	record_upper_keys();
	record_proof("plain.test", PLX_TRACE_RECORDS, PLX_DNSSEC_INSECURE, DNSSEC_CAUSE_NO_DS,
		     "plain.test");
}

static void record_failed(void)
{
	record_root_referral();
	record_zone_referral(PLX_TYPE_A, 0);
	record_silence(ZONE_SERVER, "example.test", "www.example.test", PLX_TYPE_CAA);
	record_silence(ZONE_SERVER, "example.test", "www.example.test", PLX_TYPE_CAA);
	record_upper_keys();
	record_silence(ZONE_SERVER, "example.test", "example.test", PLX_TYPE_DNSKEY);
	record_proof("www.example.test", PLX_TRACE_FAILED, PLX_DNSSEC_INDETERMINATE,
		     DNSSEC_CAUSE_UNANSWERED, "example.test");
}

static void write_body(struct recorded_lookup *lookup, const char *found_at)
{
	struct plx_result *result = &lookup->result;
	struct plx_writer body = plx_writer_init(lookup->body, sizeof(lookup->body));
	if (found_at != NULL) {
		struct plx_name name = fixture_name(found_at);
		result->has_found_at = 1;
		result->record_count = 1;
		plx_result_body_name(&body, &name);
		plx_result_body_name(&body, &name);
		size_t start = plx_result_body_record_begin(&body, 300);
		plx_write_bytes(&body, CAA);
		plx_result_body_record_end(&body, start);
		result->rtt_us = 321;
		result->transport = PLX_TRANSPORT_UDP;
		must(plx_endpoint_parse(ZONE_SERVER, 53, &result->server) == 0, "no server");
	}
	plx_write_bytes(&body, trace, writer.position);
	must(!body.failed, "the body is full");
	result->body_length = (uint32_t)body.position;
	result->trace_length = (uint32_t)writer.position;
}

static const char *record_kind(enum recorded_kind kind, struct plx_result *result)
{
	static const struct signature_fault wrong = {.is_wrong = true};
	*result = (struct plx_result) {.time_ns = RECORDED_AT * 1000000000ull + 123456000,
				       .qtype = PLX_TYPE_CAA,
				       .status = PLX_STATUS_ANSWERED,
				       .attempts = 1,
				       .dnssec = PLX_DNSSEC_BOGUS};
	switch (kind) {
	case RECORDED_SIGNED:
		record_first_name(NULL, false);
		record_parent();
		result->dnssec = PLX_DNSSEC_SECURE;
		return "example.test";
	case RECORDED_UNSIGNED:
		record_unsigned();
		result->dnssec = PLX_DNSSEC_INSECURE;
		return "plain.test";
	case RECORDED_MENDED:
		record_first_name(&wrong, false);
		record_second_by_tcp(NULL);
		record_parent();
		result->dnssec = PLX_DNSSEC_SECURE;
		return "example.test";
	case RECORDED_BOGUS:
	case RECORDED_WRONG:
		record_first_name(&wrong, false);
		if (kind == RECORDED_WRONG) {
			record_second_by_tcp(&wrong);
		}
		result->status = PLX_STATUS_BOGUS;
		result->cause = PLX_CAUSE_VALIDATION_FAILED;
		return NULL;
	case RECORDED_FAILED:
		record_failed();
		result->status = PLX_STATUS_TIMEOUT;
		result->cause = PLX_CAUSE_NO_ANSWER;
		result->dnssec = PLX_DNSSEC_INDETERMINATE;
		return NULL;
	case RECORDED_KINDS:
		break;
	}
	must(false, "no such kind");
	return NULL;
}

void recorded_make(enum recorded_kind kind, struct recorded_lookup *ret_lookup)
{
	const struct ds ds = ds_of(&root);
	const struct ds_set anchor = {.zone = root.zone};
	char text[EVIDENCE_ANCHOR_TEXT];
	writer = plx_writer_init(trace, sizeof(trace));
	at_us = 0;
	ret_lookup->job = (struct plx_job) {.kind = PLX_JOB_RELEVANT_CAA,
					    .qtype = PLX_TYPE_CAA,
					    .flags = PLX_JOB_NO_CACHE | PLX_JOB_TRACE,
					    .resolution = PLX_RESOLUTION_ITERATIVE,
					    .name = fixture_name(kind == RECORDED_UNSIGNED
									 ? "www.plain.test"
									 : "www.example.test")};
	evidence_anchor_format(&anchor, &ds, text);
	must(strlen(text) < sizeof(ret_lookup->anchors), "long anchor");
	memcpy(ret_lookup->anchors, text, strlen(text) + 1);
	write_body(ret_lookup, record_kind(kind, &ret_lookup->result));
	ret_lookup->result.queries = (uint16_t)(at_us / 1000);
}

struct plx_evidence *recorded_evidence(enum recorded_kind kind)
{
	static struct recorded_lookup lookup;
	struct plx_evidence *evidence = NULL;
	recorded_make(kind, &lookup);
	const struct plx_evidence_terms terms = plx_evidence_terms_production(lookup.anchors);
	must(plx_evidence_create(&lookup.job, &terms, &lookup.result, lookup.body, &evidence) == 0,
	     "no evidence");
	return evidence;
}

char *recorded_text(enum recorded_kind kind)
{
	struct plx_evidence *evidence = recorded_evidence(kind);
	struct plx_text text = plx_text_growing();
	must(plx_evidence_write(evidence, &text) == 0, "no text");
	plx_text_character(&text, '\0');
	plx_evidence_destroy(evidence);
	return text.bytes;
}

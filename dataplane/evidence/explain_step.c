// SPDX-License-Identifier: BSD-3-Clause
// One step in words.

#include "evidence/explain.h"

#include <parallax/dns/rr_type.h>

#include "dnssec/cause.h"

static unsigned count_records(const struct plx_message *message, uint16_t type)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	unsigned count = 0;
	while (plx_message_next(message, &cursor, &record) &&
	       record.section == PLX_SECTION_ANSWER) {
		count += record.type == type;
	}
	return count;
}

static void print_referral(struct explanation *explanation, const struct zone_reply *reply)
{
	const struct ns_set *servers = &reply->referral.servers;
	char name[PLX_NAME_TEXT_MAX];
	plx_name_format(&servers->delegation.zone, name);
	explain_print(explanation, "referral to %s (%u server%s, %u address%s%s)", name,
		      servers->record_count, servers->record_count == 1 ? "" : "s",
		      servers->delegation.address_count,
		      servers->delegation.address_count == 1 ? "" : "es",
		      reply->referral.proof.ds_count > 0 ? ", signed" : "");
}

static void print_alias(struct explanation *explanation, const struct zone_reply *reply)
{
	for (unsigned i = 0; i < reply->alias_count; i++) {
		char name[PLX_NAME_TEXT_MAX];
		plx_name_format(&reply->aliases[i], name);
		explain_print(explanation, "%s%s", i == 0 ? "alias of " : ", of ", name);
	}
}

// What is known of a response beyond the recorded verdict.
static void print_readable(struct explanation *explanation, unsigned index)
{
	const struct zone_reply *reply = replay_judge_step(explanation->replay, index);
	const struct plx_message *message = &explanation->replay->steps[index].message;
	unsigned count = count_records(message, explanation->replay->evidence->steps[index].type);
	char rcode[PLX_RCODE_TEXT_MAX];
	switch (reply->kind) {
	case ZONE_REPLY_RECORDS:
	case ZONE_REPLY_ALIAS:
	case ZONE_REPLY_NODATA:
	case ZONE_REPLY_NXDOMAIN:
		print_alias(explanation, reply);
		if (reply->kind != ZONE_REPLY_ALIAS) {
			explain_print(explanation, "%s", reply->alias_count > 0 ? ": " : "");
		}
		if (reply->kind == ZONE_REPLY_RECORDS) {
			explain_print(explanation, "%u record%s", count, count == 1 ? "" : "s");
		} else if (reply->kind == ZONE_REPLY_NODATA) {
			explain_print(explanation, "no such records");
		} else if (reply->kind == ZONE_REPLY_NXDOMAIN) {
			explain_print(explanation, "no such name");
		}
		return;
	case ZONE_REPLY_REFERRAL:
		print_referral(explanation, reply);
		return;
	case ZONE_REPLY_TRUNCATED:
		explain_print(explanation, "truncated, to be asked by TCP");
		return;
	case ZONE_REPLY_LAME:
		explain_paint(explanation, EXPLAIN_BAD, "lame: it does not serve the zone");
		return;
	case ZONE_REPLY_FAILED:
		explain_paint(explanation, EXPLAIN_BAD, "%s",
			      plx_rcode_format(message->rcode, rcode));
		return;
	case ZONE_REPLY_BROKEN:
		explain_paint(explanation, EXPLAIN_BAD, "broken: it contradicts itself");
		return;
	case ZONE_REPLY_NOT_EVALUATED:
	case ZONE_REPLY_ALIAS_LOOP:
	case ZONE_REPLY_ALIAS_LIMIT:
	case ZONE_REPLY_ALIAS_TOO_LONG:
		break;
	}
	explain_paint(explanation, EXPLAIN_BAD, "%s", zone_reply_kind_name(reply->kind));
}

static void print_query(struct explanation *explanation, unsigned index)
{
	const struct plx_trace_step *step = &explanation->replay->evidence->steps[index];
	const struct replayed_step *replayed = &explanation->replay->steps[index];
	char zone[PLX_NAME_TEXT_MAX];
	char name[PLX_NAME_TEXT_MAX];
	char address[PLX_IP_TEXT_MAX];
	char type[PLX_TYPE_TEXT_MAX];
	plx_name_format(&replayed->zone, zone);
	plx_name_format(&replayed->name, name);
	explain_print(explanation, "%s %s%s: %s %s? ", zone,
		      plx_ip_format(&step->server.ip, address),
		      step->transport == PLX_TRANSPORT_TCP ? " tcp" : "", name,
		      plx_type_format(step->type, type));
	if (replayed->is_readable) {
		print_readable(explanation, index);
	} else if (step->verdict == PLX_TRACE_TIMEOUT) {
		explain_paint(explanation, EXPLAIN_BAD, "no answer");
	} else if (step->verdict == PLX_TRACE_UNREACHABLE) {
		explain_paint(explanation, EXPLAIN_BAD, "unreachable");
	} else {
		explain_print(explanation, "%s, which cannot be read again",
			      plx_trace_verdict_name((enum plx_trace_verdict)step->verdict));
	}
	if (step->depth > 0) {
		explain_print(explanation, ", for the address of a server");
	}
	if (step->response_length > 0) {
		explain_paint(explanation, EXPLAIN_DIM, ", %u.%u ms", step->rtt_us / 1000,
			      step->rtt_us / 100 % 10);
	}
}

static void print_proof(struct explanation *explanation, const struct plx_trace_step *step)
{
	static const char *const found[PLX_TRACE_VERDICT_COUNT] = {
		[PLX_TRACE_RECORDS] = "these records are ",
		[PLX_TRACE_NODATA] = "that there are none is ",
		[PLX_TRACE_NXDOMAIN] = "that there is no such name is ",
	};
	const enum plx_dnssec dnssec = (enum plx_dnssec)step->dnssec;
	char zone[PLX_NAME_TEXT_MAX];
	plx_name_format(&step->zone, zone);
	explain_print(explanation, "proof: ");
	if (step->verdict == PLX_TRACE_FAILED) {
		explain_print(explanation, "no answer, and the zone %s is ", zone);
	} else {
		explain_print(explanation, "%s", found[step->verdict]);
	}
	explain_paint(explanation, explain_dnssec_colour(dnssec), "%s", plx_dnssec_name(dnssec));
	if (step->cause != DNSSEC_CAUSE_NONE) {
		explain_print(explanation, " (%s)",
			      dnssec_cause_name((enum dnssec_cause)step->cause));
	}
	if (step->verdict != PLX_TRACE_FAILED) {
		explain_print(explanation, ", decided at %s", zone);
	}
	if (step->ede_code > 0) {
		explain_print(explanation, ", RFC 8914 code %u", step->ede_code - 1u);
	}
}

void explain_step(struct explanation *explanation, unsigned index)
{
	const struct plx_trace_step *step = &explanation->replay->evidence->steps[index];
	char name[PLX_NAME_TEXT_MAX];
	char type[PLX_TYPE_TEXT_MAX];
	explain_paint(explanation, EXPLAIN_DIM, "[%u] ", index + 1);
	switch ((enum plx_trace_kind)step->kind) {
	case PLX_TRACE_QUERY:
		print_query(explanation, index);
		return;
	case PLX_TRACE_PROOF:
		print_proof(explanation, step);
		return;
	case PLX_TRACE_REMEMBERED:
		plx_name_format(&step->name, name);
		explain_print(explanation, "remembered: there is no %s %s", name,
			      plx_type_format(step->type, type));
		return;
	case PLX_TRACE_CUT:
		explain_print(explanation, "more steps, for which the trace had no room");
		return;
	case PLX_TRACE_NOT_EVALUATED:
	case PLX_TRACE_KIND_COUNT:
		break;
	}
	explain_print(explanation, "unknown");
}

// SPDX-License-Identifier: BSD-3-Clause
// A reply from a hostile server of a zone. The first octet says how many labels of the question's name the zone has.
// Oracle: nothing that the zone has no say in gets into the judgement, and all of it is within its limits.

#include <parallax/dns/message_reader.h>
#include <parallax/dns/rr_type.h>

#include "fuzz_target.h"
#include "iteration/root_hints.h"
#include "iteration/zone_reply.h"

static void check_delegation(const struct delegation *delegation, const struct plx_name *bailiwick)
{
	must(delegation->name_count <= DELEGATION_NAMES_MAX);
	must(delegation->address_count <= DELEGATION_ADDRESSES_MAX);
	must(delegation->names_bytes <= DELEGATION_NAMES_BYTES);
	for (unsigned i = 0; i < delegation->name_count; i++) {
		struct plx_name name;
		delegation_name(delegation, i, &name);
		must(plx_name_is_valid_wire(name.wire, name.length));
		must(!delegation_has_address(delegation, i) || plx_name_is_below(&name, bailiwick));
	}
	for (unsigned i = 0; i < delegation->address_count; i++) {
		must(delegation->address_names[i] < delegation->name_count);
		must(plx_ip_length(&delegation->addresses[i]) > 0);
	}
}

static void check_referral(const struct zone_reply *reply, const struct plx_message *message,
			   const struct plx_name *zone, const struct plx_name *name)
{
	const struct delegation *child = &reply->referral.servers.delegation;
	must((message->flags & PLX_FLAG_AA) == 0 && message->rcode == PLX_RCODE_NOERROR);
	must(child->zone.length > zone->length && plx_name_is_below(&child->zone, zone));
	must(plx_name_is_below(name, &child->zone));
	must(child->name_count > 0);
	check_delegation(child, zone);
	const struct referral_proof *proof = &reply->referral.proof;
	must(proof->record_count <= REFERRAL_PROOF_RECORDS_MAX);
	must(proof->ds_count + proof->nsec_count + proof->nsec3_count <= proof->record_count);
	for (unsigned i = 0; i < proof->record_count; i++) {
		struct plx_name owner;
		must(plx_message_name(message, proof->record_offsets[i], &owner, NULL) == 0);
		must(plx_name_is_below(&owner, zone));
	}
}

static void check_aliases(const struct zone_reply *reply, const struct plx_name *zone,
			  const struct plx_name *name)
{
	must(reply->alias_count <= WORK_ALIASES_MAX);
	for (unsigned i = 0; i < reply->alias_count; i++) {
		must(plx_name_is_valid_wire(reply->aliases[i].wire, reply->aliases[i].length));
		must(!plx_name_equal(&reply->aliases[i], name));
		must(i + 1 == reply->alias_count || plx_name_is_below(&reply->aliases[i], zone));
	}
	must(plx_name_equal(&reply->owner, reply->alias_count == 0
						   ? name
						   : &reply->aliases[reply->alias_count - 1]));
}

static void check_reply(const struct zone_reply *reply, const struct plx_message *message,
			const struct plx_name *zone, const struct plx_name *name)
{
	check_aliases(reply, zone, name);
	must(reply->negative_ttl_s <= NEGATIVE_TTL_MAX_S);
	bool is_authoritative = (message->flags & (PLX_FLAG_AA | PLX_FLAG_TC)) == PLX_FLAG_AA;
	switch (reply->kind) {
	case ZONE_REPLY_NOT_EVALUATED:
		must(false);
		break;
	case ZONE_REPLY_RECORDS:
	case ZONE_REPLY_NODATA:
	case ZONE_REPLY_NXDOMAIN:
		must(is_authoritative && plx_name_is_below(&reply->owner, zone));
		must((reply->kind == ZONE_REPLY_NXDOMAIN) ==
		     (message->rcode == PLX_RCODE_NXDOMAIN));
		break;
	case ZONE_REPLY_REFERRAL:
		check_referral(reply, message, zone, name);
		break;
	case ZONE_REPLY_ALIAS:
		must(is_authoritative && reply->alias_count > 0);
		break;
	case ZONE_REPLY_TRUNCATED:
		must((message->flags & PLX_FLAG_TC) != 0);
		break;
	case ZONE_REPLY_LAME:
	case ZONE_REPLY_FAILED:
	case ZONE_REPLY_BROKEN:
	case ZONE_REPLY_ALIAS_LOOP:
	case ZONE_REPLY_ALIAS_LIMIT:
	case ZONE_REPLY_ALIAS_TOO_LONG:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_message message;
	struct plx_name name;
	if (size < 1 || plx_message_open(data + 1, size - 1, &message) < 0 ||
	    plx_message_check(&message) < 0 || message.question_count != 1 ||
	    plx_message_name(&message, PLX_DNS_HEADER_BYTES, &name, NULL) < 0) {
		return 0;
	}
	struct plx_name zone = name;
	unsigned labels = data[0] % (plx_name_label_count(&name) + 1);
	while (plx_name_label_count(&zone) > labels) {
		plx_name_parent(&zone, &zone);
	}
	static struct zone_reply reply;
	zone_reply_judge(&message, &zone, &name, message.question_type, &reply);
	check_reply(&reply, &message, &zone, &name);

	static struct delegation root;
	static const struct plx_name root_name = {.length = 1};
	if (root_priming_read(&message, 0, &root) == 0) {
		must(root.address_count > 0 && root.zone.length == 1);
		check_delegation(&root, &root_name);
	}
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
// Does one step lead to the next? A zone may be asked when it is the root, or a server of its parent referred to it before;
// a server of it, when that referral or an answer about the server's name gave the address. Evidence-grade look-ups
// remember the root and the TLD only, from one name of a climb to the next as well.

#include "evidence/replay.h"

#include <parallax/dns/rr_type.h>

#include "iteration/delegation.h"
#include "iteration/ns_set.h"

// The address is one that an earlier answer gave for this server's name.
static bool is_address_of(const struct replay *replay, unsigned from, unsigned end,
			  const struct plx_name *server, const struct plx_ip *address)
{
	for (unsigned i = from; i < end; i++) {
		const struct replayed_step *step = &replay->steps[i];
		uint16_t type = replay->evidence->steps[i].type;
		if (!step->is_readable || step->kind != ZONE_REPLY_RECORDS ||
		    (type != PLX_TYPE_A && type != PLX_TYPE_AAAA) ||
		    !plx_name_equal(&step->name, server)) {
			continue;
		}
		struct plx_record_cursor cursor = plx_message_records(&step->message);
		struct plx_record record;
		struct plx_ip given;
		while (plx_message_next(&step->message, &cursor, &record) &&
		       record.section == PLX_SECTION_ANSWER) {
			if (record.type == type && ns_address_read(&record, &given) &&
			    plx_ip_equal(&given, address)) {
				return true;
			}
		}
	}
	return false;
}

static bool names_server(const struct replay *replay, unsigned from, unsigned end,
			 const struct delegation *delegation, const struct plx_ip *address)
{
	for (unsigned i = 0; i < delegation->address_count; i++) {
		if (plx_ip_equal(&delegation->addresses[i], address)) {
			return true;
		}
	}
	for (unsigned i = 0; i < delegation->name_count; i++) {
		struct plx_name server;
		delegation_name(delegation, i, &server);
		if (is_address_of(replay, from, end, &server, address)) {
			return true;
		}
	}
	return false;
}

enum server_origin {
	SERVER_UNREFERRED, // no referral to its zone
	SERVER_UNNAMED,    // there is one, but nothing gives this address
	SERVER_NAMED,
};

static enum server_origin find_origin(struct replay *replay, unsigned from, unsigned index)
{
	enum server_origin origin = SERVER_UNREFERRED;
	for (unsigned i = from; i < index && origin != SERVER_NAMED; i++) {
		if (!replay->steps[i].is_readable || replay->steps[i].kind != ZONE_REPLY_REFERRAL) {
			continue;
		}
		const struct delegation *delegation =
			&replay_judge_step(replay, i)->referral.servers.delegation;
		if (plx_name_equal(&delegation->zone, &replay->steps[index].zone)) {
			const struct plx_ip *ip = &replay->evidence->steps[index].server.ip;
			origin = names_server(replay, from, index, delegation, ip) ? SERVER_NAMED
										   : SERVER_UNNAMED;
		}
	}
	return origin;
}

// `from`: where the look-up of this name began.
static void check_zone(struct replay *replay, unsigned from, unsigned index)
{
	const struct plx_name *zone = &replay->steps[index].zone;
	bool may_be_remembered = (replay->evidence->job.flags & PLX_JOB_NO_CACHE) == 0 ||
				 plx_name_label_count(zone) == 1;
	enum server_origin origin = find_origin(replay, from, index);
	if (origin == SERVER_UNREFERRED && may_be_remembered) {
		origin = find_origin(replay, 0, index);
		if (origin == SERVER_UNREFERRED) {
			replay->report.remembered_servers++;
			return;
		}
	}
	if (origin == SERVER_NAMED) {
		return;
	}
	char text[PLX_NAME_TEXT_MAX];
	plx_name_format(zone, text);
	replay_differs(replay, (int)index, "%s %s",
		       origin == SERVER_UNNAMED ? "nothing before it says that this address serves"
						: "no referral before it leads to the zone",
		       text);
}

void replay_path(struct replay *replay)
{
	const struct plx_evidence *evidence = replay->evidence;
	unsigned from = 0;
	for (unsigned i = 0; i < evidence->step_count; i++) {
		if (evidence->steps[i].kind == PLX_TRACE_PROOF) {
			from = i + 1;
		} else if (evidence->steps[i].kind != PLX_TRACE_QUERY) {
			continue;
		} else if (replay->steps[i].zone.length == 1) {
			replay->report.remembered_servers++;
		} else {
			check_zone(replay, from, i);
		}
	}
}

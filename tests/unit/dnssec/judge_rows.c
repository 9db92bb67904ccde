// SPDX-License-Identifier: BSD-3-Clause
// Judges a table of messages that honest servers sent (random_zones.py) and prints those that are neither secure nor
// insecure. A referral is judged as the delegation that it is.
//
//	dnssec_judge_rows MESSAGES.tsv ANCHOR.txt

#include "zone_fixture.h"

#include <parallax/exchange/result.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The zone cut that a referral leads to takes the place of the name asked for.
static void follow_referral(const struct plx_message *message, struct fixture_row *row)
{
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	struct plx_name owner;
	while ((message->flags & PLX_FLAG_AA) == 0 && plx_message_next(message, &cursor, &record)) {
		if (record.section == PLX_SECTION_AUTHORITY && record.type == PLX_TYPE_NS &&
		    plx_message_name(message, record.owner_offset, &owner, NULL) == 0) {
			plx_name_lower(&owner);
			row->name = owner;
			memcpy(row->judge, "delegation", sizeof("delegation"));
		}
	}
}

int main(int argc, char **argv)
{
	unsigned counts[PLX_DNSSEC_COUNT] = {0};
	if (argc != 3) {
		fprintf(stderr, "usage: dnssec_judge_rows MESSAGES.tsv ANCHOR.txt\n");
		return EXIT_FAILURE;
	}
	struct fixture *fixture = fixture_open_at(argv[1], argv[2]);
	for (unsigned i = 0; i < fixture->row_count; i++) {
		struct fixture_row *row = &fixture->rows[i];
		struct fixture_verdict verdict = {.kind = "unread", .state = PLX_DNSSEC_BOGUS};
		struct plx_message message;
		if (fixture_message(row->wire, row->length, &message)) {
			follow_referral(&message, row);
			verdict = fixture_judge(fixture, row, &message);
		}
		counts[verdict.state]++;
		if (verdict.state != PLX_DNSSEC_SECURE && verdict.state != PLX_DNSSEC_INSECURE) {
			printf("%s: %s %s\n", row->title, plx_dnssec_name(verdict.state),
			       dnssec_cause_name(verdict.cause));
		}
	}
	unsigned right_count = counts[PLX_DNSSEC_SECURE] + counts[PLX_DNSSEC_INSECURE];
	printf("%u secure, %u insecure, %u neither\n", counts[PLX_DNSSEC_SECURE],
	       counts[PLX_DNSSEC_INSECURE], fixture->row_count - right_count);
	bool is_right = right_count == fixture->row_count;
	fixture_close(fixture);
	return is_right ? EXIT_SUCCESS : EXIT_FAILURE;
}

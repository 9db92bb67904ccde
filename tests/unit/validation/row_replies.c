// SPDX-License-Identifier: BSD-3-Clause

#include "row_replies.h"

#include <string.h>

void row_begin(struct proof *proof, const struct fixture_row *row)
{
	proof_begin(proof, &row->name, row->type);
	proof_add(proof, PROOF_ANSWER, &row->name, row->type, &row->zone, row->wire, row->length);
}

void row_reply(void *context, const struct proof_need *need, struct proof_message *ret_message)
{
	const struct fixture *fixture = context;
	const char *judge = need->type == PLX_TYPE_DS ? "delegation" : "keys";
	for (unsigned i = 0; i < fixture->row_count; i++) {
		const struct fixture_row *row = &fixture->rows[i];
		if (row->type == need->type && strcmp(row->judge, judge) == 0 &&
		    plx_name_equal(&row->name, &need->name)) {
			*ret_message = (struct proof_message) {.kind = PROOF_ANSWER,
							       .type = need->type,
							       .name = need->name,
							       .wire = row->wire,
							       .length = (uint32_t)row->length,
							       .zone = row->zone};
			return;
		}
	}
}

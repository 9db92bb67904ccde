// SPDX-License-Identifier: BSD-3-Clause

#include "http_challenge/address_choice.h"

static void family_choose(const struct plx_ip *permitted, unsigned count, uint8_t family,
			  struct address_choice *choice)
{
	for (unsigned i = 0; i < count; i++) {
		if (permitted[i].family == family) {
			choice->candidates[choice->candidate_count++] = permitted[i];
			return;
		}
	}
}

void address_choice_make(const struct fetch_rules *rules, const struct plx_ip *addresses,
			 unsigned count, uint8_t family, struct address_choice *ret_choice)
{
	struct address_choice choice = {0};
	struct plx_ip permitted[ADDRESS_LOOKUP_MAX];
	unsigned permitted_count = 0;
	for (unsigned i = 0; i < count && i < ADDRESS_LOOKUP_MAX; i++) {
		const char *reason = NULL;
		if (rules->judge_address(rules->context, &addresses[i], &reason) ==
		    FETCH_PERMITTED) {
			permitted[permitted_count++] = addresses[i];
			continue;
		}
		choice.refused_count++;
		if (choice.refusal == NULL) {
			choice.refusal = reason == NULL ? "the address is not permitted" : reason;
		}
	}
	if (family != 4) {
		family_choose(permitted, permitted_count, 6, &choice);
	}
	if (family != 6) {
		family_choose(permitted, permitted_count, 4, &choice);
	}
	*ret_choice = choice;
}

// SPDX-License-Identifier: BSD-3-Clause

#include "perform/dnssec_worst.h"

static unsigned rank_of(enum plx_dnssec state)
{
	switch (state) {
	case PLX_DNSSEC_SECURE:
		return 0;
	case PLX_DNSSEC_INSECURE:
		return 1;
	case PLX_DNSSEC_INDETERMINATE:
		return 2;
	case PLX_DNSSEC_BOGUS:
		return 4;
	case PLX_DNSSEC_UNCHECKED:
	case PLX_DNSSEC_COUNT:
		break;
	}
	return 3;
}

void dnssec_worst_add(struct dnssec_worst *worst, enum plx_dnssec state)
{
	enum plx_dnssec known = state < PLX_DNSSEC_COUNT ? state : PLX_DNSSEC_UNCHECKED;
	if (!worst->has_answer || rank_of(known) > rank_of(worst->state)) {
		*worst = (struct dnssec_worst) {.has_answer = true, .state = known};
	}
}

enum plx_dnssec dnssec_worst_state(const struct dnssec_worst *worst)
{
	return worst->has_answer ? worst->state : PLX_DNSSEC_UNCHECKED;
}

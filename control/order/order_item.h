// SPDX-License-Identifier: BSD-3-Clause
// One identifier of an order: may a certificate name it, and is its method lawful for it at the date.

#pragma once

#include <parallax/base/attributes.h>

#include "order/order_request.h"

// Of CAA and of persistent records alike.
#define ORDER_FOREIGN_ISSUER                                                                       \
	"is not among the issuer_domains of the configuration: a record for another CA is none "   \
	"for this one"

struct order_item_rules {
	struct identifier_rules identifiers; // now_s: the present
	const struct dcv_switches *dcv;
	const char *const *issuer_domains; // the CA's own
	size_t issuer_domain_count;
	enum profile profile;
	enum order_scope scope;
	int64_t decide_at_s;
};

// -EINVAL and the fault, whose pointer begins at `value`; -ENOMEM. ret_item holds nothing then.
PLX_MUST_CHECK int order_item_read(struct json_t *value, const struct order_item_rules *rules,
				   struct order_item *ret_item, struct json_fault *fault);
void order_item_fini(struct order_item *item);

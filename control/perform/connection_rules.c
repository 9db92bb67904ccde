// SPDX-License-Identifier: BSD-3-Clause

#include "perform/connection_rules.h"

#include "policy/redirect_rules.h"

#include <stdio.h>
#include <string.h>

static enum fetch_permission permission_of(bool is_permitted)
{
	return is_permitted ? FETCH_PERMITTED : FETCH_FORBIDDEN;
}

// The host as RFC 3986 writes it: url_parts has IPv6 without its brackets.
static enum fetch_permission judge_redirect(void *context, unsigned status,
					    const struct url_parts *from,
					    const struct url_parts *to, const char **ret_reason)
{
	const struct connection_rules *rules = context;
	char host[PLX_NAME_MAX + 3];
	bool is_v6 = to->is_ip && to->ip.family == 6;
	int length = snprintf(host, sizeof(host), "%s%s%s", is_v6 ? "[" : "", to->host,
			      is_v6 ? "]" : "");
	const struct redirect_target target = {
		.status = status,
		.scheme = url_scheme_name(to->scheme),
		.host = host,
		.host_length = length < 0 ? 0 : (size_t)length,
		.port = to->port,
	};
	enum redirect_reason reason = redirect_judge(&target, rules->switches);
	if (reason != REDIRECT_ALLOWED) {
		*ret_reason = redirect_reason_text(reason);
	}
	return permission_of(reason == REDIRECT_ALLOWED);
}

static enum fetch_permission judge_address(void *context, const struct plx_ip *ip,
					   const char **ret_reason)
{
	const struct connection_rules *rules = context;
	const char *reason;
	bool is_permitted = address_may_be_contacted(ip, rules->allowance, &reason);
	if (!is_permitted) {
		*ret_reason = reason;
	}
	return permission_of(is_permitted);
}

struct fetch_rules connection_rules_of(struct connection_rules *rules)
{
	return (struct fetch_rules) {
		.context = rules,
		.judge_redirect = judge_redirect,
		.judge_address = judge_address,
	};
}

// SPDX-License-Identifier: BSD-3-Clause

#include "service/validation_state.h"

#include "config/config.h"
#include "lookup/lookup.h"
#include "rules/rule_table.h"
#include "rules/utc_time.h"
#include "service/service_context.h"

struct validation_state validation_state_get(const struct service_context *service)
{
	struct lookup_stats stats;
	lookup_service_stats(service->lookup, &stats);
	struct validation_state state = {
		.resolution = (enum plx_resolution)service_config(service)->resolution,
		.is_required = service_is_primary(service) &&
			       rules_at(service_now_us() / UTC_SECOND_US)->is_dnssec_required,
		.unvalidated = stats.unvalidated,
	};
	state.is_compliant = !state.is_required || state.unvalidated == 0;
	return state;
}

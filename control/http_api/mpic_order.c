// SPDX-License-Identifier: BSD-3-Clause

#include "http_api/mpic_order.h"

#include "open_mpic/check_mapping.h"
#include "open_mpic/open_mpic_request.h"
#include "policy/dcv_text.h"
#include "rules/utc_time.h"
#include "service/order_desk.h"
#include "service/service_context.h"

#include <jansson.h>

#include <errno.h>
#include <string.h>

static json_t *map_check(const struct service_context *service,
			 const struct open_mpic_request *request)
{
	const struct config *config = service_config(service);
	const char *issuers[CONFIG_ISSUERS_MAX];
	for (unsigned i = 0; i < config->issuer_domain_count; i++) {
		issuers[i] = config->issuer_domains[i];
	}
	const struct check_mapping mapping = {
		.issuer_domains = issuers,
		.issuer_domain_count = config->issuer_domain_count,
		.time_s = service_now_us() / UTC_SECOND_US,
	};
	return check_mapping_write(request, &mapping);
}

// The caller's name for the request stays with the order's records, when it could be one of an order.
static json_t *reference_of(const struct open_mpic_request *request)
{
	const char *trace = request->trace_identifier;
	size_t length = trace != NULL ? strlen(trace) : 0;
	bool is_fit = length > 0 && length <= ORDER_REFERENCE_MAX;
	for (size_t i = 0; i < length && is_fit; i++) {
		is_fit = (unsigned char)trace[i] >= ' ' && trace[i] != 0x7f;
	}
	return is_fit ? json_string(trace) : json_null();
}

static json_t *order_write(const struct open_mpic_request *request, const json_t *check,
			   const json_t *issuers)
{
	json_t *dcv = json_object_get(check, "dcv");
	json_t *identifier = json_copy(json_object_get(check, "identifier"));
	if (dcv != NULL && json_object_set(identifier, "dcv", dcv) != 0) {
		json_decref(identifier);
		return NULL;
	}
	return json_pack("{s:O, s:o, s:O*, s:[o]}", "profile", json_object_get(check, "profile"),
			 "reference", reference_of(request), "issuer_domains", issuers,
			 "identifiers", identifier);
}

struct order_request *mpic_order_read(const struct service_context *service,
				      const struct open_mpic_request *request, int *ret_error,
				      struct json_fault *fault)
{
	bool is_caa = request->kind == CHECK_KIND_CAA;
	json_t *check = map_check(service, request);
	const json_t *issuers = json_object_get(check, "issuer_domains");
	// Names of other CAs were refused with the request, unless the operator lets callers name any.
	bool takes_any = service_config(service)->mpic.any_caa_domain;
	if (takes_any && !is_caa) {
		issuers = json_object_get(request->parameters, "issuer_domain_names");
	}
	json_t *order = check != NULL ? order_write(request, check, is_caa ? issuers : NULL) : NULL;
	struct order_request *read = NULL;
	*ret_error = -ENOMEM;
	if (order != NULL) {
		read = order_desk_read_single(service, order,
					      is_caa ? ORDER_SCOPE_CAA : ORDER_SCOPE_DCV,
					      takes_any ? issuers : NULL, ret_error, fault);
	}
	json_decref(order);
	json_decref(check);
	return read;
}

// SPDX-License-Identifier: BSD-3-Clause

#include "open_mpic/check_mapping.h"

#include "names/reverse_name.h"
#include "rules/utc_time.h"

#include <parallax/base/ip_address.h>
#include <parallax/dns/name.h>

#include <jansson.h>

#include <string.h>

static bool is_reverse_name(const char *target, struct plx_ip *ret_ip)
{
	struct plx_name name;
	return plx_name_parse(target, strlen(target), &name) == 0 &&
	       reverse_name_parse(&name, ret_ip) == 0;
}

static json_t *identifier_write(const struct open_mpic_request *request)
{
	char text[PLX_IP_TEXT_MAX];
	struct plx_ip ip;
	const char *target = request->target;
	bool is_ip = plx_ip_parse(target, &ip) == 0;
	if (!is_ip && request->method == DCV_REVERSE_ADDRESS_LOOKUP &&
	    is_reverse_name(target, &ip)) {
		target = plx_ip_format(&ip, text);
		is_ip = true;
	}
	return json_pack("{s:s, s:s}", "type", is_ip ? "ip" : "dns", "value", target);
}

static json_t *issuers_write(const struct open_mpic_request *request,
			     const struct check_mapping *mapping)
{
	json_t *given = json_object_get(request->parameters, "caa_domains");
	if (json_array_size(given) > 0) {
		return json_incref(given);
	}
	json_t *issuers = json_array();
	for (size_t i = 0; i < mapping->issuer_domain_count; i++) {
		json_array_append_new(issuers, json_string(mapping->issuer_domains[i]));
	}
	return issuers;
}

// Unset members are left out: null and absent are the same to our reader, and one form is enough.
static json_t *parameters_write(const json_t *echo)
{
	json_t *parameters = json_object();
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)echo, name, value)
	{
		if (!json_is_null(value)) {
			json_object_set(parameters, name, value);
		}
	}
	return parameters;
}

json_t *check_mapping_write(const struct open_mpic_request *request,
			    const struct check_mapping *mapping)
{
	char time[UTC_TIME_TEXT_MAX];
	const char *type =
		json_string_value(json_object_get(request->parameters, "certificate_type"));
	bool is_smime = type != NULL && strcmp(type, "s-mime") == 0;
	if (utc_time_format(mapping->time_s * UTC_SECOND_US, time) != 0) {
		return NULL;
	}
	json_t *check = json_pack("{s:s, s:o, s:s, s:s}", "check", check_kind_name(request->kind),
				  "identifier", identifier_write(request), "profile",
				  is_smime ? "smime" : "tls", "time", time);
	if (request->kind == CHECK_KIND_DCV) {
		json_object_set_new(check, "dcv", parameters_write(request->parameters));
		return check;
	}
	json_object_set_new(check, "issuer_domains", issuers_write(request, mapping));
	if (mapping->account_uri != NULL) {
		json_object_set_new(check, "account_uri", json_string(mapping->account_uri));
	}
	return check;
}

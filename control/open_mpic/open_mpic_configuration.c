// SPDX-License-Identifier: BSD-3-Clause
// /healthz and /configz. Versions are those of the contract that is kept, beside our own.

#include "open_mpic/open_mpic_response.h"

#include <jansson.h>

#define OPEN_MPIC_SPEC_VERSION "3.9.0"
#define OPEN_MPIC_CORE_VERSION "6.5.0"

json_t *open_mpic_health_write(void)
{
	return json_pack("{s:s}", "status", "healthy");
}

static json_t *domains_write(const struct open_mpic_configuration *configuration)
{
	json_t *list = json_array();
	for (size_t i = 0; i < configuration->default_caa_domain_count; i++) {
		json_array_append_new(list, json_string(configuration->default_caa_domains[i]));
	}
	return list;
}

json_t *open_mpic_configuration_write(enum open_mpic_endpoint endpoint,
				      const struct open_mpic_configuration *configuration)
{
	json_t *body = json_pack("{s:s, s:s, s:s, s:i, s:n}", "open_mpic_api_spec_version",
				 OPEN_MPIC_SPEC_VERSION, "app_version", configuration->app_version,
				 "mpic_core_version", OPEN_MPIC_CORE_VERSION, "log_level",
				 configuration->log_level, "uvicorn_server_timeout_keep_alive");
	switch (endpoint) {
	case OPEN_MPIC_COORDINATOR:
		json_object_set_new(body, "absolute_max_attempts",
				    configuration->absolute_max_attempts > 0
					    ? json_integer(configuration->absolute_max_attempts)
					    : json_null());
		json_object_set_new(
			body, "default_perspective_count",
			json_integer((json_int_t)configuration->default_perspective_count));
		json_object_set_new(body, "http_client_timeout_seconds",
				    json_real(configuration->http_client_timeout_s));
		json_object_set_new(body, "http_client_keepalive_timeout_seconds",
				    json_real(configuration->http_client_keepalive_timeout_s));
		return body;
	case OPEN_MPIC_CAA_CHECKER:
		json_object_set_new(body, "default_caa_domains", domains_write(configuration));
		break;
	case OPEN_MPIC_DCV_CHECKER:
		// RFC 8555 8.3: the certificate of a challenge's server is never judged.
		json_object_set_new(body, "verify_ssl", json_false());
		json_object_set_new(body, "http_client_timeout_seconds",
				    json_real(configuration->http_client_timeout_s));
		break;
	case OPEN_MPIC_ENDPOINT_NONE:
		return body;
	}
	json_object_set_new(body, "dns_timeout_seconds", json_real(configuration->dns_timeout_s));
	json_object_set_new(body, "dns_resolution_lifetime_seconds",
			    json_real(configuration->dns_resolution_lifetime_s));
	return body;
}

// SPDX-License-Identifier: BSD-3-Clause
// A prefix of one or two labels put before a name, or a path put behind a host.

#include "policy/dcv_query.h"

#include <parallax/base/error.h>
#include <parallax/dns/rr_type.h>

#include "policy/account_label.h"
#include "policy/dcv_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

// `prefix`: labels in presentation form, "" for none.
static int question_make(const char *prefix, const struct plx_name *domain, uint16_t type,
			 struct dcv_query *ret_query)
{
	struct plx_name name = *domain;
	if (prefix[0] != '\0') {
		struct plx_name front;
		int error = plx_name_parse(prefix, strlen(prefix), &front);
		if (error < 0) {
			return error;
		}
		size_t front_length = front.length - 1u; // without the root
		if (front_length + domain->length > PLX_NAME_MAX) {
			return PLX_ERR_NAME_TOO_LONG;
		}
		memcpy(name.wire, front.wire, front_length);
		memcpy(name.wire + front_length, domain->wire, domain->length);
		name.length = (uint8_t)(front_length + domain->length);
	}
	plx_name_lower(&name);
	*ret_query = (struct dcv_query) {.kind = DCV_QUERY_DNS, .type = type, .name = name};
	return 0;
}

static int domain_question(const char *prefix, const struct dcv_target *target, uint16_t type,
			   struct dcv_query *ret_query)
{
	return target->domain == NULL ? -EINVAL
				      : question_make(prefix, target->domain, type, ret_query);
}

static int account_question(const struct dcv_parameters *parameters,
			    const struct dcv_target *target, struct dcv_query *ret_query)
{
	char label[ACCOUNT_LABEL_TEXT_MAX];
	char prefix[ACCOUNT_LABEL_TEXT_MAX + sizeof("._acme-challenge")];
	int error = account_label_make(parameters->account_uri, label);
	if (error < 0) {
		return error;
	}
	(void)snprintf(prefix, sizeof(prefix), "%s._acme-challenge", label);
	return domain_question(prefix, target, PLX_TYPE_TXT, ret_query);
}

// BR 3.2.2.4.22 and 3.2.2.5.8: the labels differ, so that control of a reverse zone is never control of a domain.
static int persistent_question(const struct dcv_target *target, struct dcv_query *ret_query)
{
	if (target->domain != NULL) {
		return question_make("_validation-persist", target->domain, PLX_TYPE_TXT,
				     ret_query);
	}
	return target->reverse_name == NULL
		       ? -EINVAL
		       : question_make("_ip-validation-persist", target->reverse_name, PLX_TYPE_TXT,
				       ret_query);
}

static int relevant_caa(const struct dcv_target *target, struct dcv_query *ret_query)
{
	int error = domain_question("", target, PLX_TYPE_CAA, ret_query);
	if (error == 0) {
		ret_query->kind = DCV_QUERY_RELEVANT_CAA;
	}
	return error;
}

static int host_format(const struct dcv_target *target, char ret_host[static DCV_HOST_TEXT_MAX])
{
	if (target->domain == NULL) {
		char text[PLX_IP_TEXT_MAX];
		if (target->ip == NULL || target->ip->family == 0) {
			return -EINVAL;
		}
		plx_ip_format(target->ip, text);
		(void)snprintf(ret_host, DCV_HOST_TEXT_MAX, target->ip->family == 6 ? "[%s]" : "%s",
			       text);
		return 0;
	}
	char text[PLX_NAME_TEXT_MAX];
	struct plx_name lower = *target->domain;
	plx_name_lower(&lower);
	size_t length = plx_name_format(&lower, text);
	if (!dcv_text_is_url_host_name(text, length)) {
		return -EINVAL;
	}
	memcpy(ret_host, text, length + 1);
	return 0;
}

static int url_make(const char *scheme, const char *folder, const char *file,
		    const struct dcv_target *target, struct dcv_query *ret_query)
{
	char host[DCV_HOST_TEXT_MAX];
	int error = host_format(target, host);
	if (error < 0) {
		return error;
	}
	struct dcv_query query = {.kind = DCV_QUERY_HTTP};
	int length = snprintf(query.url, sizeof(query.url), "%s://%s/.well-known/%s/%s", scheme,
			      host, folder, file);
	if (length < 0 || (size_t)length >= sizeof(query.url)) {
		return -EINVAL;
	}
	*ret_query = query;
	return 0;
}

static int handshake_make(const struct dcv_target *target, struct dcv_query *ret_query)
{
	const struct plx_name *name =
		target->domain != NULL ? target->domain : target->reverse_name;
	if (name == NULL) {
		return -EINVAL;
	}
	struct dcv_query query = {.kind = DCV_QUERY_TLS_ALPN, .name = *name};
	plx_name_lower(&query.name);
	*ret_query = query;
	return 0;
}

static const char *text_or(const char *text, const char *otherwise)
{
	return text == NULL ? otherwise : text;
}

int dcv_query_make(const struct dcv_parameters *parameters, const struct dcv_target *target,
		   struct dcv_query *ret_query)
{
	const char *prefix = text_or(parameters->dns_name_prefix, "");
	switch (parameters->method) {
	case DCV_WEBSITE_CHANGE:
		return url_make(text_or(parameters->url_scheme, "http"), "pki-validation",
				parameters->http_token_path, target, ret_query);
	case DCV_ACME_HTTP_01:
		return url_make("http", "acme-challenge", parameters->token, target, ret_query);
	case DCV_ACME_DNS_01:
		return domain_question("_acme-challenge", target, PLX_TYPE_TXT, ret_query);
	case DCV_ACME_TLS_ALPN_01:
		return handshake_make(target, ret_query);
	case DCV_ACME_DNS_ACCOUNT_01:
		return account_question(parameters, target, ret_query);
	case DCV_DNS_CHANGE:
	case DCV_IP_ADDRESS:
		return domain_question(prefix, target, parameters->dns_record_type, ret_query);
	case DCV_DNS_PERSISTENT:
		return persistent_question(target, ret_query);
	case DCV_CONTACT_EMAIL_TXT:
		return domain_question("_validation-contactemail", target, PLX_TYPE_TXT, ret_query);
	case DCV_CONTACT_PHONE_TXT:
		return domain_question("_validation-contactphone", target, PLX_TYPE_TXT, ret_query);
	case DCV_CONTACT_EMAIL_CAA:
	case DCV_CONTACT_PHONE_CAA:
		return relevant_caa(target, ret_query);
	case DCV_REVERSE_ADDRESS_LOOKUP:
		return target->reverse_name == NULL
			       ? -EINVAL
			       : question_make("", target->reverse_name, PLX_TYPE_PTR, ret_query);
	case DCV_METHOD_NONE:
	case DCV_METHOD_COUNT:
		break;
	}
	return -EINVAL;
}

const char *dcv_query_kind_name(enum dcv_query_kind kind)
{
	switch (kind) {
	case DCV_QUERY_DNS:
		return "dns";
	case DCV_QUERY_RELEVANT_CAA:
		return "relevant-caa";
	case DCV_QUERY_HTTP:
		return "http";
	case DCV_QUERY_TLS_ALPN:
		return "tls-alpn";
	case DCV_QUERY_NONE:
		break;
	}
	return "none";
}

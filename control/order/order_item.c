// SPDX-License-Identifier: BSD-3-Clause

#include "order/order_item.h"

#include "check/dcv_parameters_json.h"
#include "policy/authorization_domain.h"
#include "policy/dcv_parameters.h"
#include "policy/issuer_domain.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct json_member members[] = {
	{.name = "type", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "value", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "authorization_domain", .kind = JSON_KIND_TEXT, .is_nullable = true},
	{.name = "dcv", .kind = JSON_KIND_OBJECT, .is_required = true},
};

// An order for CAA alone.
static const struct json_member caa_members[] = {
	{.name = "type", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "value", .kind = JSON_KIND_TEXT, .is_required = true},
};

static int read_identifier(json_t *value, const struct order_item_rules *rules,
			   struct identifier *ret_identifier, struct json_fault *fault)
{
	const char *text = json_member_text(value, "value");
	struct identifier_rules dated = rules->identifiers;
	dated.now_s = rules->decide_at_s;
	enum identifier_fault why = identifier_parse(json_member_text(value, "type"), text,
						     strlen(text), &dated, ret_identifier);
	if (why != IDENTIFIER_FAULT_NONE) {
		return json_fault_set(fault, why == IDENTIFIER_FAULT_TYPE ? "/type" : "/value",
				      "%s", identifier_fault_text(why));
	}
	if (rules->profile == PROFILE_SMIME &&
	    (ret_identifier->type != IDENTIFIER_TYPE_DNS || ret_identifier->is_wildcard)) {
		return json_fault_set(fault, "/value",
				      "profile smime takes the domain of a mailbox: a domain name "
				      "without asterisk");
	}
	return 0;
}

// dns-persistent: the record may be for any of the names that the CA discloses, and for no other (BR 3.2.2.4.22).
static int judge_issuers(const struct dcv_parameters *parameters,
			 const struct order_item_rules *rules, struct json_fault *fault)
{
	for (size_t i = 0; i < parameters->issuer_domain_name_count; i++) {
		const char *name = parameters->issuer_domain_names[i];
		if (issuer_domain_find(name, strlen(name), rules->issuer_domains,
				       rules->issuer_domain_count) == NULL) {
			char pointer[JSON_POINTER_MAX];
			snprintf(pointer, sizeof(pointer), "/issuer_domain_names/%zu", i);
			return json_fault_set(fault, pointer, ORDER_FOREIGN_ISSUER);
		}
	}
	return 0;
}

// The rules may be those of another date; a value grows old by the calendar.
static int judge_present_age(const struct dcv_parameters *parameters,
			     const struct order_item_rules *rules, struct json_fault *fault)
{
	enum dcv_parameters_verdict verdict =
		dcv_parameters_age_verdict(parameters, rules->identifiers.now_s);
	return verdict == DCV_PARAMETERS_OK ? 0
					    : json_fault_set(fault, "/issued_at", "%s",
							     dcv_parameters_verdict_text(verdict));
}

static int read_dcv(json_t *value, const struct order_item_rules *rules,
		    const struct identifier *identifier, enum dcv_method *ret_method,
		    struct json_fault *fault)
{
	struct dcv_parameters_store store;
	struct dcv_identifier kind = {.is_ip = identifier->type == IDENTIFIER_TYPE_IP,
				      .is_wildcard = identifier->is_wildcard,
				      .is_onion = identifier->is_onion};
	int error = dcv_parameters_read(json_object_get(value, "dcv"), &store, fault);
	if (error == 0) {
		struct dcv_parameters_finding finding = dcv_parameters_check(
			&store.parameters, &kind, rules->decide_at_s, rules->dcv);
		*ret_method = store.parameters.method;
		error = finding.verdict == DCV_PARAMETERS_OK
				? judge_present_age(&store.parameters, rules, fault)
				: json_fault_set(fault, finding.member, "%s",
						 dcv_parameters_verdict_text(finding.verdict));
		error = error != 0 ? error : judge_issuers(&store.parameters, rules, fault);
	}
	if (error != 0) {
		json_fault_prefix(fault, "/dcv");
	}
	return error;
}

// What can be said of an Authorization Domain Name without a look-up. One that is reached by way of an alias is judged
// by the primary, when it has followed it.
static int judge_authorization_domain(const char *text, const struct order_item_rules *rules,
				      const struct identifier *identifier, enum dcv_method method,
				      struct json_fault *fault)
{
	struct plx_name chosen, domain, applied = identifier->name;
	struct authorization_domain_step step = {.name = identifier->name};
	if (identifier->type != IDENTIFIER_TYPE_DNS) {
		return json_fault_set(fault, "/authorization_domain",
				      "an address has no authorization domain: remove it");
	}
	if (plx_name_parse(text, strlen(text), &chosen) != 0) {
		return json_fault_set(fault, "/authorization_domain", "is not a domain name");
	}
	if (identifier->is_wildcard &&
	    plx_name_parse(identifier->text, strlen(identifier->text), &applied) != 0) {
		return json_fault_set(fault, "/value", "is too long for a wildcard");
	}
	if (base_domain_find(rules->identifiers.suffixes, &step.name, &step.base_domain) !=
	    BASE_DOMAIN_FOUND) {
		step.base_domain.length = 0;
	}
	struct authorization_domain_facts facts = {.method = method,
						   .is_onion = identifier->is_onion,
						   .applied = &applied,
						   .chain = &step,
						   .chain_count = 1,
						   .chosen = &chosen};
	enum authorization_domain_reason reason = authorization_domain_judge(&facts, &domain);
	bool may_follow_alias = reason == AUTHORIZATION_DOMAIN_UNRELATED &&
				dcv_method_rule_get(method)->allows_cname &&
				!identifier->is_wildcard;
	if (authorization_domain_is_allowed(reason) || may_follow_alias) {
		return 0;
	}
	return json_fault_set(fault, "/authorization_domain", "%s",
			      authorization_domain_reason_text(reason));
}

static int check_members(json_t *value, const struct order_item_rules *rules,
			 struct json_fault *fault)
{
	return rules->scope == ORDER_SCOPE_CAA
		       ? json_members_check(value, caa_members, PLX_ARRAY_SIZE(caa_members), fault)
		       : json_members_check(value, members, PLX_ARRAY_SIZE(members), fault);
}

// Where CAA does not apply there is nothing to ask, and no answer that would not be misread.
static int judge_caa_target(const struct identifier *identifier, struct json_fault *fault)
{
	return identifier->type == IDENTIFIER_TYPE_DNS && !identifier->is_onion
		       ? 0
		       : json_fault_set(fault, "/value",
					"CAA is for domain names, not for addresses or onion names "
					"(BR 4.2.2.1)");
}

int order_item_read(json_t *value, const struct order_item_rules *rules,
		    struct order_item *ret_item, struct json_fault *fault)
{
	struct identifier identifier;
	enum dcv_method method = DCV_METHOD_NONE;
	bool has_dcv = rules->scope != ORDER_SCOPE_CAA;
	int error = check_members(value, rules, fault);
	error = error != 0 ? error : read_identifier(value, rules, &identifier, fault);
	if (error == 0) {
		error = has_dcv ? read_dcv(value, rules, &identifier, &method, fault)
				: judge_caa_target(&identifier, fault);
	}
	json_t *domain = json_member_get(value, "authorization_domain");
	if (error == 0 && domain != NULL) {
		error = judge_authorization_domain(json_string_value(domain), rules, &identifier,
						   method, fault);
	}
	if (error != 0) {
		return error;
	}
	char *text = strdup(identifier.text);
	if (text == NULL) {
		return -ENOMEM;
	}
	*ret_item = (struct order_item) {
		.type = identifier.type,
		.is_wildcard = identifier.is_wildcard,
		.is_onion = identifier.is_onion,
		.method = method,
		.text = text,
		.dcv = has_dcv ? json_incref(json_object_get(value, "dcv")) : json_null(),
		.authorization_domain = domain != NULL ? json_incref(domain) : json_null(),
	};
	return 0;
}

void order_item_fini(struct order_item *item)
{
	free(item->text);
	json_decref(item->dcv);
	json_decref(item->authorization_domain);
}

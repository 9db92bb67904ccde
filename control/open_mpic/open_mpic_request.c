// SPDX-License-Identifier: BSD-3-Clause
// Open MPIC's model is a union of two: a body is tried as a CAA and as a DCV request, and when it is neither, the faults
// of both are told.

#include "open_mpic/open_mpic_request.h"

#include "check/json_text.h"
#include "open_mpic/issue_list.h"
#include "open_mpic/lax_value.h"
#include "open_mpic/method_members.h"
#include "policy/issuer_domain.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LOGIC_TEXT_MAX 64

struct reading {
	enum open_mpic_endpoint endpoint;
	json_t *body;
	struct issue_list issues;
	struct open_mpic_request request; // releases with open_mpic_request_fini
};

static json_t *get_given(const json_t *object, const char *name)
{
	json_t *member = json_object_get(object, name);
	return json_is_null(member) ? NULL : member;
}

static void read_check_type(struct reading *reading)
{
	bool is_caa = reading->request.kind == CHECK_KIND_CAA;
	const json_t *type = json_object_get(reading->body, "check_type");
	const char *text = json_string_value(type);
	issue_list_enter(&reading->issues, "check_type");
	if (type != NULL &&
	    (text == NULL || strcmp(text, check_kind_name(reading->request.kind)) != 0)) {
		issue_add_expected(&reading->issues, "literal_error",
				   is_caa ? "<CheckType.CAA: 'caa'>" : "<CheckType.DCV: 'dcv'>",
				   type);
	}
	issue_list_leave(&reading->issues);
}

static void read_text(struct reading *reading, const char *name, bool is_required,
		      const char **ret_text)
{
	json_t *value = json_object_get(reading->body, name);
	issue_list_enter(&reading->issues, name);
	if (value == NULL && is_required) {
		issue_add(&reading->issues, "missing", "Field required", reading->body, NULL);
	} else if ((is_required || get_given(reading->body, name) != NULL) &&
		   !lax_text_read(value, &reading->issues, ret_text)) {
		*ret_text = NULL;
	}
	issue_list_leave(&reading->issues);
}

static void read_orchestration(struct reading *reading)
{
	struct open_mpic_request *request = &reading->request;
	json_t *value = get_given(reading->body, "orchestration_parameters");
	const struct {
		const char *name;
		struct open_mpic_number *number;
	} members[] = {{"perspective_count", &request->perspective_count},
		       {"quorum_count", &request->quorum_count},
		       {"max_attempts", &request->max_attempts},
		       {"cohort_for_single_attempt", &request->cohort}};
	if (value == NULL) {
		return;
	}
	issue_list_enter(&reading->issues, "orchestration_parameters");
	if (!json_is_object(value)) {
		issue_add(&reading->issues, "model_attributes_type",
			  "Input should be a valid dictionary or object to extract fields from",
			  value, NULL);
	}
	request->orchestration = json_object();
	for (size_t i = 0; i < PLX_ARRAY_SIZE(members); i++) {
		const json_t *member = get_given(value, members[i].name);
		issue_list_enter(&reading->issues, members[i].name);
		members[i].number->is_given =
			member != NULL &&
			lax_integer_read(member, &reading->issues, &members[i].number->value);
		issue_list_leave(&reading->issues);
		json_object_set_new(request->orchestration, members[i].name,
				    members[i].number->is_given
					    ? json_integer(members[i].number->value)
					    : json_null());
	}
	issue_list_leave(&reading->issues);
}

static void read_caa_members(struct reading *reading, const json_t *value)
{
	struct issue_list *issues = &reading->issues;
	json_t *type = json_object_get(value, "certificate_type");
	const char *text = json_string_value(type);
	json_t *domains = get_given(value, "caa_domains");
	const json_t *allow = json_object_get(value, "allow_lookup_failure");
	bool allows_failure = false;
	bool is_known =
		text != NULL && (strcmp(text, "tls-server") == 0 || strcmp(text, "s-mime") == 0);
	issue_list_enter(issues, "certificate_type");
	if (type != NULL && !is_known) {
		issue_add_expected(issues, "enum", "'tls-server' or 's-mime'", type);
	}
	issue_list_leave(issues);
	issue_list_enter(issues, "caa_domains");
	bool is_good = domains == NULL || lax_texts_check(domains, issues);
	issue_list_leave(issues);
	issue_list_enter(issues, "allow_lookup_failure");
	is_good = (allow == NULL || lax_boolean_read(allow, issues, &allows_failure)) && is_good;
	issue_list_leave(issues);
	if (is_good) {
		reading->request.parameters = json_pack(
			"{s:s, s:O?, s:b}", "certificate_type", is_known ? text : "tls-server",
			"caa_domains", domains, "allow_lookup_failure", allows_failure);
		// "O?" leaves NULL as null, which is what an echo has.
	}
}

static void read_caa_parameters(struct reading *reading)
{
	json_t *value = get_given(reading->body, "caa_check_parameters");
	issue_list_enter(&reading->issues, "caa_check_parameters");
	if (json_is_object(value)) {
		read_caa_members(reading, value);
	} else if (value != NULL) {
		issue_add(&reading->issues, "model_attributes_type",
			  "Input should be a valid dictionary or object to extract fields from",
			  value, NULL);
	}
	issue_list_leave(&reading->issues);
}

static void read_dcv_parameters(struct reading *reading)
{
	json_t *value = json_object_get(reading->body, "dcv_check_parameters");
	issue_list_enter(&reading->issues, "dcv_check_parameters");
	if (value == NULL) {
		issue_add(&reading->issues, "missing", "Field required", reading->body, NULL);
	} else if (!method_members_read(value, &reading->issues, &reading->request.method,
					&reading->request.parameters)) {
		reading->request.parameters = NULL;
	}
	issue_list_leave(&reading->issues);
}

// One arm of the union. False without memory.
static bool read_as(struct reading *reading, enum check_kind kind, bool has_input)
{
	bool is_coordinator = reading->endpoint == OPEN_MPIC_COORDINATOR;
	reading->request = (struct open_mpic_request) {.kind = kind};
	if (!issue_list_init(&reading->issues, has_input)) {
		return false;
	}
	issue_list_enter(&reading->issues, "body");
	if (is_coordinator) {
		issue_list_enter(&reading->issues,
				 kind == CHECK_KIND_CAA ? "MpicCaaRequest" : "MpicDcvRequest");
	}
	if (!json_is_object(reading->body)) {
		issue_add(&reading->issues, "model_attributes_type",
			  "Input should be a valid dictionary or object to extract fields from",
			  reading->body, NULL);
		return true;
	}
	read_text(reading, "domain_or_ip_target", true, &reading->request.target);
	read_check_type(reading);
	if (is_coordinator) {
		read_orchestration(reading);
	}
	read_text(reading, "trace_identifier", false, &reading->request.trace_identifier);
	if (kind == CHECK_KIND_CAA) {
		read_caa_parameters(reading);
	} else {
		read_dcv_parameters(reading);
	}
	reading->request.source = json_incref(reading->body);
	return true;
}

static bool is_good(const struct reading *reading)
{
	return json_array_size(reading->issues.items) == 0 && reading->request.source != NULL;
}

size_t open_mpic_quorum_default(size_t perspective_count)
{
	return perspective_count <= 5 ? perspective_count - (perspective_count > 0)
				      : perspective_count - 2;
}

static void add_count_issue(struct issue_list *issues, const char *type, const char *what,
			    int64_t count)
{
	char text[LOGIC_TEXT_MAX];
	(void)snprintf(text, sizeof(text), "Invalid %s count: %lld", what, (long long)count);
	issue_add_logic(issues, type, text);
}

static bool is_quorum(int64_t count, int64_t quorum)
{
	int64_t least = count <= 5 ? count - 1 : count - 2;
	return least <= quorum && quorum <= count;
}

static bool is_empty_text(const json_t *parameters, const char *name)
{
	const char *text = json_string_value(json_object_get(parameters, name));
	return text == NULL || text[0] == '\0';
}

// What types do not tell. Fills in what holds.
static void judge_counts(struct reading *reading, const struct open_mpic_limits *limits)
{
	struct open_mpic_request *request = &reading->request;
	const struct open_mpic_number *given = &request->perspective_count;
	const struct open_mpic_number *quorum = &request->quorum_count;
	bool is_known = !given->is_given ||
			(given->value >= 2 &&
			 (uint64_t)given->value <= (uint64_t)limits->known_perspective_count);
	size_t count = given->is_given && is_known ? (size_t)given->value
						   : limits->default_perspective_count;
	bool checks_quorum = quorum->is_given && is_known &&
			     (given->is_given || !limits->accepts_unchecked_quorum);
	request->actual_perspective_count = count;
	request->actual_quorum_count = open_mpic_quorum_default(count);
	if (!is_known) {
		add_count_issue(&reading->issues, "invalid-perspective-count", "perspective",
				given->value);
	}
	if (checks_quorum && !is_quorum((int64_t)count, quorum->value)) {
		add_count_issue(&reading->issues, "invalid-quorum-count", "quorum", quorum->value);
	} else if (quorum->is_given) {
		request->actual_quorum_count = quorum->value > 0 ? (size_t)quorum->value : 0;
	}
	request->attempts_max = request->max_attempts.is_given && request->max_attempts.value > 0 &&
						!request->cohort.is_given
					? request->max_attempts.value
					: 1;
	if (limits->absolute_max_attempts > 0 &&
	    request->attempts_max > limits->absolute_max_attempts) {
		request->attempts_max = limits->absolute_max_attempts;
	}
	// Everything contains "".
	if (request->method == DCV_WEBSITE_CHANGE &&
	    is_empty_text(request->parameters, "challenge_value") &&
	    is_empty_text(request->parameters, "match_regex")) {
		issue_add_logic(&reading->issues, "empty-challenge-value",
				"Empty challenge value.");
	}
}

// Each entry of a list that was read before is a text. Names no entry in its issue: it may be as long as the body.
static bool judge_issuers(struct reading *reading, const char *list,
			  const struct open_mpic_limits *limits)
{
	const json_t *names = json_object_get(reading->request.parameters, list);
	for (size_t i = 0; i < json_array_size(names) && !limits->accepts_any_caa_domain; i++) {
		const json_t *name = json_array_get(names, i);
		if (issuer_domain_find(json_string_value(name), json_string_length(name),
				       limits->issuer_domains,
				       limits->issuer_domain_count) == NULL) {
			char text[LOGIC_TEXT_MAX];
			(void)snprintf(text, sizeof(text),
				       "%s[%zu] is no issuer domain of this CA.", list, i);
			issue_add_logic(&reading->issues, "foreign-issuer-domain", text);
			return false;
		}
	}
	return true;
}

static json_t *answer_write(enum open_mpic_endpoint endpoint, json_t *items)
{
	return endpoint == OPEN_MPIC_COORDINATOR
		       ? json_pack("{s:s, s:O}", "error", "request-validation-failed",
				   "validation_issues", items)
		       : json_pack("{s:O}", "detail", items);
}

// A body that claims no kind and has DCV parameters is about DCV. Open MPIC reads it as CAA when those are faulty, so that
// a typing error would pass for a check that was never made.
static bool is_meant_as_caa(const struct reading *caa)
{
	return caa->endpoint != OPEN_MPIC_COORDINATOR ||
	       json_object_get(caa->body, "check_type") != NULL ||
	       get_given(caa->body, "dcv_check_parameters") == NULL;
}

static int choose(struct reading *caa, struct reading *dcv, const struct open_mpic_limits *limits,
		  struct open_mpic_request *ret_request, json_t **ret_answer)
{
	struct reading *chosen = is_good(dcv)                           ? dcv
				 : is_good(caa) && is_meant_as_caa(caa) ? caa
									: NULL;
	bool is_ours = true;
	if (chosen != NULL && chosen->endpoint == OPEN_MPIC_COORDINATOR) {
		judge_counts(chosen, limits);
		is_ours = judge_issuers(chosen, "caa_domains", limits) &&
			  judge_issuers(chosen, "issuer_domain_names", limits);
	}
	if (chosen != NULL && is_ours && json_array_size(chosen->issues.items) == 0) {
		*ret_request = chosen->request;
		chosen->request = (struct open_mpic_request) {.kind = CHECK_KIND_NONE};
		return 0;
	}
	if (chosen == NULL && caa->issues.items != NULL && dcv->issues.items != NULL) {
		json_array_extend(caa->issues.items, dcv->issues.items);
	}
	const struct reading *told = chosen != NULL              ? chosen
				     : caa->issues.items != NULL ? caa
								 : dcv;
	json_t *answer = answer_write(told->endpoint, told->issues.items);
	if (answer == NULL) {
		return -ENOMEM;
	}
	*ret_answer = answer;
	return -EINVAL;
}

// FastAPI's words for a body that is no JSON. The parser's own quote it, cut within a character at times.
static int refuse_text(enum open_mpic_endpoint endpoint, json_error_t *fault, json_t **ret_answer)
{
	json_text_repair(fault->text);
	json_t *items = json_pack("[{s:s, s:[s,i], s:s, s:{}, s:{s:s}}]", "type", "json_invalid",
				  "loc", "body", fault->position, "msg", "JSON decode error",
				  "input", "ctx", "error", fault->text);
	json_t *answer = answer_write(endpoint, items);
	json_decref(items);
	if (answer == NULL) {
		return -ENOMEM;
	}
	*ret_answer = answer;
	return -EINVAL;
}

int open_mpic_request_read(enum open_mpic_endpoint endpoint, const char *body, size_t size,
			   const struct open_mpic_limits *limits,
			   struct open_mpic_request *ret_request, json_t **ret_answer)
{
	json_error_t fault = {.position = 0, .text = "the body is too large"};
	json_t *root =
		size <= OPEN_MPIC_BODY_MAX
			? json_loadb(body, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault)
			: NULL;
	if (root == NULL) {
		return refuse_text(endpoint, &fault, ret_answer);
	}
	bool has_input = size <= ISSUE_INPUT_BODY_MAX;
	struct reading caa = {.endpoint = endpoint, .body = root};
	struct reading dcv = {.endpoint = endpoint, .body = root};
	bool is_read =
		(endpoint == OPEN_MPIC_DCV_CHECKER || read_as(&caa, CHECK_KIND_CAA, has_input)) &&
		(endpoint == OPEN_MPIC_CAA_CHECKER || read_as(&dcv, CHECK_KIND_DCV, has_input));
	int error = is_read ? choose(&caa, &dcv, limits, ret_request, ret_answer) : -ENOMEM;
	issue_list_fini(&caa.issues);
	issue_list_fini(&dcv.issues);
	open_mpic_request_fini(&caa.request);
	open_mpic_request_fini(&dcv.request);
	json_decref(root);
	return error;
}

void open_mpic_request_fini(struct open_mpic_request *request)
{
	json_decref(request->source);
	json_decref(request->orchestration);
	json_decref(request->parameters);
	*request = (struct open_mpic_request) {.kind = CHECK_KIND_NONE};
}

int open_mpic_fault_status(enum open_mpic_endpoint endpoint)
{
	return endpoint == OPEN_MPIC_COORDINATOR ? 400 : 422;
}

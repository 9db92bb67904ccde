// SPDX-License-Identifier: BSD-3-Clause
// Bodies of /mpic, /caa and /dcv: the first octet is the endpoint, the rest the body. Oracle: a refusal is a body with
// issues; what is accepted has counts within the limits, no issuer but ours, an echo that reads back as itself, and makes a check that our
// own strict reader refuses for its meaning at most, never for its form.

#include "open_mpic/check_mapping.h"
#include "open_mpic/issue_list.h"

#include "fuzz_target.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <strings.h>

static const char *const own_issuers[] = {"ca.test"};
static const struct open_mpic_limits limits = {.known_perspective_count = 6,
					       .default_perspective_count = 5,
					       .absolute_max_attempts = 3,
					       .issuer_domains = own_issuers,
					       .issuer_domain_count = 1};

static void check_refusal(enum open_mpic_endpoint endpoint, json_t *answer)
{
	const json_t *issues = json_object_get(
		answer, endpoint == OPEN_MPIC_COORDINATOR ? "validation_issues" : "detail");
	must(json_array_size(issues) > 0 && json_array_size(issues) <= 2 * ISSUE_LIST_MAX + 3);
	for (size_t i = 0; i < json_array_size(issues); i++) {
		const json_t *issue = json_array_get(issues, i);
		must(json_is_string(json_object_get(issue, "type")) ||
		     json_is_string(json_object_get(issue, "issue_type")));
	}
	char *text = json_dumps(answer, 0);
	must(text != NULL);
	free(text);
	json_decref(answer);
}

static void check_counts(const struct open_mpic_request *request)
{
	must(request->actual_perspective_count >= 2 &&
	     request->actual_perspective_count <= limits.known_perspective_count);
	must(request->actual_quorum_count <= request->actual_perspective_count);
	must(request->actual_quorum_count + 2 >= request->actual_perspective_count);
	must(request->actual_quorum_count >= 1);
	must(request->attempts_max >= 1 && request->attempts_max <= limits.absolute_max_attempts);
}

static void check_mapping(const struct open_mpic_request *request)
{
	static const char *const issuers[] = {"ca.test"};
	const struct check_mapping mapping = {issuers, 1, NULL, 1795435200};
	const struct identifier_rules rules = {.accepts_trailing_dot = true};
	struct json_fault fault = {.text = ""};
	json_t *check = check_mapping_write(request, &mapping);
	must(check != NULL);
	// Without a suffix list only addresses come through.
	struct check_request *read = check_request_read(check, &rules, &fault);
	if (read != NULL) {
		must(read->kind == request->kind && read->dcv.parameters.method == request->method);
	} else {
		must(strcmp(fault.pointer, "/identifier/value") == 0 ||
		     strncmp(fault.pointer, "/issuer_domains", 15) == 0 ||
		     strncmp(fault.pointer, "/dcv/issuer_domain_names", 24) == 0 ||
		     strcmp(fault.pointer, "/dcv/http_headers") == 0);
	}
	check_request_free(read);
	json_decref(check);
}

static void check_issuers(const struct open_mpic_request *request, const char *list)
{
	const json_t *names = json_object_get(request->parameters, list);
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));
		must(strcasecmp(name, "ca.test") == 0 || strcasecmp(name, "ca.test.") == 0);
	}
}

static void check_echo(enum open_mpic_endpoint endpoint, const struct open_mpic_request *request)
{
	bool is_caa = request->kind == CHECK_KIND_CAA;
	struct open_mpic_request again = {.kind = CHECK_KIND_NONE};
	json_t *answer = NULL;
	json_t *body =
		json_pack("{s:s, s:s, s:O?, s:O?}", "check_type", check_kind_name(request->kind),
			  "domain_or_ip_target", request->target,
			  is_caa ? "caa_check_parameters" : "dcv_check_parameters",
			  request->parameters, "orchestration_parameters", request->orchestration);
	char *text = json_dumps(body, 0);
	must(text != NULL);
	// The echo may be longer than the body that was allowed.
	if (strlen(text) <= OPEN_MPIC_BODY_MAX) {
		must(open_mpic_request_read(endpoint, text, strlen(text), &limits, &again,
					    &answer) == 0);
		must(again.parameters == request->parameters ||
		     json_equal(again.parameters, request->parameters));
		open_mpic_request_fini(&again);
	}
	free(text);
	json_decref(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct open_mpic_request request = {.kind = CHECK_KIND_NONE};
	json_t *answer = NULL;
	if (size == 0) {
		return 0;
	}
	enum open_mpic_endpoint endpoint =
		(enum open_mpic_endpoint)(OPEN_MPIC_COORDINATOR + data[0] % 3);
	int error = open_mpic_request_read(endpoint, (const char *)data + 1, size - 1, &limits,
					   &request, &answer);
	if (error != 0) {
		must(error == -EINVAL);
		check_refusal(endpoint, answer);
		return 0;
	}
	must(request.kind == CHECK_KIND_CAA || request.method != DCV_METHOD_NONE);
	must(request.target != NULL);
	if (endpoint == OPEN_MPIC_COORDINATOR) {
		check_counts(&request);
		check_issuers(&request, "caa_domains");
		check_issuers(&request, "issuer_domain_names");
	}
	check_mapping(&request);
	check_echo(endpoint, &request);
	open_mpic_request_fini(&request);
	return 0;
}

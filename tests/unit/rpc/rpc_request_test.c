// SPDX-License-Identifier: BSD-3-Clause

#include "cunit_runner.h"

#include <parallax/protocol/control_methods.h>
#include <parallax/protocol/dataplane_methods.h>

#include "rpc/rpc_request.h"

#include <jansson.h>

#include <string.h>

static const struct plx_method methods[] = {
	{.name = "test.echo",
	 .help = "Says it again",
	 .params = {{.name = "text",
		     .type = PLX_PARAM_STRING,
		     .is_required = true,
		     .minimum = 1,
		     .maximum = 5,
		     .help = "what to say"},
		    {.name = "times",
		     .type = PLX_PARAM_INTEGER,
		     .minimum = 1,
		     .maximum = 9,
		     .help = ""},
		    {.name = "loud", .type = PLX_PARAM_BOOLEAN, .help = ""}}},
	{.name = "test.none", .help = "Takes nothing"},
	{.name = "test.object",
	 .help = "Takes an object",
	 .params = {{.name = "what", .type = PLX_PARAM_OBJECT, .is_required = true, .help = ""}}},
};

static struct rpc_request request;
static struct rpc_request_fault fault;

static bool read_line(const char *line)
{
	memset(&fault, 0, sizeof(fault));
	bool is_good = rpc_request_read(line, strlen(line), methods, PLX_ARRAY_SIZE(methods),
					&request, &fault);
	return is_good;
}

static void expect_fault(const char *line, int code, const char *pointer, const char *message)
{
	CU_ASSERT_FALSE(read_line(line));
	CU_ASSERT_EQUAL(fault.code, code);
	CU_ASSERT_STRING_EQUAL(fault.pointer, pointer);
	CU_ASSERT_STRING_EQUAL(fault.message, message);
	if (strcmp(fault.message, message) != 0 || strcmp(fault.pointer, pointer) != 0) {
		fprintf(stderr, "\nexpected: %s %s\nfound:    %s %s\n", pointer, message,
			fault.pointer, fault.message);
	}
	rpc_request_release(&request);
}

TEST(an_object_is_taken_as_it_is_and_nothing_else_for_it)
{
	CU_ASSERT_TRUE(read_line("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.object\","
				 "\"params\":{\"what\":{\"any\":[1,2]}}}"));
	const json_t *what = json_object_get(request.params, "what");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(what, "any")), 2);
	rpc_request_release(&request);
	expect_fault("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.object\","
		     "\"params\":{\"what\":[1]}}",
		     PLX_RPC_INVALID_PARAMS, "/params/what", "what must be an object");
}

TEST(a_good_request_is_taken_apart)
{
	CU_ASSERT_TRUE(read_line("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"test.echo\","
				 "\"params\":{\"text\":\"hi\",\"times\":9,\"loud\":true}}"));
	CU_ASSERT_PTR_EQUAL(request.method, &methods[0]);
	CU_ASSERT_STRING_EQUAL(json_string_value(request.id), "a");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(request.params, "text")), "hi");
	CU_ASSERT_FALSE(request.is_notification);
	rpc_request_release(&request);
}

TEST(a_request_without_id_is_a_notification)
{
	CU_ASSERT_TRUE(read_line("{\"jsonrpc\":\"2.0\",\"method\":\"test.none\"}"));
	CU_ASSERT_TRUE(request.is_notification);
	CU_ASSERT_EQUAL(json_object_size(request.params), 0);
	rpc_request_release(&request);
	CU_ASSERT_TRUE(read_line("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"test.none\"}"));
	CU_ASSERT_FALSE(request.is_notification);
	rpc_request_release(&request);
}

TEST(what_is_no_request_is_refused)
{
	CU_ASSERT_FALSE(read_line("{"));
	CU_ASSERT_EQUAL(fault.code, PLX_RPC_NOT_JSON);
	CU_ASSERT_TRUE(json_is_null(request.id));
	rpc_request_release(&request);
	CU_ASSERT_FALSE(read_line("{\"id\":1,\"id\":2}"));
	CU_ASSERT_EQUAL(fault.code, PLX_RPC_NOT_JSON);
	rpc_request_release(&request);
	expect_fault("[]", PLX_RPC_INVALID_REQUEST, "",
		     "a request is one object on a line; batches are not taken");
	expect_fault("{\"id\":{}}", PLX_RPC_INVALID_REQUEST, "/id",
		     "id must be a string or a number");
	expect_fault("{\"id\":1}", PLX_RPC_INVALID_REQUEST, "/jsonrpc", "jsonrpc must be \"2.0\"");
	expect_fault("{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":7}", PLX_RPC_INVALID_REQUEST,
		     "/method", "method must be a string such as \"status.get\"");
	expect_fault("{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"x\"}", PLX_RPC_NO_METHOD,
		     "/method", "there is no method \"x\"; rpc.describe lists all");
}

TEST(the_id_of_a_faulty_request_is_kept_for_the_answer)
{
	CU_ASSERT_FALSE(read_line("{\"id\":42,\"jsonrpc\":\"2.0\",\"method\":\"x\"}"));
	CU_ASSERT_EQUAL(json_integer_value(request.id), 42);
	rpc_request_release(&request);
}

#define ECHO "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.echo\",\"params\":"

TEST(parameters_are_checked_against_the_table)
{
	expect_fault(ECHO "[1]}", PLX_RPC_INVALID_PARAMS, "/params",
		     "params must be an object with a member for each parameter");
	expect_fault(ECHO "{}}", PLX_RPC_INVALID_PARAMS, "/params", "text is missing: what to say");
	expect_fault(ECHO "{\"text\":1}}", PLX_RPC_INVALID_PARAMS, "/params/text",
		     "text must be a string");
	expect_fault(ECHO "{\"text\":\"\"}}", PLX_RPC_INVALID_PARAMS, "/params/text",
		     "text has 0 bytes; it must have 1 to 5");
	expect_fault(ECHO "{\"text\":\"123456\"}}", PLX_RPC_INVALID_PARAMS, "/params/text",
		     "text has 6 bytes; it must have 1 to 5");
	expect_fault(ECHO "{\"text\":\"a\",\"times\":10}}", PLX_RPC_INVALID_PARAMS, "/params/times",
		     "times is 10; it must be from 1 to 9");
	expect_fault(ECHO "{\"text\":\"a\",\"times\":1.5}}", PLX_RPC_INVALID_PARAMS,
		     "/params/times", "times must be an integer");
	expect_fault(ECHO "{\"text\":\"a\",\"loud\":\"yes\"}}", PLX_RPC_INVALID_PARAMS,
		     "/params/loud", "loud must be a boolean");
	expect_fault(ECHO "{\"text\":\"a\",\"tines\":1}}", PLX_RPC_INVALID_PARAMS, "/params",
		     "test.echo has no parameter of that name: \"tines\"; see rpc.describe");
}

// What clients and documents lean on.
static void expect_well_formed(const struct plx_method *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct plx_method *method = &table[i];
		CU_ASSERT_PTR_EQUAL(plx_method_find(table, count, method->name), method);
		CU_ASSERT_PTR_NOT_NULL(strchr(method->name, '.'));
		CU_ASSERT_PTR_NOT_NULL(method->help);
		bool was_optional = false;
		for (size_t p = 0; p < plx_method_param_count(method); p++) {
			const struct plx_param *param = &method->params[p];
			CU_ASSERT_PTR_NOT_NULL(param->help);
			CU_ASSERT_FALSE(param->is_required && was_optional);
			was_optional |= !param->is_required;
			CU_ASSERT_TRUE(param->type == PLX_PARAM_BOOLEAN ||
				       param->type == PLX_PARAM_OBJECT ||
				       param->minimum <= param->maximum);
		}
	}
}

TEST(the_tables_are_well_formed)
{
	expect_well_formed(plx_dataplane_methods, plx_dataplane_method_count);
	expect_well_formed(plx_control_methods, plx_control_method_count);
}

TEST_MAIN(rpc_request, T(a_good_request_is_taken_apart), T(a_request_without_id_is_a_notification),
	  T(what_is_no_request_is_refused), T(the_id_of_a_faulty_request_is_kept_for_the_answer),
	  T(parameters_are_checked_against_the_table),
	  T(an_object_is_taken_as_it_is_and_nothing_else_for_it), T(the_tables_are_well_formed))

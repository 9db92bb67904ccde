// SPDX-License-Identifier: BSD-3-Clause

#include "bench/dataplane_reading.h"

#include "ctl/connection.h"

#include <jansson.h>

#include <errno.h>
#include <string.h>

#define BITS_PER_MBIT 1000000ull

// Reasons for which what came was no answer to a query of ours, by the words of the dataplane. Late ones are apart.
static const char *const mismatch_reasons[] = {
	"no_transaction", "wrong_source", "not_response", "wrong_question",
	"wrong_case",     "wrong_cookie", "malformed",    "suspect",
	"short",          "bad_frame",    "fragment",     "checksum",
};

static int call(struct connection *connection, const char *method, json_t **ret_answer,
		json_t **ret_result)
{
	json_t *answer;
	json_t *params = json_object();
	int error = params == NULL ? -ENOMEM : connection_call(connection, method, params, &answer);
	json_decref(params);
	if (error != 0) {
		return error;
	}
	json_t *result = json_object_get(answer, "result");
	if (!json_is_object(result)) {
		json_decref(answer);
		return -EPROTO;
	}
	*ret_answer = answer;
	*ret_result = result;
	return 0;
}

static uint64_t number_of(const json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

static void take_counters(const json_t *counters, struct dataplane_reading *reading)
{
	const json_t *total = json_object_get(counters, "total");
	const json_t *packets = json_object_get(total, "packets_by_reason");
	reading->workers = (unsigned)json_array_size(json_object_get(counters, "workers"));
	reading->cycles_per_s = number_of(counters, "cycles_per_second");
	reading->busy_cycles = number_of(total, "busy_cycles");
	reading->busy_turns = number_of(total, "busy_turns");
	reading->packets_received = number_of(total, "packets_received");
	reading->packets_sent = number_of(total, "packets_sent");
	reading->packets_unsent = number_of(total, "packets_unsent");
	reading->late = number_of(packets, "late");
	for (size_t i = 0; i < PLX_ARRAY_SIZE(mismatch_reasons); i++) {
		reading->mismatched += number_of(packets, mismatch_reasons[i]);
	}
}

static void take_ports(const json_t *ports, struct dataplane_reading *reading)
{
	size_t index;
	const json_t *port;
	json_array_foreach(ports, index, port)
	{
		reading->bytes_received += number_of(port, "bytes_received");
		reading->bytes_sent += number_of(port, "bytes_sent");
		reading->nic_drops += number_of(port, "missed") +
				      number_of(port, "receive_errors") +
				      number_of(port, "send_errors") + number_of(port, "no_buffer");
		reading->link_bits_per_s += number_of(port, "link_mbps") * BITS_PER_MBIT;
	}
}

int dataplane_reading_take(struct connection *connection, struct dataplane_reading *ret_reading)
{
	struct dataplane_reading reading = {0};
	json_t *answer;
	json_t *result;
	int error = call(connection, "counters.get", &answer, &result);
	if (error != 0) {
		return error;
	}
	take_counters(result, &reading);
	reading.counters = json_incref(json_object_get(result, "total"));
	json_decref(answer);
	error = call(connection, "ports.get", &answer, &result);
	if (error != 0) {
		dataplane_reading_release(&reading);
		return error;
	}
	reading.ports = json_incref(json_object_get(result, "ports"));
	take_ports(reading.ports, &reading);
	json_decref(answer);
	*ret_reading = reading;
	return 0;
}

void dataplane_reading_release(struct dataplane_reading *reading)
{
	json_decref(reading->counters);
	json_decref(reading->ports);
	*reading = (struct dataplane_reading) {0};
}

struct dataplane_reading dataplane_reading_between(const struct dataplane_reading *before,
						   const struct dataplane_reading *after)
{
	struct dataplane_reading between = *after;
	between.busy_cycles -= before->busy_cycles;
	between.busy_turns -= before->busy_turns;
	between.late -= before->late;
	between.mismatched -= before->mismatched;
	between.packets_received -= before->packets_received;
	between.packets_sent -= before->packets_sent;
	between.packets_unsent -= before->packets_unsent;
	between.bytes_received -= before->bytes_received;
	between.bytes_sent -= before->bytes_sent;
	between.nic_drops -= before->nic_drops;
	return between;
}

static enum server_path path_of(const json_t *upstreams, const struct plx_endpoint *server)
{
	char text[PLX_ENDPOINT_TEXT_MAX];
	plx_endpoint_format(server, text);
	if (json_array_size(upstreams) == 0) {
		return SERVER_PATH_NONE;
	}
	const json_t *first = json_array_get(upstreams, 0);
	const char *name = json_string_value(json_object_get(first, "server"));
	if (json_array_size(upstreams) > 1 || name == NULL || strcmp(name, text) != 0) {
		return SERVER_PATH_OTHERS;
	}
	const char *path = json_string_value(json_object_get(first, "path"));
	return path != NULL && strcmp(path, "reachable") == 0 ? SERVER_PATH_OPEN
							      : SERVER_PATH_PENDING;
}

enum server_path dataplane_server_path(struct connection *connection,
				       const struct plx_endpoint *server)
{
	json_t *answer;
	json_t *result;
	if (call(connection, "upstreams.list", &answer, &result) != 0) {
		return SERVER_PATH_UNKNOWN;
	}
	enum server_path path = path_of(json_object_get(result, "upstreams"), server);
	json_decref(answer);
	return path;
}

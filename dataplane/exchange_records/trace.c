// SPDX-License-Identifier: BSD-3-Clause
// Steps of a trace as octets and back. The reader trusts nothing: the trace may come from a file that anybody wrote.

#include <parallax/base/attributes.h>
#include <parallax/exchange/trace.h>

#include <errno.h>

static const char *const kind_names[PLX_TRACE_KIND_COUNT] = {
	[PLX_TRACE_NOT_EVALUATED] = "not-evaluated",
	[PLX_TRACE_QUERY] = "query",
	[PLX_TRACE_REMEMBERED] = "remembered",
	[PLX_TRACE_PROOF] = "proof",
	[PLX_TRACE_CUT] = "cut",
};

static const char *const verdict_names[PLX_TRACE_VERDICT_COUNT] = {
	[PLX_TRACE_VERDICT_NONE] = "none",
	[PLX_TRACE_RECORDS] = "records",
	[PLX_TRACE_ALIAS] = "alias",
	[PLX_TRACE_NODATA] = "nodata",
	[PLX_TRACE_NXDOMAIN] = "nxdomain",
	[PLX_TRACE_REFERRAL] = "referral",
	[PLX_TRACE_TRUNCATED] = "truncated",
	[PLX_TRACE_LAME] = "lame",
	[PLX_TRACE_FAILED] = "failed",
	[PLX_TRACE_BROKEN] = "broken",
	[PLX_TRACE_ALIAS_LOOP] = "alias-loop",
	[PLX_TRACE_ALIAS_LIMIT] = "alias-limit",
	[PLX_TRACE_ALIAS_TOO_LONG] = "alias-too-long",
	[PLX_TRACE_TIMEOUT] = "timeout",
	[PLX_TRACE_UNREACHABLE] = "unreachable",
};

const char *plx_trace_kind_name(enum plx_trace_kind kind)
{
	return (unsigned)kind < PLX_TRACE_KIND_COUNT ? kind_names[kind] : "unknown";
}

const char *plx_trace_verdict_name(enum plx_trace_verdict verdict)
{
	return (unsigned)verdict < PLX_TRACE_VERDICT_COUNT ? verdict_names[verdict] : "unknown";
}

static void name_write(struct plx_writer *writer, const struct plx_name *name)
{
	plx_write_u8(writer, name->length);
	plx_write_bytes(writer, name->wire, name->length);
}

static void message_write(struct plx_writer *writer, const uint8_t *octets, uint32_t length)
{
	if (length > UINT16_MAX) {
		writer->failed = true;
		return;
	}
	plx_write_u16(writer, (uint16_t)length);
	plx_write_bytes(writer, octets, length);
}

void plx_trace_write(struct plx_writer *writer, const struct plx_trace_step *step)
{
	size_t start = writer->position;
	plx_write_u8(writer, step->kind);
	plx_write_u8(writer, step->verdict);
	plx_write_u8(writer, step->depth);
	plx_write_u8(writer, step->transport);
	plx_write_u8(writer, step->dnssec);
	plx_write_u8(writer, step->cause);
	plx_write_u16(writer, step->ede_code);
	plx_write_u16(writer, step->type);
	plx_write_u32(writer, step->at_us);
	plx_write_u32(writer, step->rtt_us);
	plx_write_u64(writer, (uint64_t)step->judged_at_s);
	const struct plx_ip *ip = &step->server.ip;
	plx_write_u8(writer, ip->family);
	if (ip->family != 0) {
		plx_write_bytes(writer, ip->bytes, plx_ip_length(ip));
		plx_write_u16(writer, step->server.port);
	}
	name_write(writer, &step->zone);
	name_write(writer, &step->name);
	message_write(writer, step->query, step->query_length);
	message_write(writer, step->response, step->response_length);
	if (writer->failed) {
		writer->position = start;
	}
}

// Leaves what a CUT needs. False, and nothing is written, when there is no room.
static bool step_fits(struct plx_writer *writer, const struct plx_trace_step *step)
{
	struct plx_writer ahead = *writer;
	plx_trace_write(&ahead, step);
	if (ahead.failed || ahead.capacity - ahead.position < PLX_TRACE_CUT_BYTES) {
		return false;
	}
	*writer = ahead;
	return true;
}

bool plx_trace_add(struct plx_writer *writer, const struct plx_trace_step *step)
{
	struct plx_trace_step bare = *step;
	bare.query_length = bare.response_length = 0;
	if (step_fits(writer, step) || step_fits(writer, &bare)) {
		return true;
	}
	const struct plx_trace_step cut = {.kind = PLX_TRACE_CUT};
	plx_trace_write(writer, &cut);
	return false;
}

static bool name_read(struct plx_reader *reader, struct plx_name *ret_name)
{
	ret_name->length = plx_read_u8(reader);
	plx_read_copy(reader, ret_name->wire, ret_name->length);
	return !reader->failed &&
	       (ret_name->length == 0 || plx_name_is_valid_wire(ret_name->wire, ret_name->length));
}

static bool server_read(struct plx_reader *reader, struct plx_endpoint *ret_server)
{
	*ret_server = (struct plx_endpoint) {.ip.family = plx_read_u8(reader)};
	if (ret_server->ip.family == 0) {
		return !reader->failed;
	}
	size_t length = plx_ip_length(&ret_server->ip);
	if (length == 0) {
		return false;
	}
	plx_read_copy(reader, ret_server->ip.bytes, length);
	ret_server->port = plx_read_u16(reader);
	return !reader->failed;
}

static void message_read(struct plx_reader *reader, uint32_t *ret_length,
			 const uint8_t **ret_octets)
{
	*ret_length = plx_read_u16(reader);
	*ret_octets = *ret_length > 0 ? plx_read_bytes(reader, *ret_length) : NULL;
}

// What a step of each kind holds, so that nobody who reads one has to ask twice.
static bool step_is_consistent(const struct plx_trace_step *step)
{
	bool is_named = step->name.length > 0;
	bool has_octets = step->query_length > 0 || step->response_length > 0;
	if (step->verdict >= PLX_TRACE_VERDICT_COUNT || step->transport >= PLX_TRANSPORT_COUNT ||
	    step->dnssec >= PLX_DNSSEC_COUNT) {
		return false;
	}
	switch ((enum plx_trace_kind)step->kind) {
	case PLX_TRACE_QUERY:
		return is_named && step->zone.length > 0 && step->server.ip.family != 0 &&
		       step->verdict != PLX_TRACE_VERDICT_NONE && step->dnssec == 0 &&
		       step->cause == 0 && step->judged_at_s == 0;
	case PLX_TRACE_REMEMBERED:
		return is_named && !has_octets && step->verdict == PLX_TRACE_VERDICT_NONE;
	case PLX_TRACE_PROOF:
		return is_named && step->zone.length > 0 && !has_octets &&
		       (step->verdict == PLX_TRACE_RECORDS || step->verdict == PLX_TRACE_NODATA ||
			step->verdict == PLX_TRACE_NXDOMAIN || step->verdict == PLX_TRACE_FAILED);
	case PLX_TRACE_CUT:
		return !is_named && !has_octets && step->verdict == PLX_TRACE_VERDICT_NONE;
	case PLX_TRACE_NOT_EVALUATED:
	case PLX_TRACE_KIND_COUNT:
		return false;
	}
	return false;
}

int plx_trace_read(struct plx_reader *reader, struct plx_trace_step *ret_step)
{
	struct plx_trace_step step;
	if (!reader->failed && plx_reader_left(reader) == 0) {
		return 0;
	}
	step.kind = plx_read_u8(reader);
	step.verdict = plx_read_u8(reader);
	step.depth = plx_read_u8(reader);
	step.transport = plx_read_u8(reader);
	step.dnssec = plx_read_u8(reader);
	step.cause = plx_read_u8(reader);
	step.ede_code = plx_read_u16(reader);
	step.type = plx_read_u16(reader);
	step.at_us = plx_read_u32(reader);
	step.rtt_us = plx_read_u32(reader);
	step.judged_at_s = (int64_t)plx_read_u64(reader);
	bool is_good = server_read(reader, &step.server) && name_read(reader, &step.zone) &&
		       name_read(reader, &step.name);
	message_read(reader, &step.query_length, &step.query);
	message_read(reader, &step.response_length, &step.response);
	if (!is_good || reader->failed || !step_is_consistent(&step)) {
		reader->failed = true;
		return -EINVAL;
	}
	*ret_step = step;
	return 1;
}

static bool step_is_whole(const struct plx_trace_step *step)
{
	bool is_silent =
		step->verdict == PLX_TRACE_TIMEOUT || step->verdict == PLX_TRACE_UNREACHABLE;
	return step->kind != PLX_TRACE_CUT &&
	       (step->kind != PLX_TRACE_QUERY || is_silent || step->response_length > 0);
}

bool plx_trace_is_whole(struct plx_reader trace)
{
	struct plx_trace_step step;
	int found;
	while ((found = plx_trace_read(&trace, &step)) == 1) {
		if (!step_is_whole(&step)) {
			return false;
		}
	}
	return found == 0;
}

struct plx_reader plx_result_trace(const struct plx_result *result, const uint8_t *body)
{
	uint32_t start = result->body_length - result->trace_length;
	return plx_reader_init(result->trace_length > 0 ? body + start : NULL,
			       result->trace_length);
}

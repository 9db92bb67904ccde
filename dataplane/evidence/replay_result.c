// SPDX-License-Identifier: BSD-3-Clause
// Is the result what the messages and the proofs say? It is made anew, written as the line that it is kept as, and compared
// member by member.

#include "evidence/replay.h"

#include <parallax/dns/record.h>
#include <parallax/dns/rr_type.h>
#include <parallax/format/result_format.h>

#include "dnssec/cause.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOOKUP_SECONDS_MAX (PLX_JOB_TIMEOUT_MS_MAX / 1000 + 1)

struct rebuilt {
	struct plx_result result;
	uint8_t body[PLX_RESULT_BODY_MAX];
};

static unsigned next_proof(const struct plx_evidence *evidence, unsigned from)
{
	while (from < evidence->step_count && evidence->steps[from].kind != PLX_TRACE_PROOF) {
		from++;
	}
	return from;
}

static bool is_denial(enum plx_trace_verdict verdict)
{
	return verdict == PLX_TRACE_NODATA || verdict == PLX_TRACE_NXDOMAIN;
}

// What a secure proof proves counts, whatever the RCODE says. NONE: the messages mean something else.
static enum plx_trace_verdict proved_verdict(const struct proof_verdict *proof,
					     enum plx_trace_verdict found)
{
	if (proof->state != PLX_DNSSEC_SECURE || found == PLX_TRACE_FAILED) {
		return found;
	}
	switch (proof->kind) {
	case JUDGED_RECORDS:
		return found == PLX_TRACE_RECORDS ? found : PLX_TRACE_VERDICT_NONE;
	case JUDGED_NODATA:
		return is_denial(found) ? PLX_TRACE_NODATA : PLX_TRACE_VERDICT_NONE;
	case JUDGED_NXDOMAIN:
		return is_denial(found) ? PLX_TRACE_NXDOMAIN : PLX_TRACE_VERDICT_NONE;
	case JUDGED_ALIAS:
	case JUDGED_NOT_EVALUATED:
		break;
	}
	return PLX_TRACE_VERDICT_NONE;
}

static void compare_proof(struct replay *replay, unsigned index, const struct plx_name *name,
			  enum plx_trace_verdict found)
{
	const struct plx_trace_step *proof = &replay->evidence->steps[index];
	enum plx_trace_verdict recorded = (enum plx_trace_verdict)proof->verdict;
	if (!plx_name_equal(&proof->name, name) || proof->type != replay->evidence->job.qtype) {
		replay_differs(replay, (int)index, "it proves something that was not asked for");
	}
	if (recorded != found && recorded != proved_verdict(&replay->steps[index].proof, found)) {
		replay_differs(replay, (int)index, "the messages mean %s, recorded is %s",
			       plx_trace_verdict_name(found), plx_trace_verdict_name(recorded));
	}
}

// Unchecked and indeterminate outweigh insecure: they leave open what it says.
static enum plx_dnssec weaker(enum plx_dnssec a, enum plx_dnssec b)
{
	static const uint8_t strength[PLX_DNSSEC_COUNT] = {
		[PLX_DNSSEC_BOGUS] = 0,         [PLX_DNSSEC_UNCHECKED] = 1,
		[PLX_DNSSEC_INDETERMINATE] = 2, [PLX_DNSSEC_INSECURE] = 3,
		[PLX_DNSSEC_SECURE] = 4,
	};
	return strength[a] < strength[b] ? a : b;
}

static bool write_records(const struct replay *replay, const struct finding *finding,
			  const struct plx_name *owner, struct plx_writer *writer,
			  uint16_t *ret_count)
{
	const struct plx_message *message = &replay->steps[finding->step].message;
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	uint16_t count = 0;
	while (plx_message_next(message, &cursor, &record) &&
	       record.section == PLX_SECTION_ANSWER) {
		if (record.class != PLX_CLASS_IN || record.type != replay->evidence->job.qtype ||
		    !plx_message_name_equal(message, record.owner_offset, owner)) {
			continue;
		}
		size_t start = plx_result_body_record_begin(writer, record.ttl);
		if (plx_rdata_expand(message, &record, writer) != 0) {
			return false;
		}
		plx_result_body_record_end(writer, start);
		count++;
	}
	*ret_count = count;
	return !writer->failed;
}

// The code of the proof, else of the server.
static uint16_t ede_code_of(const struct replay *replay, const struct finding *finding,
			    const struct proof_verdict *proof)
{
	uint16_t code = proof == NULL ? 0 : dnssec_cause_ede(proof->cause);
	return code != 0 ? code : replay->steps[finding->step].message.ede_code;
}

// What an answered look-up comes to, but for its DNSSEC state. False: the records do not fit into a result.
static bool rebuild(const struct replay *replay, const struct finding *finding,
		    const struct plx_name *ancestor, struct rebuilt *rebuilt)
{
	const struct plx_trace_step *step = &replay->evidence->steps[finding->step];
	const bool has_records = finding->verdict == PLX_TRACE_RECORDS;
	const bool is_climb = replay->evidence->job.kind == PLX_JOB_RELEVANT_CAA;
	const unsigned alias_count = has_records || !is_climb ? finding->alias_count : 0;
	// The client's own spelling where it is the question's name.
	const struct plx_name *owner =
		alias_count > 0 ? &finding->aliases[alias_count - 1] : ancestor;
	struct plx_writer writer = plx_writer_init(rebuilt->body, sizeof(rebuilt->body));
	struct plx_result *result = &rebuilt->result;
	*result = (struct plx_result) {
		.status = PLX_STATUS_ANSWERED,
		.rcode = finding->verdict == PLX_TRACE_NXDOMAIN ? PLX_RCODE_NXDOMAIN
								: PLX_RCODE_NOERROR,
		.qtype = replay->evidence->job.qtype,
		.alias_count = (uint8_t)alias_count,
		.has_found_at = has_records && is_climb,
		.server = step->server,
		.transport = step->transport,
		.rtt_us = step->rtt_us,
	};
	if (result->has_found_at) {
		plx_result_body_name(&writer, ancestor);
	}
	if (has_records) {
		plx_result_body_name(&writer, owner);
	}
	for (unsigned i = 0; i < alias_count; i++) {
		plx_result_body_name(&writer, &finding->aliases[i]);
	}
	if (has_records && !write_records(replay, finding, owner, &writer, &result->record_count)) {
		return false;
	}
	result->body_length = (uint32_t)writer.position;
	return !writer.failed;
}

static json_t *result_json(const struct replay *replay, const struct rebuilt *rebuilt)
{
	const struct plx_asked asked = {
		.name = &replay->evidence->job.name,
		.type = replay->evidence->job.qtype,
		.relevant_caa = replay->evidence->job.kind == PLX_JOB_RELEVANT_CAA,
	};
	struct plx_formatter *formatter = plx_formatter_create(PLX_FORMAT_JSONL);
	struct plx_text text = plx_text_growing();
	json_t *object = NULL;
	if (formatter != NULL &&
	    plx_formatter_append(formatter, &asked, &rebuilt->result, rebuilt->body, &text) == 0) {
		object = json_loadb(text.bytes, text.length, JSON_ALLOW_NUL, NULL);
	}
	plx_text_free(&text);
	plx_formatter_destroy(formatter);
	return object;
}

static void compare_member(struct replay *replay, const json_t *rebuilt, const char *name)
{
	const json_t *expected = json_object_get(rebuilt, name);
	const json_t *recorded = json_object_get(replay->evidence->result, name);
	if (expected == NULL && recorded == NULL) {
		return;
	}
	if (expected == NULL || recorded == NULL ||
	    !json_equal((json_t *)(uintptr_t)expected, (json_t *)(uintptr_t)recorded)) {
		replay_differs(replay, REPLAY_RESULT, "\"%s\" is not what the messages say", name);
	}
}

static bool result_says(const struct replay *replay, const char *member, const char *value)
{
	const char *text = json_string_value(json_object_get(replay->evidence->result, member));
	return text != NULL && strcmp(text, value) == 0;
}

// The name and the type that the evidence itself asks for.
static int compare_question(struct replay *replay)
{
	struct rebuilt *rebuilt = calloc(1, sizeof(*rebuilt));
	json_t *object = rebuilt == NULL ? NULL : result_json(replay, rebuilt);
	free(rebuilt);
	if (object == NULL) {
		return -ENOMEM;
	}
	compare_member(replay, object, "name");
	compare_member(replay, object, "type");
	json_decref(object);
	return 0;
}

// A proof's code of RFC 8914 stands before that of a server, which no message here may show.
static void compare_failed_code(struct replay *replay, const struct proof_verdict *proof)
{
	const json_t *code = json_object_get(replay->evidence->result, "ede");
	const uint16_t expected = proof == NULL ? 0 : dnssec_cause_ede(proof->cause);
	if (code != NULL && expected != 0 && json_integer_value(code) != expected - 1) {
		replay_differs(replay, REPLAY_RESULT, "\"ede\" is not what the proof says");
	}
}

// Why it failed is partly a matter of clocks and limits. That it failed is not: nothing may look like an answer.
// A look-up without an answer keeps its own word, whatever state its zone is in.
static int compare_failed(struct replay *replay, const struct proof_verdict *proof,
			  enum plx_dnssec dnssec, bool has_answer)
{
	const json_t *result = replay->evidence->result;
	compare_failed_code(replay, proof);
	bool is_bogus = has_answer && dnssec == PLX_DNSSEC_BOGUS;
	if (result_says(replay, "status", "NOERROR") || result_says(replay, "status", "NXDOMAIN") ||
	    json_object_get(result, "error") == NULL) {
		replay_differs(replay, REPLAY_RESULT, "the look-up failed, recorded is an answer");
	}
	if (result_says(replay, "status", "BOGUS") != is_bogus) {
		replay_differs(replay, REPLAY_RESULT,
			       is_bogus ? "the answer is bogus" : "the answer is not bogus");
	}
	if (json_array_size(json_object_get(result, "records")) != 0 ||
	    json_array_size(json_object_get(result, "aliases")) != 0 ||
	    json_is_string(json_object_get(result, "found_at"))) {
		replay_differs(replay, REPLAY_RESULT, "there are records, but no answer has any");
	}
	if (!result_says(replay, "dnssec", plx_dnssec_name(dnssec))) {
		replay_differs(replay, REPLAY_RESULT, "the DNSSEC state is %s",
			       plx_dnssec_name(dnssec));
	}
	return compare_question(replay);
}

static int compare_answered(struct replay *replay, const struct finding *finding,
			    const struct plx_name *ancestor, const struct proof_verdict *proof,
			    enum plx_dnssec dnssec)
{
	static const char *const members[] = {"name",      "type",    "status", "found_at",
					      "records",   "aliases", "dnssec", "server",
					      "transport", "rtt_us",  "error",  "ede"};
	struct rebuilt *rebuilt = malloc(sizeof(*rebuilt));
	if (rebuilt == NULL) {
		return -ENOMEM;
	}
	if (!rebuild(replay, finding, ancestor, rebuilt)) {
		free(rebuilt);
		return compare_failed(replay, NULL, PLX_DNSSEC_INDETERMINATE, true);
	}
	rebuilt->result.dnssec = (uint8_t)dnssec;
	rebuilt->result.ede_code = ede_code_of(replay, finding, proof);
	json_t *object = result_json(replay, rebuilt);
	free(rebuilt);
	if (object == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(members); i++) {
		compare_member(replay, object, members[i]);
	}
	json_decref(object);
	return 0;
}

// What nobody looks at says nothing, however it reads.
static void compare_members(struct replay *replay)
{
	static const char *const known[] = {"name",     "type",   "status", "found_at",  "records",
					    "aliases",  "dnssec", "server", "transport", "queries",
					    "attempts", "rtt_us", "time",   "ede",       "error"};
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)replay->evidence->result, name, value)
	{
		size_t i = 0;
		while (i < PLX_ARRAY_SIZE(known) && strcmp(name, known[i]) != 0) {
			i++;
		}
		if (i == PLX_ARRAY_SIZE(known)) {
			replay_differs(replay, REPLAY_RESULT,
				       "there is a member that no result has");
		}
	}
}

// RFC 3339 in UTC, as the line has it, in Unix seconds; -1: it is none.
static int64_t result_time_s(const struct replay *replay)
{
	const char *text = json_string_value(json_object_get(replay->evidence->result, "time"));
	struct tm tm = {0};
	const char *end = text == NULL ? NULL : strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	return end == NULL || (*end != '.' && *end != 'Z') ? -1 : (int64_t)timegm(&tm);
}

// Proofs are judged while the look-up runs.
static void compare_times(struct replay *replay)
{
	const struct plx_evidence *evidence = replay->evidence;
	const int64_t end_s = result_time_s(replay);
	for (unsigned i = 0; i < evidence->step_count; i++) {
		const int64_t judged_at_s = evidence->steps[i].judged_at_s;
		if (evidence->steps[i].kind == PLX_TRACE_PROOF &&
		    (judged_at_s > end_s || judged_at_s < end_s - LOOKUP_SECONDS_MAX)) {
			replay_differs(replay, (int)i,
				       "it was not judged at the time of the look-up");
		}
	}
}

// The next name of the climb (RFC 8659 section 3); false: there is none.
static bool climb(const struct plx_job *job, struct plx_name *ancestor)
{
	struct plx_name parent;
	plx_name_parent(ancestor, &parent);
	if (job->kind != PLX_JOB_RELEVANT_CAA || parent.length == 1) {
		return false;
	}
	*ancestor = parent;
	return true;
}

// The state of a look-up that ends here without an answer.
static enum plx_dnssec failed_state(const struct finding *finding,
				    const struct proof_verdict *proof, bool validates)
{
	if (proof == NULL) {
		return validates ? PLX_DNSSEC_INDETERMINATE : PLX_DNSSEC_UNCHECKED;
	}
	// Of an alias's target, not of the name.
	bool is_of_target = finding->alias_count > 0 && finding->verdict == PLX_TRACE_FAILED &&
			    proof->state == PLX_DNSSEC_INSECURE;
	return is_of_target ? PLX_DNSSEC_INDETERMINATE : proof->state;
}

// Whether the proof, or the lack of one, leaves nothing that may be relied upon.
static bool is_end(const struct finding *finding, const struct proof_verdict *proof, bool validates)
{
	return finding->verdict == PLX_TRACE_FAILED || (proof == NULL && validates) ||
	       (proof != NULL && proof->state == PLX_DNSSEC_INDETERMINATE &&
		proof->cause == DNSSEC_CAUSE_UNANSWERED);
}

// What the steps about one name come to.
struct name_steps {
	unsigned from;
	unsigned end; // of its proof; as many as there are steps: it has none
	struct finding finding;
	const struct proof_verdict *proof; // or NULL
};

static void read_name_steps(struct replay *replay, const struct plx_name *name, unsigned from,
			    struct name_steps *ret_steps)
{
	const struct plx_evidence *evidence = replay->evidence;
	ret_steps->from = from;
	ret_steps->end = next_proof(evidence, from);
	ret_steps->proof = NULL;
	replay_follow(replay, name, from, ret_steps->end, &ret_steps->finding);
	if (ret_steps->end < evidence->step_count) {
		ret_steps->proof = &replay->steps[ret_steps->end].proof;
		compare_proof(replay, ret_steps->end, name, ret_steps->finding.verdict);
	}
}

static bool is_bogus(const struct name_steps *steps)
{
	enum plx_trace_verdict found = steps->finding.verdict;
	return found != PLX_TRACE_FAILED && steps->proof != NULL &&
	       (steps->proof->state == PLX_DNSSEC_BOGUS ||
		proved_verdict(steps->proof, found) == PLX_TRACE_VERDICT_NONE);
}

static bool is_in_chain(const struct finding *finding, const struct plx_name *question,
			const struct plx_name *name)
{
	bool is_in = plx_name_equal(question, name);
	for (unsigned i = 0; i < finding->alias_count && !is_in; i++) {
		is_in = plx_name_equal(&finding->aliases[i], name);
	}
	return is_in;
}

// A reply that the proof was made of: replies to shortened names are not, and their servers may be asked again.
static bool is_material(const struct replay *replay, const struct name_steps *steps,
			const struct plx_name *question, unsigned index)
{
	const struct plx_trace_step *step = &replay->evidence->steps[index];
	const struct replayed_step *replayed = &replay->steps[index];
	if (step->kind != PLX_TRACE_QUERY || step->depth > 0 || !replayed->is_readable) {
		return false;
	}
	bool is_whole = step->type == PLX_TYPE_DS || step->type == PLX_TYPE_DNSKEY ||
			is_in_chain(&steps->finding, question, &replayed->name);
	// Behind the answer there is what the proof asked for: the DS itself, whose way is no part of it.
	bool is_on_the_way = steps->finding.step < 0 || (int)index < steps->finding.step;
	return replayed->kind == ZONE_REPLY_REFERRAL
		       ? is_on_the_way
		       : is_whole && replayed_step_is_conclusive(replay, index);
}

// A second answer is worth something because others gave it, or the same by TCP.
static void compare_servers(struct replay *replay, const struct plx_name *question,
			    const struct name_steps *first, const struct name_steps *second)
{
	const struct plx_trace_step *steps = replay->evidence->steps;
	for (unsigned i = second->from; i < second->end; i++) {
		bool is_same = false;
		if (!is_material(replay, second, question, i) ||
		    steps[i].transport == PLX_TRANSPORT_TCP) {
			continue;
		}
		for (unsigned k = first->from; k < first->end && !is_same; k++) {
			is_same = is_material(replay, first, question, k) &&
				  plx_ip_equal(&steps[i].server.ip, &steps[k].server.ip);
		}
		if (is_same) {
			replay_differs(
				replay, (int)i,
				"it comes from a server of the bogus answer, and not by TCP");
		}
	}
}

// A bogus answer, and that others were asked for it: what they say counts if it is secure. False: the name is bogus.
static bool take_second(struct replay *replay, const struct plx_name *name,
			struct name_steps *steps)
{
	const struct name_steps first = *steps;
	if (first.end + 1 >= replay->evidence->step_count) {
		return false;
	}
	read_name_steps(replay, name, first.end + 1, steps);
	compare_servers(replay, name, &first, steps);
	return steps->finding.verdict != PLX_TRACE_FAILED && steps->proof != NULL &&
	       steps->proof->state == PLX_DNSSEC_SECURE && !is_bogus(steps);
}

// The look-up was over then.
static void compare_end(struct replay *replay, unsigned end)
{
	if (end < replay->evidence->step_count) {
		replay_differs(replay, (int)end, "the result was known before it");
	}
}

int replay_result(struct replay *replay)
{
	const struct plx_evidence *evidence = replay->evidence;
	const struct plx_job *job = &evidence->job;
	const bool validates = evidence->anchors.zone_count > 0;
	enum plx_dnssec dnssec = validates ? PLX_DNSSEC_SECURE : PLX_DNSSEC_UNCHECKED;
	struct plx_name ancestor = job->name;
	struct name_steps steps = {0};
	unsigned from = 0;
	compare_members(replay);
	compare_times(replay);
	if (job->kind == PLX_JOB_RELEVANT_CAA) {
		plx_name_strip_wildcard(&ancestor);
	}
	for (;;) {
		struct finding *finding = &steps.finding;
		read_name_steps(replay, &ancestor, from, &steps);
		// A bogus answer that stays is told as the first one.
		const struct proof_verdict *first_proof = steps.proof;
		if (is_bogus(&steps) && !take_second(replay, &ancestor, &steps)) {
			compare_end(replay, steps.end + 1);
			return compare_failed(replay, first_proof, PLX_DNSSEC_BOGUS, true);
		}
		if (is_end(finding, steps.proof, validates)) {
			compare_end(replay, steps.end + 1);
			return compare_failed(replay, steps.proof,
					      failed_state(finding, steps.proof, validates),
					      finding->verdict != PLX_TRACE_FAILED);
		}
		if (steps.proof != NULL) {
			finding->verdict = proved_verdict(steps.proof, finding->verdict);
			dnssec = weaker(dnssec, steps.proof->state);
		}
		from = validates ? steps.end + 1 : (unsigned)finding->step + 1;
		if (finding->verdict == PLX_TRACE_RECORDS || !climb(job, &ancestor)) {
			compare_end(replay, from);
			return compare_answered(replay, finding, &ancestor, steps.proof, dnssec);
		}
	}
}

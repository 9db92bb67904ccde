// SPDX-License-Identifier: BSD-3-Clause

#include "player.h"

#include "result_check.h"

#include <parallax/dns/message_reader.h>
#include <parallax/dns/rr_type.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS (1000ull * 1000)
#define PATIENCE_NS ((PLX_JOB_TIMEOUT_MS_MAX + 10000) * NS_PER_MS) // past any deadline
#define QUERIES_PER_JOB_MAX                                                                        \
	40 // table 1.4 of the limits: amplification stays bounded in every scenario
#define PERMILLE 1000

struct player {
	const struct scenario *scenario;
	struct world world;
	bool was_checked; // since the last QUERY: the next one starts a round
	enum play_verdict verdict;
	struct scenario_fault *fault;
};

static void invalidate(struct player *player, unsigned line, const char *text)
{
	player->verdict = PLAY_INVALID;
	(void)fault_set(player->fault, line, "%s", text);
}

static void fail(struct player *player, unsigned line, const char *text)
{
	player->verdict = PLAY_FAILED;
	(void)fault_set(player->fault, line, "%s", text);
}

// Names of repeated look-ups: 0.NAME, 1.NAME, ...
static bool number_name(const struct plx_name *name, uint32_t number, struct plx_name *ret_name)
{
	char label[12];
	int length = snprintf(label, sizeof(label), "%u", number);
	if (length < 0 || name->length + length + 1 > PLX_NAME_MAX) {
		return false;
	}
	ret_name->length = (uint8_t)(name->length + length + 1);
	ret_name->wire[0] = (uint8_t)length;
	memcpy(ret_name->wire + 1, label, (size_t)length);
	memcpy(ret_name->wire + 1 + length, name->wire, name->length);
	return true;
}

static void play_query(struct player *player, const struct scenario_step *step)
{
	const struct scenario_entry *entry = &player->scenario->entries[step->entry];
	if (player->was_checked) {
		world_start_round(&player->world);
		player->was_checked = false;
	}
	uint32_t count = entry->job.repeat > 0 ? entry->job.repeat : 1;
	enum plx_priority priority =
		entry->job.is_interactive ? PLX_PRIORITY_INTERACTIVE : PLX_PRIORITY_BULK;
	for (uint32_t i = 0; i < count; i++) {
		struct plx_job job = {
			.kind = entry->job.is_relevant_caa ? PLX_JOB_RELEVANT_CAA : PLX_JOB_LOOKUP,
			.qtype = entry->question_type,
			.flags = (entry->job.is_tcp_only ? PLX_JOB_TCP_ONLY : 0) |
				 (entry->job.is_uncached ? PLX_JOB_NO_CACHE : 0),
			.resolution = player->scenario->is_iterative ? PLX_RESOLUTION_ITERATIVE
								     : PLX_RESOLUTION_STUB,
			.attempts = entry->job.attempts,
			.timeout_ms = entry->job.timeout_ms,
			.name = entry->question_name,
		};
		if (entry->job.repeat > 0 && !number_name(&entry->question_name, i, &job.name)) {
			invalidate(player, entry->line, "the name leaves no room for numbers");
			return;
		}
		if (entry->job.is_relevant_caa && job.qtype != PLX_TYPE_CAA) {
			invalidate(player, entry->line, "JOB relevant-caa asks for CAA");
			return;
		}
		if (plx_job_check(&job) < 0 || (entry->flags & PLX_FLAG_CD) != 0) {
			invalidate(player, entry->line,
				   "the engine asks no such question: no meta type, no CD, and "
				   "no-cache only from the root down");
			return;
		}
		if (!world_submit(&player->world, &job, priority)) {
			invalidate(player, step->line, "too many look-ups; 20000 are the most");
			return;
		}
	}
}

// The query step that a check is about, or NULL with the verdict set.
static const struct scenario_step *find_query(struct player *player,
					      const struct scenario_step *step)
{
	const struct scenario_step *found = NULL;
	for (const struct scenario_step *at = player->scenario->steps; at < step; at++) {
		if (at->kind == STEP_QUERY && (!step->has_of || at->id == step->of)) {
			found = at;
		}
	}
	if (found == NULL) {
		invalidate(player, step->line,
			   "no QUERY step to check; name one before it with OF");
	}
	return found;
}

static int check_job(struct player *player, const struct scenario_step *step,
		     const struct scenario_step *query, struct world_job *job,
		     struct scenario_fault *fault)
{
	struct world *world = &player->world;
	const struct scenario_entry *asked = &player->scenario->entries[query->entry];
	const struct result_rules rules = {
		.is_iterative = player->scenario->is_iterative,
		.reads_ad = asked->has_do || (asked->flags & PLX_FLAG_AD) != 0,
	};
	world_run(world, world->now_ns + PATIENCE_NS, job);
	if (world->fault.text[0] != '\0') {
		return -EINVAL;
	}
	if (!job->is_done) {
		return fault_set(fault, step->line,
				 "no result, although every deadline has passed");
	}
	world->counts[COUNT_elapsed_ms] = (job->done_ns - job->submitted_ns) / NS_PER_MS;
	return result_check(&player->scenario->entries[step->entry], job, &rules, fault);
}

static void play_check(struct player *player, const struct scenario_step *step)
{
	struct world *world = &player->world;
	const struct scenario_step *query = find_query(player, step);
	const struct entry_check *check = &player->scenario->entries[step->entry].check;
	player->was_checked = true;
	unsigned asked = 0;
	unsigned right = 0;
	for (unsigned i = 0; query != NULL && i < world->job_count; i++) {
		struct world_job *job = &world->jobs[i];
		if (job->step != query->id) {
			continue;
		}
		asked++;
		struct scenario_fault fault = {0};
		if (check_job(player, step, query, job, &fault) == 0) {
			right++;
			continue;
		}
		if (world->fault.text[0] != '\0') {
			return; // told by the caller
		}
		// Of many look-ups some may fail, none may be wrong.
		bool is_wrong = !job->is_done || plx_result_is_definitive(&job->result);
		if (check->share_permille == 0 || is_wrong) {
			fail(player, step->line, fault.text);
			return;
		}
	}
	if (query != NULL && right * PERMILLE < (uint64_t)asked * check->share_permille) {
		char text[100];
		snprintf(text, sizeof(text), "only %u of %u look-ups were answered", right, asked);
		fail(player, step->line, text);
	}
}

static void play_waiting(struct player *player, const struct scenario_step *step)
{
	const struct scenario_step *query = find_query(player, step);
	for (unsigned i = 0; query != NULL && i < player->world.job_count; i++) {
		const struct world_job *job = &player->world.jobs[i];
		if (job->step == query->id && job->is_done) {
			fail(player, step->line, "the look-up has ended, but should still wait");
		}
	}
}

static bool compare(uint64_t left, const char *comparison, uint64_t right)
{
	bool is_equal = left == right;
	switch (comparison[0]) {
	case '<':
		return left < right || (comparison[1] == '=' && is_equal);
	case '>':
		return left > right || (comparison[1] == '=' && is_equal);
	default:
		return is_equal;
	}
}

static void play_expect(struct player *player, const struct scenario_step *step)
{
	player->was_checked = true;
	for (unsigned i = 0; i < step->expectation_count; i++) {
		const struct expectation *expectation = &step->expectations[i];
		uint64_t count = world_count(&player->world, expectation);
		if (!compare(count, expectation->comparison, expectation->number)) {
			char text[150];
			snprintf(text, sizeof(text), "%s is %llu, expected %s %llu",
				 round_count_name((enum round_count)expectation->count),
				 (unsigned long long)count, expectation->comparison,
				 (unsigned long long)expectation->number);
			fail(player, step->line, text);
			return;
		}
	}
}

static void play_step(struct player *player, const struct scenario_step *step)
{
	struct world *world = &player->world;
	world->step = step->id;
	switch (step->kind) {
	case STEP_QUERY:
		play_query(player, step);
		break;
	case STEP_CHECK_ANSWER:
		play_check(player, step);
		break;
	case STEP_CHECK_WAITING:
		play_waiting(player, step);
		break;
	case STEP_TIME_PASSES:
		world_run(world, world->now_ns + step->elapse_ns, NULL);
		break;
	case STEP_UPSTREAM:
		if (!world->engine->change_server(world, &step->upstream, step->change)) {
			invalidate(player, step->line,
				   "no such upstream, give it an \"upstream:\" setting; or no "
				   "such change to a server of a zone");
		}
		break;
	case STEP_FLUSH:
		if (!world->engine->flush(world, &step->zone) &&
		    subject_is_engine(world->options.subject)) {
			fail(player, step->line, "nothing was remembered of that zone");
		}
		break;
	case STEP_EXPECT:
		play_expect(player, step);
		break;
	}
	if (player->verdict == PLAY_PASSED && world->fault.text[0] != '\0') {
		fail(player, world->fault.line > 0 ? world->fault.line : step->line,
		     world->fault.text);
	}
}

// What must hold after every scenario, whatever it is about.
static void check_invariants(struct player *player)
{
	struct world *world = &player->world;
	unsigned last_line = player->scenario->steps[player->scenario->step_count - 1].line;
	world_run(world, world->now_ns + PATIENCE_NS, NULL);
	if (world->fault.text[0] != '\0') {
		fail(player, last_line, world->fault.text);
		return;
	}
	for (unsigned i = 0; i < world->job_count; i++) {
		if (!world->jobs[i].is_done) {
			fail(player, last_line, "a look-up never ended");
			return;
		}
	}
	if (world->counters.lookups_in_flight != 0 || world->counters.questions_in_flight != 0) {
		fail(player, last_line, "the engine still holds what has ended");
		return;
	}
	if (!world->engine->is_quiet(world)) {
		fail(player, last_line, "a query counts as outstanding for ever");
		return;
	}
	if (world->counts[COUNT_total] > (uint64_t)QUERIES_PER_JOB_MAX * world->job_count) {
		fail(player, last_line, "more than 40 queries a look-up");
	}
}

enum play_verdict scenario_play(const struct scenario *scenario,
				const struct world_options *options,
				struct scenario_fault *ret_fault)
{
	struct player *player = calloc(1, sizeof(*player));
	if (player == NULL) {
		(void)fault_set(ret_fault, 0, "out of memory");
		return PLAY_INVALID;
	}
	player->scenario = scenario;
	player->fault = ret_fault;
	int error = world_open(&player->world, scenario, options, ret_fault);
	if (error < 0) {
		invalidate(player, 0, strerror(-error)); // keeps what was said already
	}
	for (unsigned i = 0; i < scenario->step_count && player->verdict == PLAY_PASSED; i++) {
		play_step(player, &scenario->steps[i]);
	}
	if (player->verdict == PLAY_PASSED) {
		check_invariants(player);
	}
	world_close(&player->world);
	enum play_verdict verdict = player->verdict;
	free(player);
	return verdict;
}

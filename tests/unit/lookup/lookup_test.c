// SPDX-License-Identifier: BSD-3-Clause
// The look-up service on a real exchange: answers, the window, deadlines, cancelling, and a dataplane that comes and goes.

#include "lookup_session.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>

#define QTYPE 16

static struct exchange_host *host_start(const struct loop *loop)
{
	struct exchange_host *host = exchange_host_start(&(struct exchange_host_config) {
		.socket_path = loop->socket.path, .worker_count = 2});
	CU_ASSERT_PTR_NOT_NULL_FATAL(host);
	return host;
}

static pid_t process_start(const struct loop *loop)
{
	pid_t pid = exchange_process_start(&(struct exchange_host_config) {
		.socket_path = loop->socket.path, .worker_count = 1});
	CU_ASSERT_TRUE_FATAL(pid > 0);
	return pid;
}

static unsigned count_answered(const struct answer *answers, unsigned count)
{
	unsigned answered = 0;
	for (unsigned i = 0; i < count; i++) {
		answered += answers[i].count;
	}
	return answered;
}

TEST(every_look_up_is_answered_once_with_its_own_tag_and_body)
{
	static struct answer answers[500];
	struct loop loop = loop_open(32, 0, 0); // most of them wait for room
	struct exchange_host *host = host_start(&loop);
	for (unsigned i = 0; i < 500; i++) {
		answer_start(&loop, &answers[i], i / 2, QTYPE, 5000 + i); // each name twice
	}
	LOOP_WHILE(&loop, count_answered(answers, 500) < 500);
	for (unsigned i = 0; i < 500; i++) {
		CU_ASSERT_EQUAL(answers[i].count, 1);
		CU_ASSERT_EQUAL(answers[i].tag, answers[i].job.tag);
		CU_ASSERT_EQUAL(answers[i].status, PLX_STATUS_ANSWERED);
	}
	struct lookup_stats stats = loop_stats(&loop);
	CU_ASSERT_EQUAL(stats.finished, 500);
	CU_ASSERT_EQUAL(stats.waiting + stats.open + stats.abandoned, 0);
	CU_ASSERT_EQUAL(stats.stray_results, 0);
	CU_ASSERT_EQUAL(stats.attached_count, 1);
	loop_close(&loop);
	exchange_host_stop(host);
}

TEST(body_reaches_the_callback_unchanged)
{
	struct answer answer;
	struct loop loop = loop_open(0, 0, 0);
	struct exchange_host *host = host_start(&loop);
	LOOP_WHILE(&loop, !loop_stats(&loop).is_attached);
	// The whole timeout is left when it is submitted, or a millisecond less: the host's body is as long as that.
	answer_start(&loop, &answer, 1, QTYPE, 0);
	answer.job.timeout_ms = PLX_JOB_TIMEOUT_MS_DEFAULT;
	LOOP_WHILE(&loop, answer.count == 0);
	CU_ASSERT_TRUE(answer.is_right);
	loop_close(&loop);
	exchange_host_stop(host);
}

TEST(look_ups_beyond_the_waiting_limit_are_refused)
{
	static struct answer answers[5];
	struct loop loop = loop_open(0, 4, 0); // nobody is there: all of them wait
	for (unsigned i = 0; i < 4; i++) {
		answer_start(&loop, &answers[i], i, QTYPE, 20000);
	}
	struct lookup *lookup = NULL;
	struct plx_job job = answers[0].job;
	CU_ASSERT_EQUAL(lookup_start(loop.service, &job, answer_arrived, &answers[4], &lookup),
			-EAGAIN);
	job.kind = 9;
	CU_ASSERT_EQUAL(lookup_start(loop.service, &job, answer_arrived, &answers[4], &lookup),
			-EINVAL);
	CU_ASSERT_PTR_NULL(lookup);
	CU_ASSERT_EQUAL(loop_stats(&loop).refused, 1);
	loop_close(&loop);
	CU_ASSERT_EQUAL(count_answered(answers, 4), 0); // closing calls nobody
}

TEST(look_up_started_before_the_dataplane_is_answered_once_it_is_there)
{
	struct answer answer;
	struct loop loop = loop_open(0, 0, 0);
	answer_start(&loop, &answer, 1, QTYPE, 20000);
	event_base_loop(loop.base, EVLOOP_NONBLOCK);
	CU_ASSERT_FALSE(loop_stats(&loop).is_attached);
	struct exchange_host *host = host_start(&loop);
	LOOP_WHILE(&loop, answer.count == 0);
	CU_ASSERT_EQUAL(answer.status, PLX_STATUS_ANSWERED);
	loop_close(&loop);
	exchange_host_stop(host);
}

TEST(look_up_is_lost_at_its_deadline_when_no_dataplane_comes)
{
	struct answer answer;
	struct loop loop = loop_open(0, 0, 1);
	uint64_t start_ms = session_now_ms();
	answer_start(&loop, &answer, 1, QTYPE, 60);
	LOOP_WHILE(&loop, answer.count == 0);
	CU_ASSERT_TRUE(session_now_ms() - start_ms >= 60);
	CU_ASSERT_EQUAL(answer.status, PLX_STATUS_LOST);
	CU_ASSERT_EQUAL(answer.cause, PLX_CAUSE_DATAPLANE_LOST);
	CU_ASSERT_EQUAL(answer.tag, answer.job.tag);
	loop_close(&loop);
}

TEST(dataplane_that_says_nothing_is_given_up_at_the_deadline)
{
	struct answer answer;
	struct answer waiting;
	struct loop loop = loop_open(1, 0, 1);
	struct exchange_host *host = host_start(&loop);
	LOOP_WHILE(&loop, !loop_stats(&loop).is_attached);
	answer_start(&loop, &answer, 1, EXCHANGE_HOST_HOLD, 80);
	answer_start(&loop, &waiting, 2, QTYPE, 80); // the window is taken
	LOOP_WHILE(&loop, answer.count == 0 || waiting.count == 0);
	CU_ASSERT_EQUAL(answer.status, PLX_STATUS_LOST);
	CU_ASSERT_EQUAL(waiting.status, PLX_STATUS_CANCELLED);
	struct lookup_stats stats = loop_stats(&loop);
	CU_ASSERT_EQUAL(stats.lost, 1);
	CU_ASSERT_EQUAL(stats.expired, 1);
	CU_ASSERT_EQUAL(stats.abandoned, 1);
	loop_close(&loop);
	exchange_host_stop(host);
}

static atomic_uint host_answers;

static size_t answer_counted(const struct plx_job *job, struct plx_result *ret_result,
			     uint8_t *ret_body, size_t capacity)
{
	ret_result->status = PLX_STATUS_ANSWERED;
	atomic_fetch_add(&host_answers, 1);
	return 0;
}

// More results than one turn of the loop takes, and a look-up whose result never comes.
TEST(results_that_came_while_the_loop_was_blocked_past_the_deadline_count)
{
	enum { COUNT = 500, TIMEOUT_MS = 500, GRACE_MS = 1 };
	static struct answer answers[COUNT];
	struct answer held;
	struct loop loop = loop_open(0, 0, GRACE_MS);
	struct exchange_host *host = exchange_host_start(&(struct exchange_host_config) {
		.socket_path = loop.socket.path, .worker_count = 2, .answer = answer_counted});
	CU_ASSERT_PTR_NOT_NULL_FATAL(host);
	LOOP_WHILE(&loop, !loop_stats(&loop).is_attached);
	exchange_host_stall(host, true);
	for (unsigned i = 0; i < COUNT; i++) {
		answer_start(&loop, &answers[i], i, QTYPE, TIMEOUT_MS);
	}
	answer_start(&loop, &held, COUNT, EXCHANGE_HOST_HOLD, TIMEOUT_MS);
	LOOP_WHILE(&loop, loop_stats(&loop).open < COUNT + 1);
	uint64_t start_ms = session_now_ms();
	exchange_host_stall(host, false);
	// The loop does not turn in here.
	while (session_now_ms() - start_ms <= TIMEOUT_MS + GRACE_MS ||
	       atomic_load(&host_answers) < COUNT) {
		CU_ASSERT_TRUE_FATAL(session_now_ms() - start_ms < EXCHANGE_HOST_DEADLINE_MS);
		poll(NULL, 0, 1);
	}
	LOOP_WHILE(&loop, count_answered(answers, COUNT) < COUNT || held.count == 0);
	for (unsigned i = 0; i < COUNT; i++) {
		CU_ASSERT_EQUAL(answers[i].count, 1);
		CU_ASSERT_EQUAL(answers[i].status, PLX_STATUS_ANSWERED);
	}
	CU_ASSERT_EQUAL(held.status, PLX_STATUS_LOST);
	struct lookup_stats stats = loop_stats(&loop);
	CU_ASSERT_EQUAL(stats.finished, COUNT);
	CU_ASSERT_EQUAL(stats.lost, 1);
	CU_ASSERT_EQUAL(stats.late_results, 0);
	loop_close(&loop);
	exchange_host_stop(host);
}

TEST(cancelled_look_up_calls_nobody_and_its_late_result_is_ignored)
{
	struct answer waiting;
	struct answer open;
	struct answer other;
	struct loop loop = loop_open(1, 0, 0);
	struct exchange_host *host = host_start(&loop);
	exchange_host_stall(host, true);
	struct lookup *open_lookup = answer_start(&loop, &open, 1, QTYPE, 5000);
	struct lookup *waiting_lookup = answer_start(&loop, &waiting, 2, QTYPE, 5000);
	LOOP_WHILE(&loop, loop_stats(&loop).open < 1);
	CU_ASSERT_EQUAL(loop_stats(&loop).waiting, 1);
	lookup_cancel(waiting_lookup);
	lookup_cancel(open_lookup);
	lookup_cancel(NULL);
	answer_start(&loop, &other, 3, QTYPE, 5000);
	exchange_host_stall(host, false);
	LOOP_WHILE(&loop, other.count == 0);
	CU_ASSERT_EQUAL(other.status, PLX_STATUS_ANSWERED);
	CU_ASSERT_EQUAL(waiting.count + open.count, 0);
	struct lookup_stats stats = loop_stats(&loop);
	CU_ASSERT_EQUAL(stats.cancelled, 2);
	CU_ASSERT_EQUAL(stats.late_results, 1);
	CU_ASSERT_EQUAL(stats.abandoned, 0);
	loop_close(&loop);
	exchange_host_stop(host);
}

TEST(lost_look_up_is_asked_again_of_the_next_dataplane)
{
	struct answer held[3];
	struct loop loop = loop_open(0, 0, 0);
	pid_t pid = process_start(&loop);
	LOOP_WHILE(&loop, !loop_stats(&loop).is_attached);
	for (unsigned i = 0; i < 3; i++) {
		answer_start(&loop, &held[i], i, EXCHANGE_HOST_HOLD, i == 2 ? 100 : 15000);
	}
	LOOP_WHILE(&loop, loop_stats(&loop).open < 3);
	exchange_process_kill(pid);
	LOOP_WHILE(&loop, loop_stats(&loop).resubmitted < 3);
	CU_ASSERT_EQUAL(held[0].count + held[1].count, 0);
	// The third one's time passes before anyone comes back.
	LOOP_WHILE(&loop, held[2].count == 0);
	CU_ASSERT_EQUAL(held[2].status, PLX_STATUS_LOST);
	pid = process_start(&loop);
	LOOP_WHILE(&loop, loop_stats(&loop).open < 2);
	// A second loss is final.
	exchange_process_kill(pid);
	LOOP_WHILE(&loop, held[0].count == 0 || held[1].count == 0);
	CU_ASSERT_EQUAL(held[0].status, PLX_STATUS_LOST);
	CU_ASSERT_EQUAL(held[1].status, PLX_STATUS_LOST);
	CU_ASSERT_EQUAL(loop_stats(&loop).resubmitted, 3);
	CU_ASSERT_EQUAL(loop_stats(&loop).attached_count, 2);
	loop_close(&loop);
}

TEST(resubmitted_look_up_is_answered)
{
	static struct answer answers[50];
	struct loop loop = loop_open(0, 0, 0);
	pid_t pid = process_start(&loop);
	LOOP_WHILE(&loop, !loop_stats(&loop).is_attached);
	struct answer killer;
	struct lookup *killing = answer_start(&loop, &killer, 99, EXCHANGE_HOST_DIE, 10000);
	for (unsigned i = 0; i < 50; i++) {
		answer_start(&loop, &answers[i], i, QTYPE, 15000);
	}
	LOOP_WHILE(&loop, loop_stats(&loop).resubmitted < 51);
	exchange_process_kill(pid);
	lookup_cancel(killing); // or it would kill the next one as well
	pid = process_start(&loop);
	LOOP_WHILE(&loop, count_answered(answers, 50) < 50);
	for (unsigned i = 0; i < 50; i++) {
		CU_ASSERT_EQUAL(answers[i].count, 1);
		CU_ASSERT_EQUAL(answers[i].status, PLX_STATUS_ANSWERED);
		CU_ASSERT_EQUAL(answers[i].tag, answers[i].job.tag);
	}
	CU_ASSERT_EQUAL(killer.count, 0);
	exchange_process_kill(pid);
	loop_close(&loop);
}

static void answers_start(struct loop *loop, struct answer *answers, unsigned first, unsigned end)
{
	for (unsigned i = first; i < end; i++) {
		answer_start(loop, &answers[i], i, QTYPE, 15000);
	}
}

static void answers_check(const struct answer *answers, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		CU_ASSERT_EQUAL(answers[i].count, 1);
		CU_ASSERT_EQUAL(answers[i].status, PLX_STATUS_ANSWERED);
		CU_ASSERT_EQUAL(answers[i].tag, answers[i].job.tag);
	}
}

TEST(dataplane_that_hangs_is_noticed_within_a_second_and_asked_again_when_it_is_back)
{
	static struct answer answers[80];
	struct answer hurried;
	struct loop loop = loop_open(0, 0, 0);
	pid_t pid = process_start(&loop);
	LOOP_WHILE(&loop, !loop_stats(&loop).is_responding);
	exchange_process_hang(pid, true);
	uint64_t hung_ms = session_now_ms();
	answers_start(&loop, answers, 0, 50);
	LOOP_WHILE(&loop, loop_stats(&loop).is_responding);
	uint64_t noticed_ms = session_now_ms() - hung_ms;
	printf("hang noticed after %u ms\n", (unsigned)noticed_ms);
	CU_ASSERT_TRUE(noticed_ms >= 500);
	LOOP_WHILE(&loop, loop_stats(&loop).waiting < 50);
	answers_start(&loop, answers, 50, 80); // wait as well
	answer_start(&loop, &hurried, 99, QTYPE, 60);
	LOOP_WHILE(&loop, hurried.count == 0);
	CU_ASSERT_EQUAL(hurried.status, PLX_STATUS_LOST);
	CU_ASSERT_EQUAL(hurried.cause, PLX_CAUSE_DATAPLANE_SILENT);
	struct lookup_stats stats = loop_stats(&loop);
	CU_ASSERT_TRUE(stats.is_attached);
	CU_ASSERT_FALSE(stats.is_control_responding);
	CU_ASSERT_EQUAL(stats.silent_workers, 1);
	CU_ASSERT_EQUAL(stats.silent_count, 1);
	CU_ASSERT_EQUAL(stats.resubmitted, 50);
	CU_ASSERT_EQUAL(stats.waiting, 80);
	CU_ASSERT_EQUAL(count_answered(answers, 80), 0);

	exchange_process_hang(pid, false);
	LOOP_WHILE(&loop, count_answered(answers, 80) < 80);
	LOOP_WHILE(&loop, loop_stats(&loop).late_results < 50);
	answers_check(answers, 80);
	stats = loop_stats(&loop);
	CU_ASSERT_TRUE(stats.is_responding);
	CU_ASSERT_EQUAL(stats.attached_count, 1);
	CU_ASSERT_EQUAL(stats.late_results, 50);
	CU_ASSERT_EQUAL(stats.stray_results, 0);
	exchange_process_kill(pid);
	loop_close(&loop);
}

TEST(look_ups_of_other_workers_pass_those_of_one_that_hangs)
{
	static struct answer answers[4000];
	struct loop loop = loop_open(0, 0, 0);
	struct exchange_host *host = host_start(&loop);
	LOOP_WHILE(&loop, !loop_stats(&loop).is_responding);
	exchange_host_hang(host, 0, true);
	LOOP_WHILE(&loop, loop_stats(&loop).silent_workers == 0);
	CU_ASSERT_EQUAL(loop_stats(&loop).silent_workers, 1);
	answers_start(&loop, answers, 0, 4000);
	// Whichever worker has a name, some thousand of them are the hanging one's, more than are passed in a turn.
	LOOP_WHILE(&loop, loop_stats(&loop).finished < 1500);
	CU_ASSERT_TRUE(loop_stats(&loop).waiting > 1500);
	CU_ASSERT_EQUAL(count_answered(answers, 4000), loop_stats(&loop).finished);
	exchange_host_hang(host, 0, false);
	LOOP_WHILE(&loop, count_answered(answers, 4000) < 4000);
	answers_check(answers, 4000);
	CU_ASSERT_EQUAL(loop_stats(&loop).lost, 0);
	loop_close(&loop);
	exchange_host_stop(host);
}

TEST_MAIN(lookup,
	  T(dataplane_that_hangs_is_noticed_within_a_second_and_asked_again_when_it_is_back),
	  T(lost_look_up_is_asked_again_of_the_next_dataplane), T(resubmitted_look_up_is_answered),
	  T(look_ups_of_other_workers_pass_those_of_one_that_hangs),
	  T(every_look_up_is_answered_once_with_its_own_tag_and_body),
	  T(body_reaches_the_callback_unchanged), T(look_ups_beyond_the_waiting_limit_are_refused),
	  T(look_up_started_before_the_dataplane_is_answered_once_it_is_there),
	  T(look_up_is_lost_at_its_deadline_when_no_dataplane_comes),
	  T(dataplane_that_says_nothing_is_given_up_at_the_deadline),
	  T(results_that_came_while_the_loop_was_blocked_past_the_deadline_count),
	  T(cancelled_look_up_calls_nobody_and_its_late_result_is_ignored))

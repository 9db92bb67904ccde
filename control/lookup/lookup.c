// SPDX-License-Identifier: BSD-3-Clause

#include "lookup/lookup.h"

#include <parallax/exchange/client.h>

#include "lookup/lookup_state.h"

#include <event2/event.h>
#include <event2/event_struct.h>

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <sys/queue.h>

// How far behind a loop may be: results that never cease must not keep an overdue look-up for ever.
#define OVERDUE_MS_MAX 10000
#define OVERDUE_RETRY_US 1000
#define RESULTS_PER_TURN 64 // then others on the loop have their turn
// Look-ups of silent workers that are passed over in one turn to reach those of others, however many wait.
#define PASSED_PER_TURN 1024u

enum lookup_state {
	LOOKUP_WAITING = 0, // in `waiting`
	LOOKUP_OPEN,        // in `open`: the client knows it by its address
	LOOKUP_ABANDONED,   // in `open` as well, but nobody waits for its result
};

struct lookup {
	TAILQ_ENTRY(lookup) entry;
	struct lookup_service *service;
	enum lookup_state state;
	bool is_resubmitted;
	int64_t deadline_ms; // CLOCK_MONOTONIC, of the job itself, without grace
	struct event timer;
	struct plx_job job; // with the caller's tag
	lookup_cb callback;
	void *context;
};

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int64_t now_ms(void)
{
	return (int64_t)(now_ns() / 1000000);
}

static void lookup_free(struct lookup *lookup)
{
	struct lookup_service *service = lookup->service;
	event_del(&lookup->timer);
	switch (lookup->state) {
	case LOOKUP_WAITING:
		TAILQ_REMOVE(&service->waiting, lookup, entry);
		service->stats.waiting--;
		break;
	case LOOKUP_OPEN:
		TAILQ_REMOVE(&service->open, lookup, entry);
		service->stats.open--;
		break;
	case LOOKUP_ABANDONED:
		TAILQ_REMOVE(&service->open, lookup, entry);
		service->stats.abandoned--;
		break;
	}
	free(lookup);
}

// The client still holds our address: the look-up stays until its result, or its loss, comes.
static void lookup_abandon(struct lookup *lookup)
{
	event_del(&lookup->timer);
	lookup->state = LOOKUP_ABANDONED;
	lookup->service->stats.open--;
	lookup->service->stats.abandoned++;
}

void lookup_cancel(struct lookup *lookup)
{
	if (lookup == NULL) {
		return;
	}
	lookup->service->stats.cancelled++;
	if (lookup->state == LOOKUP_OPEN) {
		lookup_abandon(lookup);
	} else {
		lookup_free(lookup);
	}
}

// A result that no dataplane made.
static void lookup_fail(struct lookup *lookup, enum plx_status status, enum plx_cause cause)
{
	struct lookup_service *service = lookup->service;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	const struct plx_result result = {
		.tag = lookup->job.tag,
		.qtype = lookup->job.qtype,
		.time_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec,
		.status = (uint8_t)status,
		.cause = (uint8_t)cause,
	};
	lookup_cb callback = lookup->callback;
	void *context = lookup->context;
	if (status == PLX_STATUS_LOST) {
		service->stats.lost++;
	} else {
		service->stats.expired++;
	}
	if (lookup->state == LOOKUP_OPEN) {
		lookup_abandon(lookup);
	} else {
		lookup_free(lookup);
	}
	callback(context, &result, (const uint8_t *)"");
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct lookup *lookup = context;
	struct lookup_service *service = lookup->service;
	bool is_attached = plx_client_is_attached(service->client);
	if (is_attached && !service->is_responding) {
		lookup_fail(lookup, PLX_STATUS_LOST, PLX_CAUSE_DATAPLANE_SILENT);
	} else if (lookup->state == LOOKUP_WAITING && !lookup->is_resubmitted && is_attached) {
		lookup_fail(lookup, PLX_STATUS_CANCELLED, PLX_CAUSE_NO_ANSWER);
	} else {
		lookup_fail(lookup, PLX_STATUS_LOST, PLX_CAUSE_DATAPLANE_LOST);
	}
}

// A loop that is behind gets here before all results are handed over: one that was there in time counts.
static void on_limit(evutil_socket_t fd, short what, void *context)
{
	static const struct timeval retry = {.tv_usec = OVERDUE_RETRY_US};
	struct lookup *lookup = context;
	struct lookup_service *service = lookup->service;
	int64_t limit_ms = lookup->deadline_ms + service->grace_ms;
	bool may_have_result = lookup->state == LOOKUP_OPEN && service->emptied_ms < limit_ms &&
			       now_ms() < limit_ms + OVERDUE_MS_MAX;
	if (may_have_result && evtimer_add(&lookup->timer, &retry) == 0) {
		event_active(service->client_event, EV_TIMEOUT, 0);
		return;
	}
	on_deadline(fd, what, lookup);
}

// Hands one waiting look-up to the client. The dataplane's own time ends with the look-up's: what was spent waiting is
// not given again.
static int lookup_submit(struct lookup *lookup, int64_t now)
{
	struct lookup_service *service = lookup->service;
	int64_t left_ms = lookup->deadline_ms - now;
	if (left_ms <= 0) {
		return -ETIMEDOUT;
	}
	struct plx_job job = lookup->job;
	job.tag = (uint64_t)(uintptr_t)lookup;
	if (job.timeout_ms == 0 || left_ms < job.timeout_ms) {
		job.timeout_ms = (uint32_t)left_ms;
	}
	int error = plx_client_submit(service->client, &job);
	if (error == 0) {
		TAILQ_REMOVE(&service->waiting, lookup, entry);
		TAILQ_INSERT_TAIL(&service->open, lookup, entry);
		lookup->state = LOOKUP_OPEN;
		service->stats.waiting--;
		service->stats.open++;
	}
	return error;
}

static void submit_waiting(struct lookup_service *service)
{
	bool is_attached = plx_client_is_attached(service->client);
	service->stats.attached_count += is_attached && !service->was_attached;
	service->was_attached = is_attached;
	if (!is_attached) {
		return;
	}
	int64_t now = now_ms();
	uint32_t passed = 0;
	struct lookup *lookup = TAILQ_FIRST(&service->waiting);
	for (uint32_t left = service->stats.waiting; left > 0; left--) {
		struct lookup *next = TAILQ_NEXT(lookup, entry);
		int error = lookup_submit(lookup, now);
		if (error == -ENOTCONN && plx_client_is_attached(service->client) &&
		    passed < PASSED_PER_TURN) {
			// Its worker is silent: to the end, so that those of other workers come up.
			TAILQ_REMOVE(&service->waiting, lookup, entry);
			TAILQ_INSERT_TAIL(&service->waiting, lookup, entry);
			passed++;
		} else if (error != 0 && error != -ETIMEDOUT) {
			break; // past its time: its timer, which is about to fire, says so
		}
		lookup = next != NULL ? next : TAILQ_FIRST(&service->waiting);
	}
	plx_client_flush(service->client);
}

// The dataplane ended or hung with this look-up open. Once is tried again; twice is a question that kills it.
static bool lookup_requeue(struct lookup *lookup)
{
	struct lookup_service *service = lookup->service;
	if (lookup->is_resubmitted || now_ms() >= lookup->deadline_ms) {
		return false;
	}
	lookup->is_resubmitted = true;
	lookup->state = LOOKUP_WAITING;
	TAILQ_REMOVE(&service->open, lookup, entry);
	TAILQ_INSERT_TAIL(&service->waiting, lookup, entry);
	service->stats.open--;
	service->stats.waiting++;
	service->stats.resubmitted++;
	return true;
}

static void result_arrived(void *context, const struct plx_result *result, const uint8_t *body)
{
	struct lookup_service *service = context;
	struct lookup *lookup = (struct lookup *)(uintptr_t)result->tag;
	if (lookup->state == LOOKUP_ABANDONED) {
		service->stats.late_results += result->status != PLX_STATUS_LOST;
		lookup_free(lookup);
		return;
	}
	bool is_lost = result->status == PLX_STATUS_LOST;
	if (is_lost && lookup_requeue(lookup)) {
		return;
	}
	struct plx_result own = *result;
	own.tag = lookup->job.tag;
	lookup_cb callback = lookup->callback;
	void *callback_context = lookup->context;
	service->stats.lost += is_lost;
	service->stats.finished += !is_lost;
	if (!is_lost && result->dnssec < PLX_DNSSEC_COUNT) {
		service->stats.by_state[lookup->job.resolution][result->dnssec]++;
		service->stats.unvalidated +=
			result->dnssec == PLX_DNSSEC_UNCHECKED && plx_result_is_definitive(result);
	}
	lookup_free(lookup);
	callback(callback_context, &own, body);
}

static void on_client(evutil_socket_t fd, short what, void *context)
{
	struct lookup_service *service = context;
	// Level-triggered: what one turn leaves keeps the descriptor readable.
	int64_t now = now_ms();
	if (plx_client_collect(service->client, RESULTS_PER_TURN, result_arrived, service) <
	    RESULTS_PER_TURN) {
		service->emptied_ms = now;
	}
	submit_waiting(service);
}

// Always, also without look-ups: status says whether the dataplane responds. What changed makes the client's descriptor
// readable.
static void on_look(evutil_socket_t fd, short what, void *context)
{
	struct lookup_service *service = context;
	bool was_responding = service->is_responding;
	service->is_responding = plx_client_is_responding(service->client, now_ns());
	service->stats.silent_count += was_responding && !service->is_responding &&
				       plx_client_is_attached(service->client);
}

static int service_start_events(struct lookup_service *service, struct event_base *base)
{
	static const struct timeval interval = {.tv_usec = PLX_CLIENT_LOOK_MS * 1000};
	service->client_event = event_new(base, plx_client_fd(service->client),
					  EV_READ | EV_PERSIST, on_client, service);
	service->look_timer = event_new(base, -1, EV_PERSIST, on_look, service);
	bool is_started = service->client_event != NULL && service->look_timer != NULL &&
			  event_add(service->client_event, NULL) == 0 &&
			  event_add(service->look_timer, &interval) == 0;
	return is_started ? 0 : -ENOMEM;
}

struct lookup_service *lookup_service_open(struct event_base *base,
					   const struct lookup_config *config, int *ret_error)
{
	if (config->waiting_max > LOOKUP_WAITING_MAX || config->grace_ms > LOOKUP_GRACE_MS_MAX) {
		*ret_error = -EINVAL;
		return NULL;
	}
	struct lookup_service *service = calloc(1, sizeof(*service));
	if (service == NULL) {
		*ret_error = -ENOMEM;
		return NULL;
	}
	TAILQ_INIT(&service->waiting);
	TAILQ_INIT(&service->open);
	service->waiting_max = config->waiting_max == 0 ? LOOKUP_WAITING_MAX : config->waiting_max;
	service->grace_ms = config->grace_ms == 0 ? LOOKUP_GRACE_MS_DEFAULT : config->grace_ms;
	const struct plx_client_config client_config = {
		.socket_path = config->socket_path,
		.name = config->name,
		.priority = PLX_PRIORITY_INTERACTIVE,
		.window = config->window,
	};
	service->client = plx_client_create(&client_config, ret_error);
	if (service->client == NULL) {
		free(service);
		return NULL;
	}
	int error = service_start_events(service, base);
	if (error != 0) {
		*ret_error = error;
		lookup_service_close(service);
		return NULL;
	}
	return service;
}

static void lookups_free(struct lookup_list *list)
{
	struct lookup *lookup;
	while ((lookup = TAILQ_FIRST(list)) != NULL) {
		lookup_free(lookup);
	}
}

void lookup_service_close(struct lookup_service *service)
{
	if (service == NULL) {
		return;
	}
	if (service->client_event != NULL) {
		event_free(service->client_event);
	}
	if (service->look_timer != NULL) {
		event_free(service->look_timer);
	}
	plx_client_close(service->client);
	lookups_free(&service->waiting);
	lookups_free(&service->open);
	free(service);
}

void lookup_service_stats(const struct lookup_service *service, struct lookup_stats *ret_stats)
{
	*ret_stats = service->stats;
	ret_stats->is_attached = plx_client_is_attached(service->client);
	ret_stats->silent_workers = plx_client_silent_workers(service->client);
	ret_stats->is_responding = ret_stats->is_attached && ret_stats->silent_workers == 0;
	ret_stats->is_control_responding = plx_client_is_control_responding(service->client);
	ret_stats->late_results += plx_client_late_results(service->client);
	ret_stats->stray_results = plx_client_stray_results(service->client);
}

// By the code that the worker uses: a job that it would refuse would never be answered.
static int job_check(const struct plx_job *job)
{
	uint8_t record[PLX_JOB_RECORD_MAX];
	struct plx_job checked;
	size_t length = plx_job_write(job, record);
	return plx_job_read(record, length, &checked);
}

int lookup_start(struct lookup_service *service, const struct plx_job *job, lookup_cb callback,
		 void *context, struct lookup **ret_lookup)
{
	int error = job_check(job);
	if (error != 0) {
		return error;
	}
	if (service->stats.waiting >= service->waiting_max) {
		service->stats.refused++;
		return -EAGAIN;
	}
	struct lookup *lookup = calloc(1, sizeof(*lookup));
	if (lookup == NULL) {
		return -ENOMEM;
	}
	uint32_t timeout_ms = job->timeout_ms == 0 ? PLX_JOB_TIMEOUT_MS_DEFAULT : job->timeout_ms;
	lookup->service = service;
	lookup->deadline_ms = now_ms() + timeout_ms;
	lookup->job = *job;
	lookup->callback = callback;
	lookup->context = context;
	uint32_t limit_ms = timeout_ms + service->grace_ms;
	const struct timeval limit = {.tv_sec = limit_ms / 1000,
				      .tv_usec = (limit_ms % 1000) * 1000};
	evtimer_assign(&lookup->timer, event_get_base(service->client_event), on_limit, lookup);
	if (evtimer_add(&lookup->timer, &limit) != 0) {
		free(lookup);
		return -ENOMEM;
	}
	TAILQ_INSERT_TAIL(&service->waiting, lookup, entry);
	service->stats.waiting++;
	service->stats.started++;
	// From a turn of its own, with all others that start in this one: one kick for the batch.
	event_active(service->client_event, EV_TIMEOUT, 0);
	*ret_lookup = lookup;
	return 0;
}

bool lookup_way_traces(const struct lookup_way *way)
{
	return way->wants_trace && way->resolution == PLX_RESOLUTION_ITERATIVE;
}

struct plx_job lookup_evidence_job(const struct lookup_way *way, const struct plx_job *job)
{
	struct plx_job own = *job;
	own.resolution = (uint8_t)way->resolution;
	own.flags = way->resolution == PLX_RESOLUTION_ITERATIVE ? PLX_JOB_NO_CACHE : 0;
	own.flags |= lookup_way_traces(way) ? PLX_JOB_TRACE : 0;
	return own;
}

int lookup_start_evidence(const struct lookup_way *way, const struct plx_job *job,
			  lookup_cb callback, void *context, struct lookup **ret_lookup)
{
	const struct plx_job own = lookup_evidence_job(way, job);
	return lookup_start(way->service, &own, callback, context, ret_lookup);
}

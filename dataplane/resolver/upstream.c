// SPDX-License-Identifier: BSD-3-Clause

#include "resolver/upstream.h"

#include <parallax/base/error.h>
#include <parallax/base/siphash.h>

#include <errno.h>
#include <string.h>

// The first workers get what does not divide.
static uint32_t in_flight_share(uint32_t limit, const struct worker_share *share)
{
	return limit / share->worker_count + (share->worker < limit % share->worker_count);
}

void upstream_init(struct upstream *upstream, const struct upstream_config *config,
		   const struct worker_share *share, const struct plx_siphash_key *cookie_key,
		   uint64_t now_ns)
{
	uint32_t in_flight_max =
		config->in_flight_max > 0 ? config->in_flight_max : UPSTREAM_IN_FLIGHT_DEFAULT;
	*upstream = (struct upstream) {
		.config = *config,
		.is_set = true,
		.heard_ns = now_ns,
	};
	flow_window_init(&upstream->window, in_flight_share(in_flight_max, share));
	if (config->is_steady) {
		flow_window_hold(&upstream->window);
	}
	upstream->no_edns_until_ns = config->is_without_edns ? UINT64_MAX : 0;
	upstream->no_cookie_until_ns = config->is_without_cookie ? UINT64_MAX : 0;
	token_bucket_init_share(&upstream->bucket, config->rate_qps, share->worker_count);
	// RFC 7873 4.1: unpredictable to others, different per server.
	uint8_t identity[sizeof(config->endpoint.ip.bytes) + 2];
	memcpy(identity, config->endpoint.ip.bytes, sizeof(config->endpoint.ip.bytes));
	memcpy(identity + sizeof(config->endpoint.ip.bytes), &config->endpoint.port, 2);
	uint64_t cookie = plx_siphash(cookie_key, identity, sizeof(identity));
	memcpy(upstream->cookie, &cookie, PLX_COOKIE_CLIENT_BYTES);
}

uint64_t upstream_timeout_ns(const struct upstream *upstream, unsigned attempts)
{
	uint64_t timeout_ns = UPSTREAM_RTO_START_NS;
	if (upstream->srtt_ns != 0) {
		timeout_ns = upstream->srtt_ns + 4 * upstream->rttvar_ns;
	}
	if (timeout_ns < UPSTREAM_RTO_MIN_NS) {
		timeout_ns = UPSTREAM_RTO_MIN_NS;
	}
	for (unsigned pair = attempts / 2; pair > 0 && timeout_ns < UPSTREAM_RTO_MAX_NS; pair--) {
		timeout_ns *= 2;
	}
	return timeout_ns < UPSTREAM_RTO_MAX_NS ? timeout_ns : UPSTREAM_RTO_MAX_NS;
}

// The configured limit, which UDP and TCP share.
static bool is_full(const struct upstream *upstream)
{
	return upstream->in_flight + upstream->tcp_in_flight >= upstream->window.size_max;
}

bool upstream_may_send_tcp(const struct upstream *upstream, uint64_t now_ns)
{
	uint32_t half = (upstream->window.size_max + 1) / 2;
	uint32_t tcp_max = half < UPSTREAM_TCP_IN_FLIGHT_MAX ? half : UPSTREAM_TCP_IN_FLIGHT_MAX;
	return upstream->tcp_in_flight < tcp_max && !is_full(upstream) &&
	       token_bucket_has(&upstream->bucket, now_ns);
}

bool upstream_may_send(const struct upstream *upstream, uint64_t now_ns, bool is_last_resort)
{
	if (!upstream->is_set || !upstream->is_reachable || upstream->is_draining ||
	    !flow_window_has_room(&upstream->window, upstream->in_flight) || is_full(upstream) ||
	    !token_bucket_has(&upstream->bucket, now_ns)) {
		return false;
	}
	switch ((enum upstream_health)upstream->health) {
	case UPSTREAM_UP:
		return true;
	case UPSTREAM_DOWN:
		return is_last_resort || now_ns >= upstream->probe_after_ns;
	case UPSTREAM_PROBING:
		return is_last_resort;
	}
	return false;
}

void upstream_sent(struct upstream *upstream, uint64_t now_ns)
{
	token_bucket_take(&upstream->bucket, now_ns);
	upstream->in_flight++;
	upstream->sent++;
	if (upstream->in_flight >= upstream->window.size) {
		upstream->window.was_full = true;
	}
	upstream->failing_probe_after_ns = now_ns + UPSTREAM_FAILING_PROBE_NS;
	if (upstream->health == UPSTREAM_DOWN && now_ns >= upstream->probe_after_ns) {
		upstream->health = UPSTREAM_PROBING;
		upstream->probe_after_ns = now_ns + UPSTREAM_PROBE_NS;
	}
}

void upstream_sent_tcp(struct upstream *upstream, uint64_t now_ns)
{
	token_bucket_take(&upstream->bucket, now_ns);
	upstream->tcp_in_flight++;
	if (upstream->tcp_failures_in_row >= UPSTREAM_TCP_BROKEN_ROW &&
	    now_ns >= upstream->tcp_probe_after_ns) {
		upstream->tcp_probe_after_ns = now_ns + UPSTREAM_PROBE_NS; // this is the probe
	}
	upstream->failing_probe_after_ns = now_ns + UPSTREAM_FAILING_PROBE_NS;
}

void upstream_resent_tcp(struct upstream *upstream, uint64_t now_ns)
{
	token_bucket_take(&upstream->bucket, now_ns);
}

// RFC 6298 2.2 and 2.3.
static void take_rtt(struct upstream *upstream, uint64_t rtt_ns)
{
	if (upstream->srtt_ns == 0) {
		upstream->srtt_ns = rtt_ns > 0 ? rtt_ns : 1;
		upstream->rttvar_ns = rtt_ns / 2;
		return;
	}
	uint64_t srtt_ns = upstream->srtt_ns;
	uint64_t error_ns = rtt_ns > srtt_ns ? rtt_ns - srtt_ns : srtt_ns - rtt_ns;
	upstream->rttvar_ns = (3 * upstream->rttvar_ns + error_ns) / 4;
	upstream->srtt_ns = (7 * srtt_ns + rtt_ns) / 8;
}

void upstream_answered(struct upstream *upstream, uint64_t rtt_ns, uint64_t now_ns)
{
	upstream->in_flight--;
	upstream->answered++;
	upstream_heard(upstream, now_ns);
	take_rtt(upstream, rtt_ns);
	flow_window_answer(&upstream->window, rtt_ns);
}

void upstream_timed_out(struct upstream *upstream, uint64_t now_ns)
{
	upstream->in_flight--;
	upstream->timeouts++;
	upstream->timeouts_in_row++;
	flow_window_loss(&upstream->window);
	if (upstream->health == UPSTREAM_PROBING) {
		upstream->health = UPSTREAM_DOWN;
	} else if (upstream->health == UPSTREAM_UP && !upstream->config.is_steady &&
		   upstream->timeouts_in_row >= UPSTREAM_DOWN_TIMEOUTS &&
		   now_ns - upstream->heard_ns >= UPSTREAM_SILENCE_NS) {
		upstream->health = UPSTREAM_DOWN;
		upstream->probe_after_ns = now_ns + UPSTREAM_PROBE_NS;
	}
}

void upstream_abandoned(struct upstream *upstream)
{
	upstream->in_flight--;
	if (upstream->health == UPSTREAM_PROBING) {
		upstream->health =
			UPSTREAM_DOWN; // it learnt nothing; the next probe has its time already
	}
}

void upstream_heard(struct upstream *upstream, uint64_t now_ns)
{
	upstream->heard_ns = now_ns;
	upstream->timeouts_in_row = 0;
	upstream->health = UPSTREAM_UP;
}

void upstream_heard_late(struct upstream *upstream, uint64_t rtt_ns, uint64_t now_ns)
{
	upstream_heard(upstream, now_ns);
	take_rtt(upstream, rtt_ns);
	flow_window_answer(&upstream->window,
			   rtt_ns); // weighs against the loss that it was counted as
}

void upstream_failed(struct upstream *upstream, bool is_its_own)
{
	upstream->failures++;
	if (is_its_own && upstream->failures_in_row < UPSTREAM_FAILING_ROW) {
		upstream->failures_in_row++;
	}
	flow_window_refusal(&upstream->window);
}

void upstream_tcp_connected(struct upstream *upstream)
{
	upstream->tcp_failures_in_row = 0;
}

static bool is_connect_failure(int error, uint64_t waited_ns)
{
	switch (error) {
	case PLX_ERR_TCP_REFUSED:
	case PLX_ERR_TCP_CLOSED:
	case -EHOSTUNREACH:
	case -ENETUNREACH:
		return true;
	case PLX_ERR_TCP_TIMEOUT:
		return waited_ns >= UPSTREAM_TCP_CONNECT_NS;
	default:
		return false; // no memory, no descriptor and the like: ours
	}
}

void upstream_tcp_unconnected(struct upstream *upstream, int error, uint64_t waited_ns,
			      uint64_t now_ns)
{
	// Those who waited for one and the same attempt count once.
	uint64_t apart_ns = now_ns - upstream->tcp_failed_ns;
	bool is_new = upstream->tcp_failures_in_row == 0 ||
		      (apart_ns >= waited_ns && apart_ns >= UPSTREAM_TCP_APART_NS);
	if (!is_connect_failure(error, waited_ns) || !is_new) {
		return;
	}
	upstream->tcp_failed_ns = now_ns;
	if (upstream->tcp_failures_in_row < UPSTREAM_TCP_BROKEN_ROW &&
	    ++upstream->tcp_failures_in_row == UPSTREAM_TCP_BROKEN_ROW) {
		upstream->tcp_probe_after_ns = now_ns + UPSTREAM_PROBE_NS;
	}
}

void upstream_served(struct upstream *upstream)
{
	upstream->failures_in_row = 0;
}

bool upstream_unwanted(struct upstream *upstream, uint64_t now_ns)
{
	upstream->unwanted++;
	if (upstream->config.is_steady) {
		return false;
	}
	if (now_ns - upstream->unwanted_since_ns >= UPSTREAM_ALARM_WINDOW_NS) {
		upstream->unwanted_since_ns = now_ns;
		upstream->unwanted_recent = 0;
	}
	if (++upstream->unwanted_recent < UPSTREAM_ALARM_UNWANTED) {
		return false;
	}
	bool is_new = now_ns >= upstream->alarm_until_ns;
	upstream->alarm_until_ns = now_ns + UPSTREAM_ALARM_NS;
	return is_new;
}

void upstream_learn_cookie(struct upstream *upstream, const uint8_t *cookie, uint8_t length)
{
	uint8_t server_length = (uint8_t)(length - PLX_COOKIE_CLIENT_BYTES);
	memcpy(upstream->cookie + PLX_COOKIE_CLIENT_BYTES, cookie + PLX_COOKIE_CLIENT_BYTES,
	       server_length);
	upstream->server_cookie_length = server_length;
}

const char *upstream_health_name(enum upstream_health health)
{
	switch (health) {
	case UPSTREAM_UP:
		return "up";
	case UPSTREAM_DOWN:
		return "down";
	case UPSTREAM_PROBING:
		return "probing";
	}
	return "unknown";
}

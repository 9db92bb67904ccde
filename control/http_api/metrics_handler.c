// SPDX-License-Identifier: BSD-3-Clause
// GET /metrics: the text format of Prometheus, version 0.0.4. Labels are ours or come from the configuration, whose names
// hold no character that would need an escape.

#include "audit/audit_log.h"
#include "http_api/guard_metrics.h"
#include "http_api/http_api_internal.h"
#include "http_server/http_listener.h"
#include "http_server/http_reply.h"
#include "lookup/lookup.h"
#include "order/order_table.h"
#include "perspective/perspective_client.h"
#include "rules/utc_time.h"
#include "service/mode_keeper.h"
#include "service/service_context.h"
#include "service/validation_state.h"
#include "trace_store/trace_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

static void head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP parallax_%s %s\n# TYPE parallax_%s %s\n", name, help, name, type);
}

static void single(FILE *out, const char *name, const char *type, const char *help, uint64_t value)
{
	head(out, name, type, help);
	fprintf(out, "parallax_%s %" PRIu64 "\n", name, value);
}

static void write_lookups(FILE *out, const struct service_context *service)
{
	struct lookup_stats stats;
	lookup_service_stats(service->lookup, &stats);
	single(out, "dataplane_attached", "gauge", "Whether the dataplane is attached.",
	       stats.is_attached);
	single(out, "dataplane_responding", "gauge",
	       "Whether the dataplane is attached and all of its workers respond.",
	       stats.is_responding);
	single(out, "lookups_in_flight", "gauge", "Look-ups at the dataplane.", stats.open);
	single(out, "lookups_waiting", "gauge", "Look-ups that wait for room.", stats.waiting);
	single(out, "lookups_started_total", "counter", "Look-ups started.", stats.started);
	head(out, "lookups_finished_total", "counter",
	     "Look-ups that the dataplane answered, by how they were made and their DNSSEC state.");
	for (int i = 0; i < PLX_RESOLUTION_COUNT; i++) {
		for (int state = 0; state < PLX_DNSSEC_COUNT; state++) {
			fprintf(out,
				"parallax_lookups_finished_total{resolution=\"%s\",dnssec=\"%s\"} "
				"%" PRIu64 "\n",
				plx_resolution_name((enum plx_resolution)i),
				plx_dnssec_name((enum plx_dnssec)state), stats.by_state[i][state]);
		}
	}
	single(out, "lookups_unvalidated_total", "counter",
	       "Definitive answers that nobody validated.", stats.unvalidated);
	single(out, "validation_compliant", "gauge",
	       "Whether every answer so far was validated, where the rules demand it.",
	       validation_state_get(service).is_compliant);
	single(out, "lookups_lost_total", "counter", "Look-ups that the dataplane lost.",
	       stats.lost);
	single(out, "lookups_expired_total", "counter",
	       "Look-ups without room before their deadline.", stats.expired);
}

static void write_audit(FILE *out, const struct service_context *service)
{
	struct audit_log_status status;
	if (service->audit == NULL) {
		return;
	}
	audit_log_status(service->audit, &status);
	single(out, "audit_writable", "gauge", "Whether the audit log takes records.",
	       status.is_writable);
	single(out, "audit_checkpoint_failing", "gauge",
	       "Whether the audit log's write-ahead log cannot be emptied and grows.",
	       status.checkpoint_fault.error != 0);
	single(out, "audit_head_failing", "gauge",
	       "Whether the audit log's head cannot be written.", status.head_fault.error != 0);
	single(out, "audit_sequence", "gauge", "The last committed record.", status.sequence);
	single(out, "audit_queued", "gauge", "Records not yet committed.", status.queued_count);
	single(out, "audit_records_total", "counter", "Records committed.", status.committed_count);
	single(out, "audit_failed_total", "counter", "Records that were not committed.",
	       status.failed_count);
}

static void write_evidence(FILE *out, const struct service_context *service)
{
	struct trace_store_status status;
	if (service->traces == NULL) {
		return;
	}
	trace_store_status(service->traces, &status);
	single(out, "evidence_writable", "gauge", "Whether the evidence of look-ups can be stored.",
	       status.is_writable);
	single(out, "evidence_files", "gauge", "Files of evidence.", status.total.files);
	single(out, "evidence_bytes", "gauge", "Octets of evidence.", status.total.bytes);
	single(out, "evidence_stored_total", "counter", "Look-ups whose evidence was stored.",
	       status.stored_count);
	single(out, "evidence_failed_total", "counter",
	       "Look-ups whose evidence could not be stored.", status.failed_count);
}

static void write_http(FILE *out, const struct service_context *service)
{
	if (service->listener == NULL) {
		return;
	}
	struct http_counters counters = http_listener_counters(service->listener);
	single(out, "http_connections", "gauge", "Connections open.", counters.connections);
	single(out, "http_requests_in_flight", "gauge", "Requests not yet answered.",
	       counters.exchanges);
	single(out, "http_requests_total", "counter", "Requests.", counters.requests);
	single(out, "http_timed_out_total", "counter", "Connections closed for being slow or idle.",
	       counters.timed_out);
	single(out, "http_hung_up_total", "counter", "Clients that went before their answer.",
	       counters.hung_up);
}

static void write_modes(FILE *out, const struct service_context *service)
{
	int64_t now_s = service_now_us() / UTC_SECOND_US;
	if (service->modes == NULL) {
		return;
	}
	head(out, "mode", "gauge", "The mode in effect is 1, by profile.");
	for (int i = PROFILE_NOT_SET + 1; i < PROFILE_COUNT; i++) {
		struct mode_effective effective =
			mode_keeper_effective(service->modes, (enum profile)i, now_s);
		for (int mode = MODE_REPORT_ONLY; mode <= MODE_ENFORCE; mode++) {
			fprintf(out, "parallax_mode{profile=\"%s\",mode=\"%s\"} %d\n",
				profile_name((enum profile)i), mode_name((enum mode)mode),
				effective.mode == (enum mode)mode);
		}
	}
	head(out, "mode_compliant", "gauge",
	     "Whether the mode is at least what the rules demand today, by profile.");
	for (int i = PROFILE_NOT_SET + 1; i < PROFILE_COUNT; i++) {
		fprintf(out, "parallax_mode_compliant{profile=\"%s\"} %d\n",
			profile_name((enum profile)i),
			mode_keeper_effective(service->modes, (enum profile)i, now_s).is_compliant);
	}
}

static void write_remotes(FILE *out, const struct service_context *service)
{
	const struct remote_list *list = &service->generation->remotes;
	struct perspective_client_status status;
	head(out, "perspective_up", "gauge", "Whether a remote perspective answers.");
	for (size_t i = 0; i < list->count; i++) {
		remote_status(&list->remotes[i], &status);
		fprintf(out, "parallax_perspective_up{perspective=\"%s\"} %d\n",
			list->remotes[i].config->name, status.health.state == CHANNEL_UP);
	}
	head(out, "perspective_latency_seconds", "gauge", "Smoothed time to an answer.");
	for (size_t i = 0; i < list->count; i++) {
		remote_status(&list->remotes[i], &status);
		fprintf(out, "parallax_perspective_latency_seconds{perspective=\"%s\"} %.6f\n",
			list->remotes[i].config->name, status.health.latency_ms / 1000.0);
	}
	head(out, "perspective_checks_total", "counter", "Checks asked, by how they ended.");
	for (size_t i = 0; i < list->count; i++) {
		remote_status(&list->remotes[i], &status);
		for (int cause = PERSPECTIVE_ANSWERED; cause <= PERSPECTIVE_CLOSED; cause++) {
			fprintf(out,
				"parallax_perspective_checks_total{perspective=\"%s\",end=\"%s\"} "
				"%" PRIu64 "\n",
				list->remotes[i].config->name,
				perspective_cause_name((enum perspective_cause)cause),
				status.by_cause[cause]);
		}
	}
}

static void write_decisions(FILE *out, const struct order_statistics *all)
{
	head(out, "orders_total", "counter", "Decided orders by mode and decision.");
	for (int mode = MODE_REPORT_ONLY; mode <= MODE_ENFORCE; mode++) {
		fprintf(out,
			"parallax_orders_total{mode=\"%s\",decision=\"issue\"} %" PRIu64 "\n"
			"parallax_orders_total{mode=\"%s\",decision=\"refuse\"} %" PRIu64 "\n",
			mode_name((enum mode)mode), all->issued[mode], mode_name((enum mode)mode),
			all->refused[mode]);
	}
	head(out, "orders_would_refuse_total", "counter",
	     "Issued orders that enforce would have refused, by mode.");
	for (int mode = MODE_REPORT_ONLY; mode <= MODE_ENFORCE; mode++) {
		fprintf(out, "parallax_orders_would_refuse_total{mode=\"%s\"} %" PRIu64 "\n",
			mode_name((enum mode)mode), all->would_refuse[mode]);
	}
	head(out, "orders_admission_total", "counter", "Orders by whether they were taken.");
	for (int i = ORDER_ADMITTED; i < ORDER_ADMISSION_COUNT; i++) {
		fprintf(out, "parallax_orders_admission_total{admission=\"%s\"} %" PRIu64 "\n",
			order_admission_name((enum order_admission)i), all->admissions[i]);
	}
	head(out, "refusals_total", "counter", "Identifiers refused under the rules, by reason.");
	for (int i = REFUSAL_NONE + 1; i < REFUSAL_REASON_COUNT; i++) {
		fprintf(out, "parallax_refusals_total{reason=\"%s\"} %" PRIu64 "\n",
			refusal_reason_name((enum refusal_reason)i), all->reasons[i]);
	}
}

static void write_latency(FILE *out, const struct order_statistics *all)
{
	uint64_t below = 0;
	head(out, "order_seconds", "histogram", "Time from the start of an order to its answer.");
	for (int i = 0; i < ORDER_LATENCY_BUCKETS - 1; i++) {
		below += all->latency_counts[i];
		fprintf(out, "parallax_order_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
			order_latency_bounds_ms[i] / 1000.0, below);
	}
	below += all->latency_counts[ORDER_LATENCY_BUCKETS - 1];
	fprintf(out,
		"parallax_order_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n"
		"parallax_order_seconds_sum %.3f\nparallax_order_seconds_count %" PRIu64 "\n",
		below, (double)all->latency_sum_ms / 1000.0, below);
}

static void write_orders(FILE *out, const struct service_context *service)
{
	struct order_statistics all;
	if (service->orders == NULL) {
		return;
	}
	order_table_statistics(service->orders, &all);
	single(out, "orders_in_flight", "gauge", "Orders in flight.", all.orders_in_flight);
	single(out, "checks_in_flight", "gauge", "Checks in flight.", all.checks_in_flight);
	single(out, "identifiers_total", "counter", "Identifiers decided.", all.identifiers);
	single(out, "checks_total", "counter", "Checks asked for.", all.checks);
	single(out, "check_errors_total", "counter", "Checks without a verdict.", all.check_errors);
	single(out, "probes_total", "counter", "Probes asked for, to explain failures.",
	       all.probes);
	single(out, "single_checks_total", "counter",
	       "Attempts at DCV or CAA alone, decided, in no other count of orders.",
	       all.single_checks);
	single(out, "orders_abandoned_total", "counter", "Orders whose client hung up.",
	       all.abandoned);
	single(out, "orders_failed_total", "counter", "Orders that ended without a decision.",
	       all.failed);
	write_decisions(out, &all);
	write_latency(out, &all);
}

void http_api_get_metrics(struct http_exchange *exchange, void *context)
{
	const struct service_context *service = context;
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	if (out != NULL) {
		head(out, "build_info", "gauge", "The version that runs.");
		fprintf(out, "parallax_build_info{version=\"%s\"} 1\n", PLX_VERSION);
		single(out, "start_time_seconds", "gauge", "When the daemon started, Unix time.",
		       (uint64_t)(service->started_us / UTC_SECOND_US));
		write_orders(out, service);
		write_lookups(out, service);
		write_audit(out, service);
		write_evidence(out, service);
		write_http(out, service);
		write_modes(out, service);
		write_remotes(out, service);
		guard_metrics_write(out, service);
		fclose(out);
	}
	if (text == NULL) {
		const struct http_problem problem = {.status = 503, .retry_after_s = 1};
		http_reply_problem(exchange, &problem, "not enough memory");
		return;
	}
	http_reply_text(exchange, 200, CONTENT_TYPE, text, length);
	free(text);
}

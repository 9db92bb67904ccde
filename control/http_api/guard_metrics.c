// SPDX-License-Identifier: BSD-3-Clause

#include "http_api/guard_metrics.h"

#include "guard/certificate_watch.h"
#include "rules/utc_time.h"
#include "service/clock_keeper.h"
#include "service/service_context.h"

#include <inttypes.h>
#include <string.h>

static void write_clock(FILE *out, const struct service_context *service)
{
	const struct clock_guard *guard = clock_keeper_guard(service->clock);
	fprintf(out,
		"# HELP parallax_clock_believed Whether decisions are released: the wall clock was "
		"not set, or is believed again.\n"
		"# TYPE parallax_clock_believed gauge\n"
		"parallax_clock_believed %d\n"
		"# HELP parallax_clock_steps_total Steps of the wall clock.\n"
		"# TYPE parallax_clock_steps_total counter\n"
		"parallax_clock_steps_total %" PRIu64 "\n"
		"# HELP parallax_clock_unsynchronised Whether the kernel says that nobody "
		"disciplines the clock.\n"
		"# TYPE parallax_clock_unsynchronised gauge\n"
		"parallax_clock_unsynchronised %d\n",
		clock_guard_may_release(guard), guard->counters.steps,
		clock_keeper_sync(service->clock) == CLOCK_SYNC_NO);
}

// The value of a label (text format 0.0.4): a path may hold anything.
static void write_label(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (*text == '"' || *text == '\\') {
			fputc('\\', out);
		}
		fputc(*text, out);
	}
}

static bool has_dates(const struct certificate_entry *entry)
{
	return entry->state != CERTIFICATE_UNREADABLE && entry->state != CERTIFICATE_UNDATED;
}

// A chain or a list of CAs is as old as its oldest: the least of a file counts, so that no label occurs twice.
static bool is_first_to_end(const struct certificate_guard *guard, size_t index, int64_t now_s)
{
	const struct certificate_entry entry = certificate_guard_entry(guard, index, now_s);
	for (size_t i = 0; i < certificate_guard_entry_count(guard); i++) {
		const struct certificate_entry other = certificate_guard_entry(guard, i, now_s);
		bool is_earlier =
			other.validity.not_after_s < entry.validity.not_after_s ||
			(other.validity.not_after_s == entry.validity.not_after_s && i < index);
		if (strcmp(other.path, entry.path) == 0 && has_dates(&other) && is_earlier) {
			return false;
		}
	}
	return true;
}

static void write_certificates(FILE *out, const struct service_context *service)
{
	const struct certificate_guard *guard = certificate_watch_guard(service->certificates);
	int64_t now_s = service_now_us() / UTC_SECOND_US;
	size_t unreadable = 0;
	fputs("# HELP parallax_certificate_not_after_seconds When the first certificate of a file "
	      "ends, Unix time.\n"
	      "# TYPE parallax_certificate_not_after_seconds gauge\n",
	      out);
	for (size_t i = 0; i < certificate_guard_entry_count(guard); i++) {
		const struct certificate_entry entry = certificate_guard_entry(guard, i, now_s);
		unreadable += entry.state == CERTIFICATE_UNREADABLE;
		if (has_dates(&entry) && is_first_to_end(guard, i, now_s)) {
			fputs("parallax_certificate_not_after_seconds{file=\"", out);
			write_label(out, entry.path);
			fprintf(out, "\"} %" PRId64 "\n", entry.validity.not_after_s);
		}
	}
	fprintf(out,
		"# HELP parallax_certificate_files_unreadable Files of certificates and keys that "
		"cannot be read.\n"
		"# TYPE parallax_certificate_files_unreadable gauge\n"
		"parallax_certificate_files_unreadable %zu\n",
		unreadable);
}

void guard_metrics_write(FILE *out, const struct service_context *service)
{
	if (service->clock != NULL) {
		write_clock(out, service);
	}
	if (service->certificates != NULL) {
		write_certificates(out, service);
	}
}

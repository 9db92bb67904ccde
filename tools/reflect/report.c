// SPDX-License-Identifier: BSD-3-Clause

#include "reflect/report.h"

#include <parallax/base/log_line.h>

#include "reflect/counters.h"
#include "reflect/generator.h"

#include <errno.h>
#include <jansson.h>

static double per_answer(const struct reflect_counters *counters, uint64_t cycles)
{
	return counters->answered == 0 ? 0 : (double)cycles / (double)counters->answered;
}

static double per_second(uint64_t count, uint64_t time_ns)
{
	return time_ns == 0 ? 0 : (double)count * 1e9 / (double)time_ns;
}

void report_log(const struct reflect_report *report, const char *event)
{
	struct plx_log_line line;
	const struct reflect_counters *counters = report->counters;
	plx_log_begin(&line, false, PLX_LOG_LEVEL_NOTICE, event);
	plx_log_number(&line, "received", (int64_t)counters->received);
	plx_log_number(&line, "answered", (int64_t)counters->answered);
	plx_log_number(&line, "neighbor_answers", (int64_t)counters->neighbor_answers);
	plx_log_number(&line, "dropped", (int64_t)reflect_counters_dropped(counters));
	for (unsigned i = 0; i < REFLECT_DROPS; i++) {
		if (counters->dropped[i] > 0) {
			plx_log_number(&line, reflect_drop_name((enum reflect_drop)i),
				       (int64_t)counters->dropped[i]);
		}
	}
	plx_log_number(&line, "run_time_ms", (int64_t)(report->run_time_ns / 1000000));
	plx_log_number(&line, "answered_per_s",
		       (int64_t)per_second(counters->answered, report->run_time_ns));
	plx_log_number(&line, "cycles_per_answer",
		       (int64_t)per_answer(counters, counters->busy_cycles));
	plx_log_end(&line);
}

int report_write_json(const struct reflect_report *report, FILE *file)
{
	const struct reflect_counters *counters = report->counters;
	json_t *dropped = json_object();
	for (unsigned i = 1; i < REFLECT_DROPS; i++) {
		json_object_set_new(dropped, reflect_drop_name((enum reflect_drop)i),
				    json_integer((json_int_t)counters->dropped[i]));
	}
	json_t *root =
		json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:f, s:f, s:f, s:f, s:I, s:I}",   //
			  "received", (json_int_t)counters->received,                            //
			  "received_bytes", (json_int_t)counters->received_bytes,                //
			  "answered", (json_int_t)counters->answered,                            //
			  "answered_bytes", (json_int_t)counters->answered_bytes,                //
			  "neighbor_answers", (json_int_t)counters->neighbor_answers,            //
			  "dropped", (json_int_t)reflect_counters_dropped(counters),             //
			  "dropped_by_reason", dropped,                                          //
			  "run_time_s", (double)report->run_time_ns / 1e9,                       //
			  "answered_per_s", per_second(counters->answered, report->run_time_ns), //
			  "cycles_per_answer", per_answer(counters, counters->busy_cycles),      //
			  "work_cycles_per_answer", per_answer(counters, counters->work_cycles), //
			  "cycles_hz", (json_int_t)report->cycles_hz,                            //
			  "sleeps", (json_int_t)counters->sleeps);
	if (report->generator != NULL) {
		json_object_set_new(root, "generated",
				    json_integer((json_int_t)report->generator->sent));
		json_object_set_new(root, "returned",
				    json_integer((json_int_t)report->generator->received));
		json_object_set_new(root, "returned_per_s",
				    json_real(generator_rate(report->generator)));
	}
	if (root == NULL) {
		return -ENOMEM;
	}
	int error = json_dumpf(root, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF &&
				    fflush(file) == 0
			    ? 0
			    : -EIO;
	json_decref(root);
	return error;
}

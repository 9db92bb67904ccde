// SPDX-License-Identifier: BSD-3-Clause
// What one output line costs in each format, for a plain answer, an answer without records and an invalid name, in
// nanoseconds. Not part of the test suite:
//
//   build/tests/bench/format_bench [LINES]

#include <parallax/format/result_format.h>

#include "../unit/format/result_builder.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

struct bench_case {
	const char *name;
	struct result_builder builder;
	struct plx_name asked_name;
};

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void build_cases(struct bench_case cases[static 4])
{
	cases[0].name = "3 CAA";
	builder_init(&cases[0].builder, PLX_TYPE_CAA);
	builder_found_at(&cases[0].builder, "example.test");
	builder_owner(&cases[0].builder, "example.test");
	builder_record(&cases[0].builder, 300, "\0\5issueletsencrypt.org", 22);
	builder_record(&cases[0].builder, 300, "\0\5issuedigicert.com", 19);
	builder_record(&cases[0].builder, 300, "\0\5iodefmailto:ca@example.test", 29);
	cases[1].name = "no CAA";
	builder_init(&cases[1].builder, PLX_TYPE_CAA);
	cases[2].name = "1 A";
	builder_init(&cases[2].builder, PLX_TYPE_A);
	builder_owner(&cases[2].builder, "www.customer-12345.example.test");
	builder_record(&cases[2].builder, 300, "\300\0\2\1", 4);
	cases[3].name = "1 TXT";
	builder_init(&cases[3].builder, PLX_TYPE_TXT);
	builder_owner(&cases[3].builder, "www.customer-12345.example.test");
	builder_record(&cases[3].builder, 300, "\x23v=spf1 include:_spf.example.test -al", 36);
	for (unsigned i = 0; i < 4; i++) {
		cases[i].asked_name = name_of("www.customer-12345.example.test");
		builder_finish(&cases[i].builder);
	}
}

static int measure(enum plx_format format, struct bench_case *bench_case, uint64_t lines)
{
	struct plx_formatter *formatter = plx_formatter_create(format);
	struct plx_text text = plx_text_growing();
	struct plx_result *result = &bench_case->builder.result;
	struct plx_asked asked = {
		.name = &bench_case->asked_name,
		.type = result->qtype,
		.relevant_caa = result->qtype == PLX_TYPE_CAA,
	};
	uint64_t bytes = 0;
	int error = formatter == NULL ? -1 : 0;
	uint64_t begin_ns = now_ns();
	for (uint64_t i = 0; i < lines && error == 0; i++) {
		asked.line = i + 1;
		result->time_ns += 5000; // 200,000 a second
		error = plx_formatter_append(formatter, &asked, result, bench_case->builder.body,
					     &text);
		plx_text_character(&text, '\n');
		if (text.length > 256 * 1024) {
			bytes += text.length;
			plx_text_rewind(&text, 0);
		}
	}
	uint64_t elapsed_ns = now_ns() - begin_ns;
	printf("%-15s %-7s %7.0f ns/line %6.0f octets/line\n", plx_format_name(format),
	       bench_case->name, (double)elapsed_ns / (double)lines,
	       (double)(bytes + text.length) / (double)lines);
	plx_text_free(&text);
	plx_formatter_destroy(formatter);
	return error;
}

int main(int argc, char **argv)
{
	uint64_t lines = argc > 1 ? strtoull(argv[1], NULL, 10) : 500000;
	static struct bench_case cases[4];
	build_cases(cases);
	for (unsigned format = 0; format < PLX_FORMAT_COUNT; format++) {
		for (unsigned i = 0; i < 4; i++) {
			if (measure((enum plx_format)format, &cases[i], lines) != 0) {
				fprintf(stderr, "format_bench: a line could not be rendered\n");
				return EXIT_FAILURE;
			}
		}
	}
	return EXIT_SUCCESS;
}

// SPDX-License-Identifier: BSD-3-Clause
// Printing and saving the summary.

#include "sweep/summary.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/stat.h>

static double seconds(const struct tally *tally)
{
	return (double)tally->runtime_ms / 1000;
}

static double names_per_second(const struct tally *tally)
{
	return tally->runtime_ms == 0 ? 0 : (double)tally->results / seconds(tally);
}

// "iterative look-ups without cache", "stub look-ups".
static void print_resolution(FILE *file, const struct sweep_config *config)
{
	fprintf(file, "%s look-ups%s", plx_resolution_name(config->resolution),
		config->no_cache ? " without cache" : "");
}

static void print_table_row(FILE *file, const char *name, uint64_t count, uint64_t all)
{
	fprintf(file, "%-14s %14llu %7.2f%%\n", name, (unsigned long long)count,
		100.0 * (double)count / (double)all);
}

void summary_print_table(FILE *file, const struct summary *summary)
{
	const struct tally *tally = summary->tally;
	unsigned cursor = 0;
	const char *name;
	uint64_t count;
	char text[12];
	fprintf(file, "%-14s %14s %8s\n", "status", "names", "share");
	while (tally_status(tally, &cursor, &name, &count, text)) {
		print_table_row(file, name, count, tally->results);
	}
	fprintf(file, "%-14s %14llu\n\n", "all", (unsigned long long)tally->results);
	fprintf(file, "%-14s %14s %8s\n", "DNSSEC", "names", "share");
	cursor = 0;
	while (tally_dnssec(tally, &cursor, &name, &count)) {
		print_table_row(file, name, count, tally->results);
	}
	fputc('\n', file);
	print_resolution(file, summary->config);
	fprintf(file, ", %.3f s, %.0f names/s, %llu queries, %llu retries, %llu by TCP\n",
		seconds(tally), names_per_second(tally), (unsigned long long)tally->queries,
		(unsigned long long)tally->retries, (unsigned long long)tally->tcp);
	if (tally->blank + tally->comments + tally->other_shard > 0) {
		fprintf(file, "skipped: %llu blank, %llu comments, %llu of other shards\n",
			(unsigned long long)tally->blank, (unsigned long long)tally->comments,
			(unsigned long long)tally->other_shard);
	}
	if (tally->resubmitted > 0) {
		fprintf(file, "%llu asked again after the dataplane went away\n",
			(unsigned long long)tally->resubmitted);
	}
}

void summary_print_line(FILE *file, const struct summary *summary)
{
	const struct tally *tally = summary->tally;
	unsigned cursor = 0;
	const char *name;
	uint64_t count;
	char text[12];
	fprintf(file, "parallax-sweep: %llu names by ", (unsigned long long)tally->results);
	print_resolution(file, summary->config);
	fprintf(file, ", %llu failures:", (unsigned long long)tally->failures);
	while (tally_status(tally, &cursor, &name, &count, text)) {
		fprintf(file, " %s %llu", name, (unsigned long long)count);
	}
	fputs("; DNSSEC:", file);
	cursor = 0;
	while (tally_dnssec(tally, &cursor, &name, &count)) {
		fprintf(file, " %s %llu", name, (unsigned long long)count);
	}
	fputc('\n', file);
}

void summary_print_json(FILE *file, const struct summary *summary)
{
	const struct tally *tally = summary->tally;
	unsigned cursor = 0;
	const char *name;
	const char *separator = "";
	uint64_t count;
	char text[12];
	fprintf(file, "{\"resolution\":\"%s\",\"no_cache\":%s,",
		plx_resolution_name(summary->config->resolution),
		summary->config->no_cache ? "true" : "false");
#define PRINT_COUNTER(name) fprintf(file, "\"" #name "\":%llu,", (unsigned long long)tally->name);
	TALLY_COUNTERS(PRINT_COUNTER)
#undef PRINT_COUNTER
	fprintf(file, "\"seconds\":%.3f,\"names_per_s\":%.1f,\"statuses\":{", seconds(tally),
		names_per_second(tally));
	while (tally_status(tally, &cursor, &name, &count, text)) {
		fprintf(file, "%s\"%s\":%llu", separator, name, (unsigned long long)count);
		separator = ",";
	}
	fputs("},\"dnssec\":{", file);
	cursor = 0;
	separator = "";
	while (tally_dnssec(tally, &cursor, &name, &count)) {
		fprintf(file, "%s\"%s\":%llu", separator, name, (unsigned long long)count);
		separator = ",";
	}
	fprintf(file, "},\"complete\":%s,\"exit_status\":%d}\n",
		summary->is_complete ? "true" : "false", summary->exit_status);
}

static int write_json(const char *path, const struct summary *summary)
{
	FILE *file = fopen(path, "we");
	if (file == NULL) {
		return -errno;
	}
	summary_print_json(file, summary);
	int failed = ferror(file);
	if (fclose(file) != 0 || failed) {
		return errno != 0 ? -errno : -EIO;
	}
	return 0;
}

int summary_save_json(const char *path, const struct summary *summary)
{
	struct stat status;
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
		return write_json(path, summary); // a device or a pipe
	}
	char *temporary_path = NULL;
	if (asprintf(&temporary_path, "%s.new", path) < 0) {
		return -ENOMEM;
	}
	int error = write_json(temporary_path, summary);
	if (error == 0 && rename(temporary_path, path) != 0) {
		error = -errno;
	}
	if (error != 0) {
		unlink(temporary_path);
	}
	free(temporary_path);
	return error;
}

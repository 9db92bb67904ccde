// SPDX-License-Identifier: BSD-3-Clause
// Printing and saving the summary.

#include "sweep/summary.h"

#include <errno.h>
#include <stdlib.h>

#include <sys/stat.h>

static double seconds(const struct tally *tally)
{
	return (double)tally->runtime_ms / 1000;
}

static double names_per_second(const struct tally *tally)
{
	return tally->runtime_ms == 0 ? 0 : (double)tally->results / seconds(tally);
}

void summary_print_table(FILE *file, const struct tally *tally)
{
	unsigned cursor = 0;
	const char *name;
	uint64_t count;
	char text[12];
	fprintf(file, "%-14s %14s %8s\n", "status", "names", "share");
	while (tally_status(tally, &cursor, &name, &count, text)) {
		fprintf(file, "%-14s %14llu %7.2f%%\n", name, (unsigned long long)count,
			100.0 * (double)count / (double)tally->results);
	}
	fprintf(file, "%-14s %14llu\n\n", "all", (unsigned long long)tally->results);
	fprintf(file, "%.3f s, %.0f names/s, %llu queries, %llu retries, %llu by TCP\n",
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

void summary_print_line(FILE *file, const struct tally *tally)
{
	unsigned cursor = 0;
	const char *name;
	uint64_t count;
	char text[12];
	fprintf(file,
		"parallax-sweep: %llu names, %llu failures:", (unsigned long long)tally->results,
		(unsigned long long)tally->failures);
	while (tally_status(tally, &cursor, &name, &count, text)) {
		fprintf(file, " %s %llu", name, (unsigned long long)count);
	}
	fputc('\n', file);
}

void summary_print_json(FILE *file, const struct tally *tally, bool is_complete, int exit_status)
{
	unsigned cursor = 0;
	const char *name;
	const char *separator = "";
	uint64_t count;
	char text[12];
	fputc('{', file);
#define PRINT_COUNTER(name) fprintf(file, "\"" #name "\":%llu,", (unsigned long long)tally->name);
	TALLY_COUNTERS(PRINT_COUNTER)
#undef PRINT_COUNTER
	fprintf(file, "\"seconds\":%.3f,\"names_per_s\":%.1f,\"statuses\":{", seconds(tally),
		names_per_second(tally));
	while (tally_status(tally, &cursor, &name, &count, text)) {
		fprintf(file, "%s\"%s\":%llu", separator, name, (unsigned long long)count);
		separator = ",";
	}
	fprintf(file, "},\"complete\":%s,\"exit_status\":%d}\n", is_complete ? "true" : "false",
		exit_status);
}

static int write_json(const char *path, const struct tally *tally, bool is_complete,
		      int exit_status)
{
	FILE *file = fopen(path, "we");
	if (file == NULL) {
		return -errno;
	}
	summary_print_json(file, tally, is_complete, exit_status);
	int failed = ferror(file);
	if (fclose(file) != 0 || failed) {
		return errno != 0 ? -errno : -EIO;
	}
	return 0;
}

int summary_save_json(const char *path, const struct tally *tally, bool is_complete,
		      int exit_status)
{
	struct stat status;
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
		return write_json(path, tally, is_complete, exit_status); // a device or a pipe
	}
	char *temporary_path = NULL;
	if (asprintf(&temporary_path, "%s.new", path) < 0) {
		return -ENOMEM;
	}
	int error = write_json(temporary_path, tally, is_complete, exit_status);
	if (error == 0 && rename(temporary_path, path) != 0) {
		error = -errno;
	}
	free(temporary_path);
	return error;
}

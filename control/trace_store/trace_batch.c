// SPDX-License-Identifier: BSD-3-Clause

#include "trace_store/trace_batch.h"

#include <parallax/base/error.h>
#include <parallax/evidence/evidence.h>
#include <parallax/format/text_buffer.h>

#include "lookup/lookup_trace.h"
#include "trace_store/trace_sync.h"

#include <errno.h>
#include <unistd.h>

static int size_check(const struct trace_folder *folder, const struct trace_census *census,
		      uint64_t more_bytes, uint64_t bytes_max, struct trace_fault *fault)
{
	if (bytes_max == 0 || census->total.bytes + more_bytes <= bytes_max) {
		return 0;
	}
	return trace_fault_set(fault, -EDQUOT,
			       "%s: has reached its size of %llu MB: raise evidence.max_megabytes, "
			       "or archive the audit log with its evidence and begin a new one",
			       folder->path, (unsigned long long)(bytes_max / 1000000));
}

static int text_make(const struct lookup_trace *trace, struct plx_text *text,
		     struct trace_fault *fault)
{
	struct plx_evidence *evidence = NULL;
	int error = plx_evidence_create(&trace->job, &trace->terms, &trace->result, trace->body,
					&evidence);
	if (error == 0) {
		error = plx_evidence_write(evidence, text);
		plx_evidence_destroy(evidence);
	}
	return error == 0
		       ? 0
		       : trace_fault_set(fault, error,
					 "evidence: the dataplane's trace cannot be written: %s: "
					 "see that dataplane and daemon are of one version",
					 plx_error_text(error));
}

static void put_begin(struct trace_folder *folder, const struct trace_census *census,
		      uint64_t bytes_max, struct trace_put *put)
{
	struct plx_text text = plx_text_growing();
	if (text_make(put->trace, &text, &put->fault) == 0) {
		put->is_store_at_fault =
			size_check(folder, census, text.length, bytes_max, &put->fault) != 0 ||
			trace_file_begin(folder, text.bytes, text.length, &put->file,
					 &put->fault) != 0;
	}
	plx_text_free(&text);
}

static void put_place(struct trace_folder *folder, struct trace_census *census, int sync_error,
		      struct trace_put *put)
{
	put->is_store_at_fault = trace_file_place(folder, &put->file, sync_error, &put->fault) != 0;
	if (!put->is_store_at_fault && !put->file.is_there) {
		trace_census_add(census, &put->file);
	}
}

static void files_place(struct trace_folder *folder, struct trace_census *census,
			struct trace_puts *puts)
{
	int fds[TRACE_STORE_BATCH_MAX] = {0};
	int errors[TRACE_STORE_BATCH_MAX];
	unsigned count = 0;
	struct trace_put *put;
	STAILQ_FOREACH(put, puts, entry)
	{
		if (put->fault.error == 0) {
			fds[count++] = put->file.fd;
		}
	}
	trace_sync_all(fds, count, errors);
	count = 0;
	STAILQ_FOREACH(put, puts, entry)
	{
		if (put->fault.error == 0) {
			put_place(folder, census, errors[count++], put);
		}
	}
}

static void shard_fail(const struct trace_folder *folder, unsigned shard, int error,
		       struct trace_puts *puts)
{
	struct trace_put *put;
	STAILQ_FOREACH(put, puts, entry)
	{
		if (put->fault.error == 0 && trace_shard_of(put->file.digest) == shard) {
			trace_shard_fault(folder, shard, error, &put->fault);
			put->is_store_at_fault = true;
		}
	}
}

static void shards_sync(const struct trace_folder *folder, struct trace_puts *puts)
{
	bool is_touched[TRACE_SHARDS] = {false};
	unsigned shards[TRACE_STORE_BATCH_MAX];
	int fds[TRACE_STORE_BATCH_MAX] = {0};
	int errors[TRACE_STORE_BATCH_MAX];
	unsigned count = 0;
	struct trace_put *put;
	STAILQ_FOREACH(put, puts, entry)
	{
		unsigned shard = trace_shard_of(put->file.digest);
		if (put->fault.error != 0 || is_touched[shard]) {
			continue;
		}
		is_touched[shard] = true;
		int fd = trace_shard_open(folder, shard);
		if (fd < 0) {
			shard_fail(folder, shard, fd, puts);
			continue;
		}
		shards[count] = shard;
		fds[count++] = fd;
	}
	trace_sync_all(fds, count, errors);
	for (unsigned i = 0; i < count; i++) {
		close(fds[i]);
		if (errors[i] != 0) {
			shard_fail(folder, shards[i], errors[i], puts);
		}
	}
}

void trace_batch_write(struct trace_folder *folder, struct trace_census *census, uint64_t bytes_max,
		       struct trace_puts *puts)
{
	struct trace_put *put;
	STAILQ_FOREACH(put, puts, entry)
	{
		put->fault.error = 0;
		put_begin(folder, census, bytes_max, put);
	}
	files_place(folder, census, puts);
	shards_sync(folder, puts);
}

int trace_batch_probe(struct trace_folder *folder, const struct trace_census *census,
		      uint64_t bytes_max, struct trace_fault *fault)
{
	return size_check(folder, census, TRACE_PROBE_BYTES, bytes_max, fault) != 0
		       ? fault->error
		       : trace_folder_probe(folder, fault);
}

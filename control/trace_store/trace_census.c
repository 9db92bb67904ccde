// SPDX-License-Identifier: BSD-3-Clause

#include "trace_store/trace_census.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/stat.h>

void trace_census_start(struct trace_census *census, int64_t purge_before_s)
{
	census->next_shard = 0;
	census->oldest_s = INT64_MAX;
	census->purge_before_s = purge_before_s;
}

bool trace_census_is_complete(const struct trace_census *census)
{
	return census->next_shard == TRACE_SHARDS;
}

static void shard_set(struct trace_census *census, unsigned shard, struct trace_shard_count count)
{
	struct trace_shard_count *before = &census->shards[shard];
	census->total.files += count.files - before->files;
	census->total.bytes += count.bytes - before->bytes;
	*before = count;
}

void trace_census_add(struct trace_census *census, const struct trace_file *file)
{
	unsigned shard = trace_shard_of(file->digest);
	struct trace_shard_count count = census->shards[shard];
	count.files++;
	count.bytes += file->length;
	shard_set(census, shard, count);
}

static int entry_take(struct trace_census *census, int fd, const char *name,
		      struct trace_shard_count *count)
{
	struct stat facts;
	if (fstatat(fd, name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
		return errno == ENOENT ? 0 : -errno;
	}
	uint64_t bytes = (uint64_t)facts.st_size;
	int64_t written_s = facts.st_mtim.tv_sec;
	if (written_s >= census->purge_before_s) {
		census->oldest_s = written_s < census->oldest_s ? written_s : census->oldest_s;
		count->files++;
		count->bytes += bytes;
		return 0;
	}
	if (unlinkat(fd, name, 0) != 0) {
		return -errno;
	}
	census->purged.files++;
	census->purged.bytes += bytes;
	return 0;
}

static int shard_walk(struct trace_census *census, int fd, struct trace_shard_count *ret_count)
{
	DIR *entries = fdopendir(fd);
	if (entries == NULL) {
		int error = -errno;
		close(fd);
		return error;
	}
	struct trace_shard_count count = {0};
	const struct dirent *entry;
	int error = 0;
	while (error == 0 && (entry = readdir(entries)) != NULL) {
		if (entry->d_name[0] != '.') {
			error = entry_take(census, fd, entry->d_name, &count);
		}
	}
	closedir(entries);
	*ret_count = count;
	return error;
}

int trace_census_step(struct trace_census *census, const struct trace_folder *folder,
		      struct trace_fault *fault)
{
	char name[3];
	struct trace_shard_count count = {0};
	if (trace_census_is_complete(census)) {
		return 0;
	}
	trace_shard_name(census->next_shard, name);
	int fd = openat(folder->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = fd < 0 ? -errno : shard_walk(census, fd, &count);
	if (error != 0 && error != -ENOENT) { // no folder: nothing was written there yet
		return trace_fault_of_file(fault, error, folder->path, "walked through");
	}
	shard_set(census, census->next_shard, count);
	census->next_shard++;
	return 0;
}

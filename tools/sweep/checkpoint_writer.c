// SPDX-License-Identifier: BSD-3-Clause
// The thread behind checkpoint_writer.h.

#include "sweep/checkpoint_writer.h"

#include "sweep/parent_directory.h"
#include "sweep/signal_free_thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int write_whole(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t count = write(fd, bytes, length);
		if (count < 0 && errno == EINTR) {
			continue;
		}
		if (count <= 0) {
			return count == 0 ? -ENOSPC : -errno;
		}
		bytes += count;
		length -= (size_t)count;
	}
	return 0;
}

// Pipes and devices cannot be synced and need not be.
static int sync_output(int fd)
{
	return fdatasync(fd) != 0 && errno != EINVAL && errno != EROFS ? -errno : 0;
}

static int replace_file(struct checkpoint_writer *writer)
{
	int fd = open(writer->temporary_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0) {
		return -errno;
	}
	int error = write_whole(fd, writer->text.bytes, writer->text.length);
	if (error == 0 && fsync(fd) != 0) {
		error = -errno;
	}
	close(fd);
	if (error == 0 && rename(writer->temporary_path, writer->path) != 0) {
		error = -errno;
	}
	return error == 0 ? parent_directory_sync_fd(writer->directory_fd) : error;
}

static void *write_checkpoints(void *argument)
{
	struct checkpoint_writer *writer = argument;
	pthread_mutex_lock(&writer->mutex);
	for (;;) {
		while (!writer->is_busy && !writer->is_ending) {
			pthread_cond_wait(&writer->changed, &writer->mutex);
		}
		if (!writer->is_busy) {
			break;
		}
		pthread_mutex_unlock(&writer->mutex); // the text is ours while busy
		int error = sync_output(writer->output_fd);
		if (error == 0) {
			error = replace_file(writer);
		}
		pthread_mutex_lock(&writer->mutex);
		writer->is_busy = false;
		if (error != 0 && writer->error == 0) {
			writer->error = -error;
		}
		pthread_cond_broadcast(&writer->changed);
	}
	pthread_mutex_unlock(&writer->mutex);
	return NULL;
}

int checkpoint_writer_start(struct checkpoint_writer *writer, const char *path, int output_fd,
			    struct sweep_failure *failure)
{
	*writer = (struct checkpoint_writer) {
		.path = path,
		.directory_fd = parent_directory_open(path),
		.output_fd = output_fd,
		.text = plx_text_growing(),
	};
	if (writer->directory_fd < 0) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE, "%s: its directory: %s", path,
				  strerror(-writer->directory_fd));
	}
	if (asprintf(&writer->temporary_path, "%s.new", path) < 0) {
		writer->temporary_path = NULL;
		goto out_of_memory;
	}
	pthread_mutex_init(&writer->mutex, NULL);
	pthread_cond_init(&writer->changed, NULL);
	if (signal_free_thread_start(&writer->thread, write_checkpoints, writer) != 0) {
		pthread_cond_destroy(&writer->changed);
		pthread_mutex_destroy(&writer->mutex);
		goto out_of_memory;
	}
	writer->is_started = true;
	return 0;
out_of_memory:
	close(writer->directory_fd);
	free(writer->temporary_path);
	return sweep_fail(failure, SWEEP_EXIT_USAGE, "out of memory");
}

void checkpoint_writer_stop(struct checkpoint_writer *writer)
{
	if (!writer->is_started) {
		return;
	}
	pthread_mutex_lock(&writer->mutex);
	writer->is_ending = true;
	pthread_cond_broadcast(&writer->changed);
	pthread_mutex_unlock(&writer->mutex);
	pthread_join(writer->thread, NULL);
	pthread_cond_destroy(&writer->changed);
	pthread_mutex_destroy(&writer->mutex);
	plx_text_free(&writer->text);
	free(writer->temporary_path);
	close(writer->directory_fd);
	*writer = (struct checkpoint_writer) {0};
}

struct plx_text *checkpoint_writer_begin(struct checkpoint_writer *writer)
{
	pthread_mutex_lock(&writer->mutex);
	bool is_free = !writer->is_busy;
	pthread_mutex_unlock(&writer->mutex);
	if (!is_free) {
		return NULL;
	}
	plx_text_rewind(&writer->text, 0);
	return &writer->text;
}

void checkpoint_writer_commit(struct checkpoint_writer *writer)
{
	pthread_mutex_lock(&writer->mutex);
	if (writer->text.failed) {
		writer->error = writer->error != 0 ? writer->error : ENOMEM;
	} else {
		writer->is_busy = true;
		pthread_cond_broadcast(&writer->changed);
	}
	pthread_mutex_unlock(&writer->mutex);
}

static int report(struct checkpoint_writer *writer, int error, struct sweep_failure *failure)
{
	if (error == 0) {
		return 0;
	}
	return sweep_fail(failure, SWEEP_EXIT_USAGE,
			  "%s: the checkpoint cannot be written: %s: mend it and resume",
			  writer->path, strerror(error));
}

int checkpoint_writer_check(struct checkpoint_writer *writer, struct sweep_failure *failure)
{
	pthread_mutex_lock(&writer->mutex);
	int error = writer->error;
	pthread_mutex_unlock(&writer->mutex);
	return report(writer, error, failure);
}

int checkpoint_writer_finish(struct checkpoint_writer *writer, struct sweep_failure *failure)
{
	pthread_mutex_lock(&writer->mutex);
	while (writer->is_busy) {
		pthread_cond_wait(&writer->changed, &writer->mutex);
	}
	int error = writer->error;
	pthread_mutex_unlock(&writer->mutex);
	return report(writer, error, failure);
}

// SPDX-License-Identifier: BSD-3-Clause

#include "trace_store/trace_folder.h"

#include <parallax/evidence/evidence.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#define NEW_FOLDER "new"
#define FOLDER_MODE 0700
#define FILE_MODE 0600
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

// "ab/abcd....json", below the folder.
static void file_name(const char *digest, char ret_name[static TRACE_FILE_NAME_MAX + 3])
{
	(void)snprintf(ret_name, TRACE_FILE_NAME_MAX + 3, "%.2s/%s.json", digest, digest);
}

unsigned trace_shard_of(const char *digest)
{
	const char text[3] = {digest[0], digest[1]};
	return (unsigned)strtoul(text, NULL, 16) % TRACE_SHARDS;
}

void trace_shard_name(unsigned shard, char ret_name[static 3])
{
	(void)snprintf(ret_name, 3, "%02x", shard % TRACE_SHARDS);
}

static int fault_of(const struct trace_folder *folder, const char *name, int error,
		    const char *what, struct trace_fault *fault)
{
	char path[TRACE_FAULT_TEXT_BYTES];
	(void)snprintf(path, sizeof(path), "%.300s/%.100s", folder->path, name);
	return trace_fault_of_file(fault, error, path, what);
}

// What a process that ended left there. Nothing refers to it.
static int leftovers_remove(const struct trace_folder *folder)
{
	int fd = openat(folder->fd, NEW_FOLDER, FOLDER_FLAGS);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	if (entries == NULL) {
		int error = -errno;
		if (fd >= 0) {
			close(fd);
		}
		return error;
	}
	const struct dirent *entry;
	int error = 0;
	while ((entry = readdir(entries)) != NULL) {
		if (entry->d_name[0] != '.' && unlinkat(fd, entry->d_name, 0) != 0) {
			error = -errno;
		}
	}
	closedir(entries);
	return error;
}

static int folder_make(const char *path)
{
	return mkdir(path, FOLDER_MODE) == 0 || errno == EEXIST ? 0 : -errno;
}

// The new folder's own name must be on stable storage before what is in it means anything.
static int parent_sync(const char *path)
{
	char parent[PATH_MAX];
	(void)snprintf(parent, sizeof(parent), "%s", path);
	char *slash = strrchr(parent, '/');
	if (slash == NULL) {
		return -EINVAL;
	}
	slash[slash == parent] = '\0';
	int fd = open(parent, FOLDER_FLAGS);
	int error = fd < 0 || fsync(fd) != 0 ? -errno : 0;
	if (fd >= 0) {
		close(fd);
	}
	return error;
}

static int writer_prepare(struct trace_folder *folder)
{
	if (mkdirat(folder->fd, NEW_FOLDER, FOLDER_MODE) != 0 && errno != EEXIST) {
		return -errno;
	}
	int error = leftovers_remove(folder);
	return error != 0 ? error : parent_sync(folder->path);
}

int trace_folder_open(const char *audit_log, bool is_writer, struct trace_folder *ret_folder,
		      struct trace_fault *fault)
{
	struct trace_folder folder = {.fd = -1};
	int length =
		snprintf(folder.path, sizeof(folder.path), "%s" TRACE_FOLDER_SUFFIX, audit_log);
	int error = length < 0 || (size_t)length >= sizeof(folder.path) ? -ENAMETOOLONG : 0;
	if (error == 0 && is_writer) {
		error = folder_make(folder.path);
	}
	if (error == 0) {
		folder.fd = open(folder.path, FOLDER_FLAGS);
		error = folder.fd < 0 ? -errno : 0;
	}
	if (error == 0 && is_writer) {
		error = writer_prepare(&folder);
	}
	if (error != 0) {
		trace_folder_close(&folder);
		return trace_fault_of_file(fault, error, folder.path,
					   is_writer ? "prepared" : "opened");
	}
	*ret_folder = folder;
	return 0;
}

void trace_folder_close(struct trace_folder *folder)
{
	if (folder->fd >= 0) {
		close(folder->fd);
		folder->fd = -1;
	}
}

// All octets of an open file. -EBADMSG: it is larger than evidence can be.
static int octets_read(int fd, char **ret_text, size_t *ret_length)
{
	struct stat facts;
	if (fstat(fd, &facts) != 0) {
		return -errno;
	}
	if (!S_ISREG(facts.st_mode) || facts.st_size > (off_t)PLX_EVIDENCE_BYTES_MAX) {
		return -EBADMSG;
	}
	size_t size = (size_t)facts.st_size;
	size_t length = 0;
	char *text = malloc(size + 1);
	if (text == NULL) {
		return -ENOMEM;
	}
	while (length < size) {
		ssize_t count = pread(fd, text + length, size - length, (off_t)length);
		if (count <= 0) {
			int error = count == 0 ? -EBADMSG : -errno;
			free(text);
			return error;
		}
		length += (size_t)count;
	}
	text[length] = '\0';
	*ret_text = text;
	*ret_length = length;
	return 0;
}

int trace_folder_read(const struct trace_folder *folder, const char *digest, char **ret_text,
		      size_t *ret_length, struct trace_fault *fault)
{
	char name[TRACE_FILE_NAME_MAX + 3];
	char found[TRACE_DIGEST_TEXT];
	char *text = NULL;
	size_t length = 0;
	file_name(digest, name);
	int fd = openat(folder->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int error = fd < 0 ? -errno : octets_read(fd, &text, &length);
	if (fd >= 0) {
		close(fd);
	}
	if (error == 0) {
		error = trace_digest_of(text, length, found);
	}
	if (error == 0 && strcmp(found, digest) != 0) {
		error = -EBADMSG;
	}
	if (error != 0) {
		free(text);
		return error == -EBADMSG
			       ? trace_fault_set(fault, error,
						 "%.300s/%s: was altered: its SHA-256 is not the "
						 "one of its name: restore a copy",
						 folder->path, name)
			       : fault_of(folder, name, error, "read", fault);
	}
	*ret_text = text;
	*ret_length = length;
	return 0;
}

// Does the file of this name hold these octets? Then it counts as written now, for its retention, and is made sure of.
static bool is_there(const struct trace_folder *folder, const char *text, size_t length,
		     struct trace_file *file)
{
	char name[TRACE_FILE_NAME_MAX + 3];
	char *found = NULL;
	size_t found_length = 0;
	file_name(file->digest, name);
	int fd = openat(folder->fd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		return false;
	}
	bool is_same = octets_read(fd, &found, &found_length) == 0 && found_length == length &&
		       memcmp(found, text, length) == 0 && futimens(fd, NULL) == 0;
	free(found);
	if (!is_same) {
		close(fd);
		return false;
	}
	file->fd = fd;
	return true;
}

static int octets_write(int fd, const char *text, size_t length)
{
	for (size_t written = 0; written < length;) {
		ssize_t count = write(fd, text + written, length - written);
		if (count < 0 && errno != EINTR) {
			return -errno;
		}
		written += count > 0 ? (size_t)count : 0;
	}
	// The disk may begin; whether it succeeded is what fsync says.
	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	return 0;
}

static void file_drop(const struct trace_folder *folder, struct trace_file *file)
{
	if (file->fd >= 0) {
		close(file->fd);
		file->fd = -1;
	}
	if (!file->is_there) {
		unlinkat(folder->fd, file->new_name, 0);
	}
}

int trace_file_begin(struct trace_folder *folder, const char *text, size_t length,
		     struct trace_file *ret_file, struct trace_fault *fault)
{
	struct trace_file file = {.fd = -1, .length = length};
	int error = trace_digest_of(text, length, file.digest);
	if (error != 0) {
		return trace_fault_set(fault, error, "evidence: no memory: give the program more");
	}
	file.is_there = is_there(folder, text, length, &file);
	if (!file.is_there) {
		(void)snprintf(file.new_name, sizeof(file.new_name), NEW_FOLDER "/%llu",
			       (unsigned long long)folder->next_name++);
		file.fd = openat(folder->fd, file.new_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
				 FILE_MODE);
		error = file.fd < 0 ? -errno : octets_write(file.fd, text, length);
	}
	if (error != 0) {
		file_drop(folder, &file);
		return fault_of(folder, file.new_name, error, "written", fault);
	}
	*ret_file = file;
	return 0;
}

static int shard_make(const struct trace_folder *folder, const char *digest)
{
	const char name[3] = {digest[0], digest[1]};
	if (mkdirat(folder->fd, name, FOLDER_MODE) != 0 && errno != EEXIST) {
		return -errno;
	}
	return fsync(folder->fd) == 0 ? 0 : -errno;
}

static int file_rename(const struct trace_folder *folder, const struct trace_file *file)
{
	char name[TRACE_FILE_NAME_MAX + 3];
	file_name(file->digest, name);
	if (renameat(folder->fd, file->new_name, folder->fd, name) == 0) {
		return 0;
	}
	int error = errno == ENOENT ? shard_make(folder, file->digest) : -errno;
	if (error == 0 && renameat(folder->fd, file->new_name, folder->fd, name) != 0) {
		error = -errno;
	}
	return error;
}

int trace_file_place(struct trace_folder *folder, struct trace_file *file, int sync_error,
		     struct trace_fault *fault)
{
	int error = sync_error;
	if (close(file->fd) != 0 && error == 0) {
		error = -errno;
	}
	file->fd = -1;
	if (error == 0 && !file->is_there) {
		error = file_rename(folder, file);
	}
	if (error != 0) {
		file_drop(folder, file);
		return fault_of(folder, file->new_name, error, "written", fault);
	}
	return 0;
}

int trace_shard_open(const struct trace_folder *folder, unsigned shard)
{
	char name[3];
	trace_shard_name(shard, name);
	int fd = openat(folder->fd, name, FOLDER_FLAGS);
	return fd < 0 ? -errno : fd;
}

int trace_shard_fault(const struct trace_folder *folder, unsigned shard, int error,
		      struct trace_fault *fault)
{
	char name[3];
	trace_shard_name(shard, name);
	return fault_of(folder, name, error, "synced", fault);
}

int trace_folder_probe(const struct trace_folder *folder, struct trace_fault *fault)
{
	static const char octets[TRACE_PROBE_BYTES] = {0};
	static const char name[] = NEW_FOLDER "/probe";
	int fd = openat(folder->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
	int error = fd < 0 ? -errno : octets_write(fd, octets, sizeof(octets));
	if (error == 0 && fsync(fd) != 0) {
		error = -errno;
	}
	if (fd >= 0) {
		close(fd);
		unlinkat(folder->fd, name, 0);
	}
	return error == 0 ? 0 : fault_of(folder, name, error, "written", fault);
}

// SPDX-License-Identifier: BSD-3-Clause
// Keeps what was read of each file, and what was told of each certificate.

#include "guard/certificate_guard.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct watched_file {
	char *path;
	enum certificate_file_kind kind;
	struct certificate_facts *facts; // NULL: unreadable
	size_t fact_count;
	struct certificate_fault fault;
};

struct watched_item {
	size_t file;
	size_t fact;
	struct certificate_alarm_memory memory;
	bool is_unreadable_told;
};

struct certificate_guard {
	struct watched_file *files;
	size_t file_count;
	struct watched_item *items;
	size_t item_count;
};

static void clear(struct certificate_guard *guard)
{
	for (size_t i = 0; i < guard->file_count; i++) {
		free(guard->files[i].path);
		free(guard->files[i].facts);
	}
	free(guard->files);
	free(guard->items);
	*guard = (struct certificate_guard) {.files = NULL};
}

struct certificate_guard *certificate_guard_create(void)
{
	return calloc(1, sizeof(struct certificate_guard));
}

void certificate_guard_destroy(struct certificate_guard *guard)
{
	if (guard == NULL) {
		return;
	}
	clear(guard);
	free(guard);
}

static int file_load(const struct certificate_source *source, struct watched_file *file)
{
	file->kind = source->kind;
	file->path = strdup(source->path);
	if (file->path == NULL) {
		return -ENOMEM;
	}
	int error = certificate_file_read(file->path, file->kind, &file->facts, &file->fact_count,
					  &file->fault);
	return error == -EINVAL ? 0 : error;
}

static int items_make(struct certificate_guard *guard)
{
	size_t count = 0;
	for (size_t i = 0; i < guard->file_count; i++) {
		count += guard->files[i].facts != NULL ? guard->files[i].fact_count : 1;
	}
	guard->items = calloc(count > 0 ? count : 1, sizeof(*guard->items));
	if (guard->items == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < guard->file_count; i++) {
		size_t facts = guard->files[i].facts != NULL ? guard->files[i].fact_count : 1;
		for (size_t fact = 0; fact < facts; fact++) {
			guard->items[guard->item_count++] =
				(struct watched_item) {.file = i, .fact = fact};
		}
	}
	return 0;
}

int certificate_guard_load(struct certificate_guard *guard,
			   const struct certificate_source *sources, size_t count)
{
	struct certificate_guard loaded = {.files = NULL};
	if (count > CERTIFICATE_GUARD_FILES_MAX) {
		return -E2BIG;
	}
	loaded.files = calloc(count > 0 ? count : 1, sizeof(*loaded.files));
	int error = loaded.files == NULL ? -ENOMEM : 0;
	for (size_t i = 0; error == 0 && i < count; i++) {
		loaded.file_count++;
		error = file_load(&sources[i], &loaded.files[i]);
	}
	if (error == 0) {
		error = items_make(&loaded);
	}
	if (error != 0) {
		clear(&loaded);
		return error;
	}
	clear(guard);
	*guard = loaded;
	return 0;
}

size_t certificate_guard_entry_count(const struct certificate_guard *guard)
{
	return guard->item_count;
}

struct certificate_entry certificate_guard_entry(const struct certificate_guard *guard,
						 size_t index, int64_t now_s)
{
	const struct watched_item *item = &guard->items[index];
	const struct watched_file *file = &guard->files[item->file];
	struct certificate_entry entry = {
		.path = file->path,
		.kind = file->kind,
		.state = CERTIFICATE_UNREADABLE,
		.subject = "",
		.fault = file->fault.text,
	};
	if (file->facts == NULL) {
		return entry;
	}
	entry.subject = file->facts[item->fact].subject;
	entry.fault = "";
	entry.state = CERTIFICATE_UNDATED;
	if (file->kind == CERTIFICATE_FILE_CERTIFICATES) {
		entry.validity = file->facts[item->fact].validity;
		entry.state = certificate_state_at(&entry.validity, now_s);
		entry.days_left = certificate_days_left(&entry.validity, now_s);
	}
	return entry;
}

static bool is_alarm_due(struct watched_item *item, const struct certificate_entry *entry,
			 int64_t now_s)
{
	switch (entry->state) {
	case CERTIFICATE_UNREADABLE: {
		bool is_news = !item->is_unreadable_told;
		item->is_unreadable_told = true;
		return is_news;
	}
	case CERTIFICATE_VALID:
	case CERTIFICATE_EXPIRING:
	case CERTIFICATE_NOT_YET_VALID:
	case CERTIFICATE_EXPIRED:
		return certificate_alarm_due(&entry->validity, now_s, &item->memory) !=
		       CERTIFICATE_NOT_EVALUATED;
	case CERTIFICATE_NOT_EVALUATED:
	case CERTIFICATE_UNDATED:
		break;
	}
	return false;
}

void certificate_guard_check(struct certificate_guard *guard, int64_t now_s,
			     certificate_alarm_cb callback, void *context)
{
	for (size_t i = 0; i < guard->item_count; i++) {
		struct certificate_alarm alarm = {.entry =
							  certificate_guard_entry(guard, i, now_s)};
		if (!is_alarm_due(&guard->items[i], &alarm.entry, now_s)) {
			continue;
		}
		if (alarm.entry.state == CERTIFICATE_EXPIRING) {
			alarm.threshold_days = certificate_alarm_days
				[certificate_thresholds_passed(&alarm.entry.validity, now_s) - 1];
		}
		callback(context, &alarm);
	}
}

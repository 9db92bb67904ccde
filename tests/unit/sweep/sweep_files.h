// SPDX-License-Identifier: BSD-3-Clause
// A temporary directory with the input, output and checkpoint of a sweep under test, and the judge of its output.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sweep_files {
	char directory[64];
	char input[96];
	char output[96];
	char checkpoint[96];
};

void sweep_files_create(struct sweep_files *files);
void sweep_files_remove(struct sweep_files *files);
void sweep_files_write(const char *path, const void *bytes, size_t size);
// NUL-terminated, on the heap.
char *sweep_files_read(const char *path);

// An input of `lines` lines of every kind, the same for the same seed; returns how many of them need an output
// line. `ret_needs`[n] tells whether line n (from 1) does.
unsigned sweep_files_make_input(const char *path, unsigned lines, uint64_t seed, bool *ret_needs);
// True when the jsonl output holds each line number that is needed once, and nothing else. Says what is wrong.
bool sweep_files_is_exact(const char *output_path, unsigned lines, const bool *needs);

// SPDX-License-Identifier: BSD-3-Clause
// Writing and reading the text of a checkpoint. A damaged one is refused, never repaired: the last line holds a
// digest of all octets before it.

#include "sweep/checkpoint.h"

#include <parallax/base/siphash.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "parallax-sweep-checkpoint 2\n"
#define DIGEST_LINE_LENGTH (7 + 16 + 1) // "digest " hex newline

static const struct plx_siphash_key digest_key = {0x706c782d73776565, 0x702d636865636b70};

void checkpoint_fini(struct checkpoint *checkpoint)
{
	free(checkpoint->open_lines);
	checkpoint->open_lines = NULL;
	checkpoint->open_count = 0;
}

static void append_hexadecimal(struct plx_text *text, uint64_t value)
{
	for (unsigned i = 0; i < 16; i++) {
		plx_text_character(text, "0123456789abcdef"[value >> (60 - 4 * i) & 15]);
	}
}

static void append_numbers(struct plx_text *text, const char *keyword, const uint64_t *numbers,
			   size_t count)
{
	plx_text_string(text, keyword);
	for (size_t i = 0; i < count; i++) {
		plx_text_character(text, ' ');
		plx_text_unsigned(text, numbers[i]);
	}
	plx_text_character(text, '\n');
}

void checkpoint_append_head(struct plx_text *text, const struct checkpoint *checkpoint)
{
	const struct tally *tally = &checkpoint->tally;
	const uint64_t counters[] = {
#define TALLY_VALUE(name) tally->name,
		TALLY_COUNTERS(TALLY_VALUE)
#undef TALLY_VALUE
	};
	plx_text_literal(text, MAGIC "options ");
	plx_text_string(text, checkpoint->options);
	plx_text_literal(text, "\ninput ");
	plx_text_unsigned(text, checkpoint->input.size);
	plx_text_character(text, ' ');
	append_hexadecimal(text, checkpoint->input.digest);
	plx_text_character(text, '\n');
	append_numbers(text, "output", &checkpoint->output_length, 1);
	append_numbers(text, "low",
		       (const uint64_t[]) {checkpoint->low.line, checkpoint->low.offset}, 2);
	append_numbers(text, "next",
		       (const uint64_t[]) {checkpoint->next.line, checkpoint->next.offset}, 2);
	append_numbers(text, "complete", (const uint64_t[]) {checkpoint->is_complete}, 1);
	append_numbers(text, "counters", counters, sizeof(counters) / sizeof(counters[0]));
	append_numbers(text, "rcodes", tally->rcodes, TALLY_RCODES + 1);
	append_numbers(text, "statuses", tally->statuses, PLX_STATUS_COUNT);
	append_numbers(text, "dnssec", tally->dnssec, PLX_DNSSEC_COUNT);
	plx_text_literal(text, "open");
}

void checkpoint_append_open(struct plx_text *text, uint64_t line)
{
	plx_text_character(text, ' ');
	plx_text_unsigned(text, line);
}

void checkpoint_append_end(struct plx_text *text)
{
	plx_text_character(text, '\n');
	uint64_t digest = plx_siphash(&digest_key, text->bytes, text->length);
	plx_text_literal(text, "digest ");
	append_hexadecimal(text, digest);
	plx_text_character(text, '\n');
}

// A sticky cursor over the text: after the first mismatch every step fails.
struct cursor {
	const char *at;
	const char *end;
	bool failed;
};

static bool take_text(struct cursor *cursor, const char *expected)
{
	size_t length = strlen(expected);
	if (cursor->failed || (size_t)(cursor->end - cursor->at) < length ||
	    memcmp(cursor->at, expected, length) != 0) {
		cursor->failed = true;
		return false;
	}
	cursor->at += length;
	return true;
}

static uint64_t take_decimal(struct cursor *cursor)
{
	uint64_t value = 0;
	const char *start = cursor->at;
	while (!cursor->failed && cursor->at < cursor->end && *cursor->at >= '0' &&
	       *cursor->at <= '9') {
		unsigned digit = (unsigned)(*cursor->at - '0');
		if (value > (UINT64_MAX - digit) / 10) {
			cursor->failed = true;
		}
		value = value * 10 + digit;
		cursor->at++;
	}
	cursor->failed |= cursor->at == start;
	return cursor->failed ? 0 : value;
}

static uint64_t take_hexadecimal(struct cursor *cursor)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < 16; i++) {
		const char *digits = "0123456789abcdef";
		const char *digit = NULL;
		if (!cursor->failed && cursor->at < cursor->end) {
			digit = memchr(digits, *cursor->at++, 16);
		}
		if (digit == NULL) {
			cursor->failed = true;
			return 0;
		}
		value = value << 4 | (uint64_t)(digit - digits);
	}
	return value;
}

static void take_numbers(struct cursor *cursor, const char *keyword, uint64_t *numbers,
			 size_t count)
{
	take_text(cursor, keyword);
	for (size_t i = 0; i < count; i++) {
		take_text(cursor, " ");
		numbers[i] = take_decimal(cursor);
	}
	take_text(cursor, "\n");
}

static void take_options(struct cursor *cursor, char options[static CHECKPOINT_OPTIONS_MAX])
{
	if (!take_text(cursor, "options ")) {
		return;
	}
	const char *newline = memchr(cursor->at, '\n', (size_t)(cursor->end - cursor->at));
	if (newline == NULL || newline - cursor->at >= CHECKPOINT_OPTIONS_MAX) {
		cursor->failed = true;
		return;
	}
	size_t length = (size_t)(newline - cursor->at);
	memcpy(options, cursor->at, length);
	options[length] = '\0';
	cursor->at = newline + 1;
}

static void take_head(struct cursor *cursor, struct checkpoint *checkpoint)
{
	uint64_t counters[] = {
#define TALLY_ZERO(name) 0,
		TALLY_COUNTERS(TALLY_ZERO)
#undef TALLY_ZERO
	};
	uint64_t pair[2];
	take_options(cursor, checkpoint->options);
	take_text(cursor, "input ");
	checkpoint->input.size = take_decimal(cursor);
	take_text(cursor, " ");
	checkpoint->input.digest = take_hexadecimal(cursor);
	take_text(cursor, "\n");
	take_numbers(cursor, "output", &checkpoint->output_length, 1);
	take_numbers(cursor, "low", pair, 2);
	checkpoint->low = (struct line_position) {pair[0], pair[1]};
	take_numbers(cursor, "next", pair, 2);
	checkpoint->next = (struct line_position) {pair[0], pair[1]};
	take_numbers(cursor, "complete", pair, 1);
	checkpoint->is_complete = pair[0] != 0;
	take_numbers(cursor, "counters", counters, sizeof(counters) / sizeof(counters[0]));
	size_t i = 0;
#define TALLY_SET(name) checkpoint->tally.name = counters[i++];
	TALLY_COUNTERS(TALLY_SET)
#undef TALLY_SET
	take_numbers(cursor, "rcodes", checkpoint->tally.rcodes, TALLY_RCODES + 1);
	take_numbers(cursor, "statuses", checkpoint->tally.statuses, PLX_STATUS_COUNT);
	take_numbers(cursor, "dnssec", checkpoint->tally.dnssec, PLX_DNSSEC_COUNT);
}

// The open lines rise strictly and lie in [low, next): what resuming relies on.
static int take_open_lines(struct cursor *cursor, struct checkpoint *checkpoint)
{
	size_t count = 0;
	take_text(cursor, "open");
	for (const char *at = cursor->at; at < cursor->end && *at != '\n'; at++) {
		count += *at == ' ';
	}
	if (cursor->failed || count > CHECKPOINT_OPEN_MAX) {
		return -EINVAL;
	}
	checkpoint->open_lines = calloc(count + 1, sizeof(uint64_t));
	if (checkpoint->open_lines == NULL) {
		return -ENOMEM;
	}
	checkpoint->open_count = count;
	uint64_t least = checkpoint->low.line;
	for (size_t i = 0; i < count; i++) {
		take_text(cursor, " ");
		uint64_t line = take_decimal(cursor);
		if (cursor->failed || line < least || line >= checkpoint->next.line) {
			return -EINVAL;
		}
		checkpoint->open_lines[i] = line;
		least = line + 1;
	}
	take_text(cursor, "\n");
	return cursor->failed || cursor->at != cursor->end ? -EINVAL : 0;
}

static bool has_right_digest(const char *bytes, size_t length)
{
	struct cursor cursor = {bytes + length, bytes + length + DIGEST_LINE_LENGTH, false};
	take_text(&cursor, "digest ");
	uint64_t digest = take_hexadecimal(&cursor);
	take_text(&cursor, "\n");
	return !cursor.failed && digest == plx_siphash(&digest_key, bytes, length);
}

int checkpoint_parse(const char *bytes, size_t length, struct checkpoint *ret_checkpoint,
		     const char **ret_problem)
{
	struct cursor cursor = {bytes, bytes + length, false};
	if (!take_text(&cursor, MAGIC)) {
		*ret_problem = "is not a checkpoint of this version of parallax-sweep";
		return -EINVAL;
	}
	*ret_problem = "is damaged";
	if (length < sizeof(MAGIC) + DIGEST_LINE_LENGTH ||
	    !has_right_digest(bytes, length - DIGEST_LINE_LENGTH)) {
		return -EINVAL;
	}
	cursor.end -= DIGEST_LINE_LENGTH;
	struct checkpoint checkpoint = {0};
	take_head(&cursor, &checkpoint);
	bool is_ordered = checkpoint.low.line >= 1 && checkpoint.low.line <= checkpoint.next.line &&
			  checkpoint.low.offset <= checkpoint.next.offset;
	int error = cursor.failed || !is_ordered ? -EINVAL : take_open_lines(&cursor, &checkpoint);
	if (error != 0) {
		checkpoint_fini(&checkpoint);
		return error;
	}
	*ret_checkpoint = checkpoint;
	return 0;
}

int checkpoint_load(const char *path, struct checkpoint *ret_checkpoint,
		    struct sweep_failure *failure)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT) {
			return -ENOENT;
		}
		sweep_fail(failure, SWEEP_EXIT_USAGE, "%s: cannot be read: %s", path,
			   strerror(errno));
		return -EINVAL;
	}
	const char *problem = "is not a checkpoint";
	struct stat status;
	char *bytes = NULL;
	int error = -EINVAL;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
	    status.st_size <= CHECKPOINT_FILE_MAX) {
		size_t size = (size_t)status.st_size;
		bytes = malloc(size + 1);
		if (bytes != NULL && pread(fd, bytes, size, 0) == (ssize_t)size) {
			error = checkpoint_parse(bytes, size, ret_checkpoint, &problem);
		}
	}
	free(bytes);
	close(fd);
	if (error != 0) {
		sweep_fail(failure, SWEEP_EXIT_USAGE, "%s: %s: give the right file or start anew",
			   path, problem);
		return -EINVAL;
	}
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
// Lines out of plain and compressed files and pipes, over-long lines, damage, positions.

#include "sweep/line_reader.h"

#include "cunit_runner.h"
#include "sweep_files.h"

#include <zlib.h>
#include <zstd.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum packing { PACKING_PLAIN, PACKING_GZIP, PACKING_ZSTD, PACKING_COUNT };

static struct sweep_files files;
static struct input_stream *stream;
static struct line_reader *reader;
static struct line_view line;

static size_t pack(enum packing packing, const void *bytes, size_t size, void *packed,
		   size_t packed_size)
{
	if (packing == PACKING_PLAIN) {
		memcpy(packed, bytes, size);
		return size;
	}
	if (packing == PACKING_ZSTD) {
		return ZSTD_compress(packed, packed_size, bytes, size, 1);
	}
	z_stream gzip = {0};
	CU_ASSERT_EQUAL_FATAL(deflateInit2(&gzip, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
			      Z_OK);
	char *copy = malloc(size + 1);
	memcpy(copy, bytes, size);
	gzip.next_in = (Bytef *)copy;
	gzip.avail_in = (uInt)size;
	gzip.next_out = packed;
	gzip.avail_out = (uInt)packed_size;
	CU_ASSERT_EQUAL_FATAL(deflate(&gzip, Z_FINISH), Z_STREAM_END);
	deflateEnd(&gzip);
	free(copy);
	return packed_size - gzip.avail_out;
}

static void begin_file(const void *bytes, size_t size, uint64_t number, uint64_t offset)
{
	struct sweep_failure failure;
	sweep_files_create(&files);
	sweep_files_write(files.input, bytes, size);
	stream = input_stream_open(files.input, &failure);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
	CU_ASSERT_EQUAL_FATAL(input_stream_skip(stream, offset), 0);
	reader = line_reader_create(stream, number, offset);
}

static void end_file(void)
{
	line_reader_destroy(reader);
	input_stream_close(stream);
	sweep_files_remove(&files);
}

static void expect_too_long_line(void)
{
	int result;
	do {
		result = line_reader_next(reader, &line);
	} while (result == -EINPROGRESS);
	CU_ASSERT_EQUAL_FATAL(result, 1);
	CU_ASSERT_TRUE(line.too_long);
}

static void expect_line(const char *text, uint64_t number, uint64_t offset)
{
	CU_ASSERT_EQUAL_FATAL(line_reader_next(reader, &line), 1);
	CU_ASSERT_EQUAL(line.length, strlen(text));
	CU_ASSERT_EQUAL(memcmp(line.text, text, line.length), 0);
	CU_ASSERT_EQUAL(line.number, number);
	CU_ASSERT_EQUAL(line.offset, offset);
	CU_ASSERT_FALSE(line.too_long);
}

TEST(line_ends_are_stripped_and_the_last_line_needs_none)
{
	begin_file("one\ntwo\r\n\nfour", 14, 1, 0);
	expect_line("one", 1, 0);
	expect_line("two", 2, 4);
	expect_line("", 3, 9);
	expect_line("four", 4, 10);
	CU_ASSERT_EQUAL(line_reader_next(reader, &line), 0);
	CU_ASSERT_EQUAL(line_reader_next(reader, &line), 0);
	end_file();
}

TEST(empty_input_has_no_lines)
{
	begin_file("", 0, 1, 0);
	CU_ASSERT_EQUAL(line_reader_next(reader, &line), 0);
	end_file();
}

// Enough lines to fill the reader's and the decoder's buffers several times.
static char *make_text(size_t *ret_size, unsigned *ret_lines)
{
	const size_t room = 4 << 20;
	char *text = malloc(room);
	size_t size = 0;
	unsigned lines = 0;
	while (size < (3 << 20)) {
		lines++;
		size += (size_t)snprintf(text + size, room - size, "name-%u-%.*s.test\n", lines,
					 (int)(lines * 2654435761u % 40),
					 "abcdefghijklmnopqrstuvwxyzabcdefghijklmn");
	}
	*ret_size = size;
	*ret_lines = lines;
	return text;
}

static void expect_all_lines(const char *text, uint64_t first, uint64_t offset, unsigned lines)
{
	for (uint64_t number = first; number <= lines; number++) {
		CU_ASSERT_EQUAL_FATAL(line_reader_next(reader, &line), 1);
		CU_ASSERT_EQUAL_FATAL(line.number, number);
		CU_ASSERT_EQUAL_FATAL(line.offset, offset);
		CU_ASSERT_EQUAL_FATAL(memcmp(line.text, text + offset, line.length), 0);
		CU_ASSERT_EQUAL_FATAL(text[offset + line.length], '\n');
		offset += line.length + 1;
	}
	CU_ASSERT_EQUAL(line_reader_next(reader, &line), 0);
}

TEST(all_packings_give_the_same_lines)
{
	size_t size;
	unsigned lines;
	char *text = make_text(&size, &lines);
	char *packed = malloc(4 << 20);
	for (enum packing packing = 0; packing < PACKING_COUNT; packing++) {
		size_t packed_size = pack(packing, text, size, packed, 4 << 20);
		begin_file(packed, packed_size, 1, 0);
		expect_all_lines(text, 1, 0, lines);
		CU_ASSERT_EQUAL(input_stream_fraction(stream), 1.0);
		end_file();
	}
	free(packed);
	free(text);
}

TEST(all_packings_go_on_at_a_position)
{
	size_t size;
	unsigned lines;
	char *text = make_text(&size, &lines);
	char *packed = malloc(4 << 20);
	uint64_t offset = 0;
	uint64_t number = 1;
	while (offset < size / 2) {
		offset += (size_t)(strchr(text + offset, '\n') + 1 - (text + offset));
		number++;
	}
	for (enum packing packing = 0; packing < PACKING_COUNT; packing++) {
		size_t packed_size = pack(packing, text, size, packed, 4 << 20);
		begin_file(packed, packed_size, number, offset);
		expect_all_lines(text, number, offset, lines);
		end_file();
	}
	free(packed);
	free(text);
}

TEST(joined_members_and_frames_are_one_input)
{
	for (enum packing packing = PACKING_GZIP; packing < PACKING_COUNT; packing++) {
		char packed[512];
		size_t size = pack(packing, "one\ntw", 6, packed, 256);
		size += pack(packing, "o\nthree\n", 8, packed + size, 256);
		begin_file(packed, size, 1, 0);
		expect_line("one", 1, 0);
		expect_line("two", 2, 4);
		expect_line("three", 3, 8);
		CU_ASSERT_EQUAL(line_reader_next(reader, &line), 0);
		end_file();
	}
}

static int read_to_failure(void)
{
	int result;
	while ((result = line_reader_next(reader, &line)) == 1) {
	}
	return result;
}

TEST(cut_off_and_damaged_compression_is_told_apart)
{
	size_t size;
	unsigned lines;
	char *text = make_text(&size, &lines);
	char *packed = malloc(4 << 20);
	for (enum packing packing = PACKING_GZIP; packing < PACKING_COUNT; packing++) {
		size_t packed_size = pack(packing, text, size, packed, 4 << 20);
		begin_file(packed, packed_size - 9, 1, 0);
		CU_ASSERT_EQUAL(read_to_failure(), -ENODATA);
		end_file();
		memset(packed + packed_size / 2, 0xff, 64);
		begin_file(packed, packed_size, 1, 0);
		CU_ASSERT_EQUAL(read_to_failure(), -EBADMSG);
		end_file();
	}
	free(packed);
	free(text);
}

// A window of 2^log octets (log from 10 on) and one raw block.
static void begin_zstd_window(unsigned log)
{
	const char frame[] = {
		0x28, (char)0xb5, 0x2f, (char)0xfd, 0,   (char)((log - 10) << 3), 4 << 3 | 1, 0,
		0,    'o',        'n',  'e',        '\n'};
	begin_file(frame, sizeof(frame), 1, 0);
}

TEST(window_that_would_take_too_much_memory_is_told_from_damage)
{
	begin_zstd_window(27);
	expect_line("one", 1, 0);
	CU_ASSERT_EQUAL(line_reader_next(reader, &line), 0);
	end_file();
	for (unsigned log = 28; log <= 32; log++) {
		begin_zstd_window(log);
		CU_ASSERT_EQUAL(read_to_failure(), -EFBIG);
		end_file();
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(input_stream_error_text(-EFBIG), "zstd -d --long=31"));
}

TEST(too_long_lines_are_cut_whatever_their_length)
{
	static const size_t lengths[] = {SWEEP_LINE_MAX + 1, LINE_READER_BUFFER - 1,
					 LINE_READER_BUFFER, LINE_READER_BUFFER + 1,
					 5 * LINE_READER_BUFFER + 17};
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		char *text = malloc(lengths[i] + 16);
		memcpy(text, "before\n", 7);
		memset(text + 7, 'x', lengths[i]);
		memcpy(text + 7 + lengths[i], "\nafter\n", 7);
		begin_file(text, lengths[i] + 14, 1, 0);
		expect_line("before", 1, 0);
		expect_too_long_line();
		CU_ASSERT_EQUAL(line.length, SWEEP_LINE_SHOWN);
		CU_ASSERT_EQUAL(memcmp(line.text, text + 7, SWEEP_LINE_SHOWN), 0);
		CU_ASSERT_EQUAL(line.offset, 7);
		expect_line("after", 3, 8 + lengths[i]);
		CU_ASSERT_EQUAL(line_reader_next(reader, &line), 0);
		end_file();
		begin_file(text, 7 + lengths[i], 1,
			   0); // the same as the last line, without its end
		expect_line("before", 1, 0);
		expect_too_long_line();
		CU_ASSERT_EQUAL(line_reader_next(reader, &line), 0);
		end_file();
		free(text);
	}
}

// The refill after a dropped buffer may be as large as the buffer was: all of it is to be searched.
TEST(lines_behind_a_too_long_line_are_not_passed_over)
{
	const size_t long_length = 2 * LINE_READER_BUFFER;
	const size_t short_count = 300000;
	const size_t size = long_length + 1 + 7 * short_count;
	char *text = malloc(size);
	memset(text, 'x', long_length);
	text[long_length] = '\n';
	for (size_t i = 0; i < short_count; i++) {
		memcpy(text + long_length + 1 + 7 * i, "b.test\n", 7);
	}
	begin_file(text, size, 1, 0);
	expect_too_long_line();
	expect_all_lines(text, 2, long_length + 1, (unsigned)short_count + 1);
	end_file();
	free(text);
}

TEST(longest_line_is_whole)
{
	char text[SWEEP_LINE_MAX + 1];
	memset(text, 'x', SWEEP_LINE_MAX);
	text[SWEEP_LINE_MAX] = '\n';
	begin_file(text, sizeof(text), 1, 0);
	CU_ASSERT_EQUAL_FATAL(line_reader_next(reader, &line), 1);
	CU_ASSERT_FALSE(line.too_long);
	CU_ASSERT_EQUAL(line.length, SWEEP_LINE_MAX);
	end_file();
}

static void open_as_stdin(int fd)
{
	struct sweep_failure failure;
	int saved_stdin = dup(STDIN_FILENO);
	dup2(fd, STDIN_FILENO);
	stream = input_stream_open("-", &failure);
	dup2(saved_stdin, STDIN_FILENO);
	close(saved_stdin);
	close(fd);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
}

TEST(dry_pipe_says_try_again)
{
	int pipe_fds[2];
	CU_ASSERT_EQUAL_FATAL(pipe(pipe_fds), 0);
	open_as_stdin(pipe_fds[0]);
	CU_ASSERT_EQUAL(input_stream_skip(stream, 0), 0);
	reader = line_reader_create(stream, 1, 0);
	CU_ASSERT_EQUAL(line_reader_next(reader, &line), -EAGAIN);
	CU_ASSERT_EQUAL(write(pipe_fds[1], "half", 4), 4);
	CU_ASSERT_EQUAL(line_reader_next(reader, &line), -EAGAIN);
	CU_ASSERT_EQUAL(write(pipe_fds[1], " line\nx", 7), 7);
	expect_line("half line", 1, 0);
	CU_ASSERT_EQUAL(line_reader_next(reader, &line), -EAGAIN);
	close(pipe_fds[1]);
	expect_line("x", 2, 10);
	CU_ASSERT_EQUAL(line_reader_next(reader, &line), 0);
	struct input_identity identity;
	CU_ASSERT_FALSE(input_stream_identify(stream, &identity));
	CU_ASSERT_TRUE(input_stream_fraction(stream) < 0);
	line_reader_destroy(reader);
	input_stream_close(stream);
}

// What read it before has taken its part: (read -r header; parallax-sweep) <file
static int shared_fd;

static void begin_stdin_at(const char *text, off_t start, uint64_t number, uint64_t offset)
{
	sweep_files_create(&files);
	sweep_files_write(files.input, text, strlen(text));
	shared_fd = open(files.input, O_RDONLY | O_CLOEXEC);
	CU_ASSERT_EQUAL(lseek(shared_fd, start, SEEK_SET), start);
	open_as_stdin(dup(shared_fd));
	CU_ASSERT_EQUAL_FATAL(input_stream_skip(stream, offset), 0);
	reader = line_reader_create(stream, number, offset);
}

static void end_stdin(off_t start)
{
	CU_ASSERT_EQUAL(lseek(shared_fd, 0, SEEK_CUR), start); // for the next one
	close(shared_fd);
	end_file();
}

TEST(redirected_stdin_is_read_from_where_it_stands)
{
	begin_stdin_at("header\none\ntwo\n", 7, 1, 0);
	expect_line("one", 1, 0);
	expect_line("two", 2, 4);
	CU_ASSERT_EQUAL(line_reader_next(reader, &line), 0);
	CU_ASSERT_EQUAL(input_stream_fraction(stream), 1.0);
	end_stdin(7);
	begin_stdin_at("header\none\ntwo\n", 7, 2, 4); // the same, resumed
	expect_line("two", 2, 4);
	CU_ASSERT_EQUAL(line_reader_next(reader, &line), 0);
	CU_ASSERT_EQUAL(input_stream_fraction(stream), 1.0);
	end_stdin(7);
	begin_stdin_at("one\n", 9, 1, 0);
	CU_ASSERT_EQUAL(line_reader_next(reader, &line), 0);
	end_stdin(9);
}

TEST(redirected_stdin_is_known_by_what_is_left_of_it)
{
	struct input_identity whole;
	struct input_identity rest;
	struct input_identity same;
	begin_stdin_at("header\none\n", 0, 1, 0);
	CU_ASSERT_TRUE(input_stream_identify(stream, &whole));
	end_stdin(0);
	begin_stdin_at("header\none\n", 7, 1, 0);
	CU_ASSERT_TRUE(input_stream_identify(stream, &rest));
	end_stdin(7);
	begin_stdin_at("one\n", 0, 1, 0);
	CU_ASSERT_TRUE(input_stream_identify(stream, &same));
	end_stdin(0);
	CU_ASSERT_EQUAL(rest.size, 4);
	CU_ASSERT_NOT_EQUAL(memcmp(&rest, &whole, sizeof(rest)), 0);
	CU_ASSERT_EQUAL(memcmp(&rest, &same, sizeof(rest)), 0);
}

TEST(unreadable_inputs_are_named)
{
	struct sweep_failure failure;
	CU_ASSERT_PTR_NULL(input_stream_open("/nowhere/list", &failure));
	CU_ASSERT_STRING_EQUAL(failure.text,
			       "/nowhere/list: cannot be read: No such file or directory");
	CU_ASSERT_PTR_NULL(input_stream_open("/tmp", &failure));
	CU_ASSERT_PTR_NOT_NULL(strstr(failure.text, "directory"));
}

TEST_MAIN(line_reader, T(line_ends_are_stripped_and_the_last_line_needs_none),
	  T(empty_input_has_no_lines), T(all_packings_give_the_same_lines),
	  T(all_packings_go_on_at_a_position), T(joined_members_and_frames_are_one_input),
	  T(cut_off_and_damaged_compression_is_told_apart),
	  T(window_that_would_take_too_much_memory_is_told_from_damage),
	  T(too_long_lines_are_cut_whatever_their_length),
	  T(lines_behind_a_too_long_line_are_not_passed_over), T(longest_line_is_whole),
	  T(dry_pipe_says_try_again), T(redirected_stdin_is_read_from_where_it_stands),
	  T(redirected_stdin_is_known_by_what_is_left_of_it), T(unreadable_inputs_are_named))

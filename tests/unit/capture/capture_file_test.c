// SPDX-License-Identifier: BSD-3-Clause
// Files are read back by libpcap, not by our own idea of the format.

#include "cunit_runner.h"

#include <parallax/base/attributes.h>

#include "capture/capture_file.h"

#include <pcap/pcap.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

static char directory[64];

static void start(void)
{
	snprintf(directory, sizeof(directory), "/tmp/parallax-capture-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
}

static const char *path_of(const char *name)
{
	static char path[200];
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void stop(void)
{
	unlink(path_of("a.pcap"));
	CU_ASSERT_EQUAL(rmdir(directory), 0);
}

TEST(libpcap_reads_what_was_written)
{
	start();
	int error = 0;
	struct capture_file *file = capture_file_open(directory, "a.pcap", 1 << 20, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	static const uint8_t frame[70000] = {1, 2, 3};
	CU_ASSERT_EQUAL(capture_file_write(file, 1700000000123456789ull, frame, 60), 0);
	CU_ASSERT_EQUAL(capture_file_write(file, 1700000001000000000ull, frame, sizeof(frame)), 0);
	uint64_t bytes = capture_file_bytes(file);
	CU_ASSERT_EQUAL(capture_file_close(file), 0);
	struct stat status;
	CU_ASSERT_EQUAL(stat(path_of("a.pcap"), &status), 0);
	CU_ASSERT_EQUAL((uint64_t)status.st_size, bytes);
	CU_ASSERT_EQUAL(status.st_mode & 07, 0);
	char message[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline_with_tstamp_precision(path_of("a.pcap"),
							       PCAP_TSTAMP_PRECISION_NANO, message);
	CU_ASSERT_PTR_NOT_NULL_FATAL(pcap);
	CU_ASSERT_EQUAL(pcap_datalink(pcap), DLT_EN10MB);
	struct pcap_pkthdr *header;
	const u_char *data;
	CU_ASSERT_EQUAL(pcap_next_ex(pcap, &header, &data), 1);
	CU_ASSERT_EQUAL(header->ts.tv_sec, 1700000000);
	CU_ASSERT_EQUAL(header->ts.tv_usec, 123456789);
	CU_ASSERT_EQUAL(header->caplen, 60);
	CU_ASSERT_EQUAL(memcmp(data, frame, 60), 0);
	CU_ASSERT_EQUAL(pcap_next_ex(pcap, &header, &data), 1);
	CU_ASSERT_EQUAL(header->len, sizeof(frame));
	CU_ASSERT_EQUAL(pcap_next_ex(pcap, &header, &data), PCAP_ERROR_BREAK);
	pcap_close(pcap);
	stop();
}

TEST(a_directory_is_checked_before_it_is_needed)
{
	start();
	CU_ASSERT_EQUAL(capture_directory_check(directory), 0);
	CU_ASSERT_EQUAL(capture_directory_check(path_of("absent")), -ENOENT);
	CU_ASSERT_EQUAL(symlink(directory, path_of("a.pcap")), 0);
	CU_ASSERT_EQUAL(capture_directory_check(path_of("a.pcap")), -ENOTDIR);
	CU_ASSERT_EQUAL(capture_directory_check("/dev/null"), -ENOTDIR);
	stop();
}

TEST(the_size_limit_ends_the_file_with_a_whole_record)
{
	start();
	int error = 0;
	struct capture_file *file = capture_file_open(directory, "a.pcap", 1000, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	uint8_t frame[100] = {0};
	unsigned written = 0;
	while (written < 100 && capture_file_write(file, 1, frame, sizeof(frame)) == 0) {
		written++;
	}
	CU_ASSERT_EQUAL(written, (1000 - CAPTURE_FILE_HEADER_BYTES) / (16 + sizeof(frame)));
	CU_ASSERT_EQUAL(capture_file_write(file, 1, frame, 1), -EFBIG); // for good
	capture_file_close(file);
	struct stat status;
	CU_ASSERT_EQUAL(stat(path_of("a.pcap"), &status), 0);
	CU_ASSERT_EQUAL((uint64_t)status.st_size,
			CAPTURE_FILE_HEADER_BYTES + written * (16 + sizeof(frame)));
	stop();
}

TEST(only_plain_names_are_taken)
{
	CU_ASSERT_TRUE(capture_file_name_is_valid("a-b_c.9.pcap"));
	const char *const bad[] = {"",       ".",   "..",  ".hidden", "a/b",
				   "/etc/x", "a b", "a\n", "\xc3\xa9"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		CU_ASSERT_FALSE(capture_file_name_is_valid(bad[i]));
		int error = 0;
		CU_ASSERT_PTR_NULL(capture_file_open("/tmp", bad[i], 100, &error));
		CU_ASSERT_EQUAL(error, -EINVAL);
	}
}

TEST(existing_files_and_links_are_left_alone)
{
	start();
	int error = 0;
	capture_file_close(capture_file_open(directory, "a.pcap", 1000, &error));
	CU_ASSERT_PTR_NULL(capture_file_open(directory, "a.pcap", 1000, &error));
	CU_ASSERT_EQUAL(error, -EEXIST);
	unlink(path_of("a.pcap"));
	CU_ASSERT_EQUAL(symlink("/tmp/parallax-capture-nowhere", path_of("a.pcap")), 0);
	CU_ASSERT_PTR_NULL(capture_file_open(directory, "a.pcap", 1000, &error));
	CU_ASSERT_EQUAL(error, -EEXIST);
	CU_ASSERT_NOT_EQUAL(access("/tmp/parallax-capture-nowhere", F_OK), 0);
	stop();
}

TEST(a_missing_or_linked_directory_is_refused)
{
	int error = 0;
	CU_ASSERT_PTR_NULL(capture_file_open("/nonexistent", "a.pcap", 1000, &error));
	CU_ASSERT_EQUAL(error, -ENOENT);
	start();
	CU_ASSERT_EQUAL(symlink("/tmp", path_of("a.pcap")), 0);
	CU_ASSERT_PTR_NULL(capture_file_open(path_of("a.pcap"), "b.pcap", 1000, &error));
	CU_ASSERT_EQUAL(error, -ENOTDIR);
	stop();
}

TEST(devices_are_not_written_to)
{
	int error = 0;
	struct capture_file *file = capture_file_open("/dev", "full", 1 << 20, &error);
	CU_ASSERT_PTR_NULL(file); // it exists: even devices are not opened
	CU_ASSERT_EQUAL(error, -EEXIST);
}

TEST_MAIN(capture_file, T(libpcap_reads_what_was_written),
	  T(a_directory_is_checked_before_it_is_needed),
	  T(the_size_limit_ends_the_file_with_a_whole_record), T(only_plain_names_are_taken),
	  T(existing_files_and_links_are_left_alone), T(a_missing_or_linked_directory_is_refused),
	  T(devices_are_not_written_to))

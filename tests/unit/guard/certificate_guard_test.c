// SPDX-License-Identifier: BSD-3-Clause
// Real files, good and bad, through the guard and the watch.

#include "cunit_runner.h"
#include "test_certificates.h"

#include "guard/certificate_watch.h"

#include <event2/event.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <errno.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DAY_S INT64_C(86400)
#define ALARMS_MAX 32

struct heard {
	unsigned count;
	enum certificate_state states[ALARMS_MAX];
	int thresholds[ALARMS_MAX];
	char subjects[ALARMS_MAX][CERTIFICATE_SUBJECT_MAX];
};

static char directory[] = "/tmp/parallax-guard-XXXXXX";
static char path_buffers[8][128];
static unsigned path_next;
static int64_t now_s;

// Valid until eight further calls.
static const char *path_of(const char *name)
{
	char *path = path_buffers[path_next++ % 8];
	snprintf(path, sizeof(path_buffers[0]), "%s/%s", directory, name);
	return path;
}

static void write_file(const char *name, const char *mode, const void *bytes, size_t length)
{
	FILE *file = fopen(path_of(name), mode);
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(fwrite(bytes, 1, length, file), length);
	fclose(file);
}

static void append(const char *name, const char *other)
{
	static char bytes[8192];
	FILE *file = fopen(path_of(other), "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	size_t length = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	write_file(name, "a", bytes, length);
}

static void hear(void *context, const struct certificate_alarm *alarm)
{
	struct heard *heard = context;
	if (heard->count == ALARMS_MAX) {
		CU_FAIL("far too many alarms");
		return;
	}
	heard->states[heard->count] = alarm->entry.state;
	heard->thresholds[heard->count] = alarm->threshold_days;
	snprintf(heard->subjects[heard->count++], CERTIFICATE_SUBJECT_MAX, "%s",
		 alarm->entry.subject);
}

static struct certificate_guard *guard_of(const char *name, enum certificate_file_kind kind)
{
	const struct certificate_source source = {.path = path_of(name), .kind = kind};
	struct certificate_guard *guard = certificate_guard_create();
	CU_ASSERT_PTR_NOT_NULL_FATAL(guard);
	CU_ASSERT_EQUAL_FATAL(certificate_guard_load(guard, &source, 1), 0);
	return guard;
}

static void expect_unreadable(const char *name, enum certificate_file_kind kind, const char *why)
{
	struct heard heard = {.count = 0};
	struct certificate_guard *guard = guard_of(name, kind);
	CU_ASSERT_EQUAL_FATAL(certificate_guard_entry_count(guard), 1);
	const struct certificate_entry entry = certificate_guard_entry(guard, 0, now_s);
	CU_ASSERT_EQUAL(entry.state, CERTIFICATE_UNREADABLE);
	CU_ASSERT_STRING_EQUAL(entry.subject, "");
	if (strstr(entry.fault, why) == NULL) {
		fprintf(stderr, "%s: %s\n", name, entry.fault);
		CU_FAIL("another fault");
	}
	certificate_guard_check(guard, now_s, hear, &heard);
	certificate_guard_check(guard, now_s, hear, &heard);
	CU_ASSERT_EQUAL(heard.count, 1);
	CU_ASSERT_EQUAL(heard.states[0], CERTIFICATE_UNREADABLE);
	certificate_guard_destroy(guard);
}

TEST(a_certificate_is_listed_with_subject_and_dates)
{
	struct certificate_guard *guard = guard_of("year.pem", CERTIFICATE_FILE_CERTIFICATES);
	CU_ASSERT_EQUAL_FATAL(certificate_guard_entry_count(guard), 1);
	const struct certificate_entry entry = certificate_guard_entry(guard, 0, now_s);
	CU_ASSERT_EQUAL(entry.state, CERTIFICATE_VALID);
	CU_ASSERT_STRING_EQUAL(entry.path, path_of("year.pem"));
	CU_ASSERT_STRING_EQUAL(entry.subject, "CN=year");
	CU_ASSERT_STRING_EQUAL(entry.fault, "");
	// The second may have changed since now_s was taken.
	CU_ASSERT(entry.validity.not_after_s - now_s - 365 * DAY_S >= 0);
	CU_ASSERT(entry.validity.not_after_s - now_s - 365 * DAY_S < 60);
	CU_ASSERT(now_s - entry.validity.not_before_s <= 60);
	CU_ASSERT(now_s - entry.validity.not_before_s > 0);
	CU_ASSERT_EQUAL(entry.days_left, 365);
	certificate_guard_destroy(guard);
}

TEST(each_threshold_is_told_once_until_the_files_are_loaded_again)
{
	static const int expected[] = {30, 14, 7, 1, 0};
	const struct certificate_source source = {.path = path_of("year.pem"),
						  .kind = CERTIFICATE_FILE_CERTIFICATES};
	struct certificate_guard *guard = certificate_guard_create();
	CU_ASSERT_PTR_NOT_NULL_FATAL(guard);
	for (unsigned load = 0; load < 2; load++) {
		struct heard heard = {.count = 0};
		CU_ASSERT_EQUAL_FATAL(certificate_guard_load(guard, &source, 1), 0);
		for (int64_t at_s = now_s; at_s < now_s + 370 * DAY_S; at_s += 3600) {
			certificate_guard_check(guard, at_s, hear, &heard);
		}
		CU_ASSERT_EQUAL_FATAL(heard.count, 5);
		for (unsigned i = 0; i < 5; i++) {
			CU_ASSERT_EQUAL(heard.thresholds[i], expected[i]);
			CU_ASSERT_EQUAL(heard.states[i],
					i < 4 ? CERTIFICATE_EXPIRING : CERTIFICATE_EXPIRED);
			CU_ASSERT_STRING_EQUAL(heard.subjects[i], "CN=year");
		}
	}
	certificate_guard_destroy(guard);
}

TEST(every_certificate_of_a_bundle_alarms_by_itself)
{
	append("bundle.pem", "year.pem");
	append("bundle.pem", "soon.pem");
	append("bundle.pem", "past.pem");
	append("bundle.pem", "future.pem");
	struct heard heard = {.count = 0};
	struct certificate_guard *guard = guard_of("bundle.pem", CERTIFICATE_FILE_CERTIFICATES);
	CU_ASSERT_EQUAL(certificate_guard_entry_count(guard), 4);
	certificate_guard_check(guard, now_s, hear, &heard);
	certificate_guard_check(guard, now_s, hear, &heard);
	CU_ASSERT_EQUAL_FATAL(heard.count, 3);
	CU_ASSERT_EQUAL(heard.states[0], CERTIFICATE_EXPIRING);
	CU_ASSERT_EQUAL(heard.thresholds[0], 7);
	CU_ASSERT_STRING_EQUAL(heard.subjects[0], "CN=soon");
	CU_ASSERT_EQUAL(heard.states[1], CERTIFICATE_EXPIRED);
	CU_ASSERT_STRING_EQUAL(heard.subjects[1], "CN=past");
	CU_ASSERT_EQUAL(heard.states[2], CERTIFICATE_NOT_YET_VALID);
	CU_ASSERT_STRING_EQUAL(heard.subjects[2], "CN=future");
	certificate_guard_destroy(guard);
}

TEST(a_key_is_readable_and_has_no_dates)
{
	static const struct {
		const char *name, *type;
		enum certificate_file_kind kind;
	} keys[] = {{"sign.key", "ED25519", CERTIFICATE_FILE_PRIVATE_KEY},
		    {"sign.pub", "ED25519", CERTIFICATE_FILE_PUBLIC_KEY},
		    {"year.key", "EC", CERTIFICATE_FILE_PRIVATE_KEY}};
	for (unsigned i = 0; i < 3; i++) {
		struct heard heard = {.count = 0};
		struct certificate_guard *guard = guard_of(keys[i].name, keys[i].kind);
		const struct certificate_entry entry = certificate_guard_entry(guard, 0, now_s);
		CU_ASSERT_EQUAL(entry.state, CERTIFICATE_UNDATED);
		CU_ASSERT_STRING_EQUAL(entry.subject, keys[i].type);
		certificate_guard_check(guard, now_s + 10000 * DAY_S, hear, &heard);
		CU_ASSERT_EQUAL(heard.count, 0);
		certificate_guard_destroy(guard);
	}
}

TEST(what_cannot_be_read_is_told_with_its_reason)
{
	static const char garbage[] = "-----BEGIN CERTIFICATE-----\nTm90IEFTTi4x\n"
				      "-----END CERTIFICATE-----\n";
	static char zeros[CERTIFICATE_FILE_BYTES_MAX + 1];
	write_file("empty.pem", "w", "", 0);
	write_file("text.pem", "w", "hello\n", 6);
	append("broken.pem", "year.pem");
	write_file("broken.pem", "a", garbage, sizeof(garbage) - 1);
	write_file("cut.pem", "w", garbage, 40);
	write_file("long.pem", "w", zeros, sizeof(zeros));
	CU_ASSERT_EQUAL(mkfifo(path_of("fifo.pem"), 0600), 0);
	CU_ASSERT_EQUAL(mkdir(path_of("directory.pem"), 0700), 0);
	expect_unreadable("none.pem", CERTIFICATE_FILE_CERTIFICATES, "No such file");
	expect_unreadable("empty.pem", CERTIFICATE_FILE_CERTIFICATES, "no PEM certificate");
	expect_unreadable("text.pem", CERTIFICATE_FILE_CERTIFICATES, "no PEM certificate");
	expect_unreadable("year.key", CERTIFICATE_FILE_CERTIFICATES, "no PEM certificate");
	expect_unreadable("broken.pem", CERTIFICATE_FILE_CERTIFICATES, "cannot be read");
	expect_unreadable("cut.pem", CERTIFICATE_FILE_CERTIFICATES, "cannot be read");
	expect_unreadable("long.pem", CERTIFICATE_FILE_CERTIFICATES, "too long");
	expect_unreadable("fifo.pem", CERTIFICATE_FILE_CERTIFICATES, "not a regular file");
	expect_unreadable("directory.pem", CERTIFICATE_FILE_CERTIFICATES, "not a regular file");
	expect_unreadable("sign.pub", CERTIFICATE_FILE_PRIVATE_KEY, "no PEM private key");
	expect_unreadable("sign.key", CERTIFICATE_FILE_PUBLIC_KEY, "no PEM public key");
	expect_unreadable("year.pem", CERTIFICATE_FILE_NOT_SET, "not set");
}

TEST(a_key_with_a_passphrase_is_refused_and_asks_nobody)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	FILE *file = fopen(path_of("locked.key"), "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(PEM_write_PrivateKey(file, key, EVP_aes_128_cbc(),
					     (const unsigned char *)"secret", 6, NULL, NULL),
			1);
	fclose(file);
	EVP_PKEY_free(key);
	expect_unreadable("locked.key", CERTIFICATE_FILE_PRIVATE_KEY, "without passphrase");
}

TEST(more_certificates_than_the_limit_are_refused)
{
	for (unsigned i = 0; i < CERTIFICATE_FILE_CERTIFICATES_MAX; i++) {
		append("many.pem", "year.pem");
	}
	struct certificate_guard *guard = guard_of("many.pem", CERTIFICATE_FILE_CERTIFICATES);
	CU_ASSERT_EQUAL(certificate_guard_entry_count(guard), CERTIFICATE_FILE_CERTIFICATES_MAX);
	certificate_guard_destroy(guard);
	append("many.pem", "year.pem");
	expect_unreadable("many.pem", CERTIFICATE_FILE_CERTIFICATES, "too many certificates");
}

TEST(too_many_files_leave_the_loaded_ones_in_place)
{
	static struct certificate_source sources[CERTIFICATE_GUARD_FILES_MAX + 1];
	for (unsigned i = 0; i <= CERTIFICATE_GUARD_FILES_MAX; i++) {
		sources[i] = (struct certificate_source) {.path = "/nowhere",
							  .kind = CERTIFICATE_FILE_PUBLIC_KEY};
	}
	struct certificate_guard *guard = guard_of("year.pem", CERTIFICATE_FILE_CERTIFICATES);
	CU_ASSERT_EQUAL(certificate_guard_load(guard, sources, CERTIFICATE_GUARD_FILES_MAX + 1),
			-E2BIG);
	CU_ASSERT_EQUAL(certificate_guard_entry_count(guard), 1);
	CU_ASSERT_EQUAL(certificate_guard_load(guard, sources, CERTIFICATE_GUARD_FILES_MAX), 0);
	CU_ASSERT_EQUAL(certificate_guard_entry_count(guard), CERTIFICATE_GUARD_FILES_MAX);
	CU_ASSERT_EQUAL(certificate_guard_load(guard, NULL, 0), 0);
	CU_ASSERT_EQUAL(certificate_guard_entry_count(guard), 0);
	certificate_guard_destroy(guard);
}

TEST(a_renewed_file_counts_from_the_next_load)
{
	append("renewed.pem", "soon.pem");
	struct heard heard = {.count = 0};
	const struct certificate_source source = {.path = path_of("renewed.pem"),
						  .kind = CERTIFICATE_FILE_CERTIFICATES};
	struct event_base *base = event_base_new();
	struct certificate_watch *watch;
	const struct certificate_watch_config config = {
		.base = base, .on_alarm = hear, .context = &heard};
	CU_ASSERT_EQUAL_FATAL(certificate_watch_open(&config, &watch), 0);
	CU_ASSERT_EQUAL(certificate_watch_load(watch, &source, 1), 0);
	CU_ASSERT_EQUAL(heard.count, 1);
	CU_ASSERT_EQUAL(heard.thresholds[0], 7);
	CU_ASSERT_EQUAL(unlink(source.path), 0);
	append("renewed.pem", "year.pem");
	CU_ASSERT_EQUAL(certificate_guard_entry(certificate_watch_guard(watch), 0, now_s).state,
			CERTIFICATE_EXPIRING);
	CU_ASSERT_EQUAL(certificate_watch_load(watch, &source, 1), 0);
	CU_ASSERT_EQUAL(heard.count, 1);
	CU_ASSERT_EQUAL(certificate_guard_entry(certificate_watch_guard(watch), 0, now_s).state,
			CERTIFICATE_VALID);
	certificate_watch_close(watch);
	event_base_free(base);
}

static void make_files(void)
{
	static const struct test_certificate certificates[] = {
		{.file = "year", .not_after_s = 365 * DAY_S + 30},
		{.file = "soon", .not_before_s = -80 * DAY_S, .not_after_s = 6 * DAY_S},
		{.file = "past", .not_before_s = -80 * DAY_S, .not_after_s = -60},
		{.file = "future", .not_before_s = 9 * DAY_S, .not_after_s = 99 * DAY_S},
	};
	struct test_authority *authority = test_authority_create(directory, "authority");
	for (unsigned i = 0; i < sizeof(certificates) / sizeof(certificates[0]); i++) {
		test_authority_issue(authority, &certificates[i]);
	}
	test_authority_destroy(authority);
	test_signing_key_create(directory, "sign");
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
	return remove(path);
}

int main(void)
{
	static const struct test_entry tests[] = {
		T(a_certificate_is_listed_with_subject_and_dates),
		T(each_threshold_is_told_once_until_the_files_are_loaded_again),
		T(every_certificate_of_a_bundle_alarms_by_itself),
		T(a_key_is_readable_and_has_no_dates),
		T(what_cannot_be_read_is_told_with_its_reason),
		T(a_key_with_a_passphrase_is_refused_and_asks_nobody),
		T(more_certificates_than_the_limit_are_refused),
		T(too_many_files_leave_the_loaded_ones_in_place),
		T(a_renewed_file_counts_from_the_next_load),
	};
	if (mkdtemp(directory) == NULL) {
		return EXIT_FAILURE;
	}
	now_s = time(NULL);
	make_files();
	int result = cunit_run("certificate_guard", tests, sizeof(tests) / sizeof(tests[0]));
	nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	return result;
}

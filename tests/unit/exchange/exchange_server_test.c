// SPDX-License-Identifier: BSD-3-Clause
// The dataplane's side alone: attaching and detaching, and lanes whose client writes impossible things.

#include <parallax/base/error.h>
#include <parallax/exchange/region_layout.h>

#include "exchange/exchange_lane.h"
#include "exchange/exchange_server.h"
#include "exchange/lane_wake.h"

#include "cunit_runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define WORKERS 2
#define DEADLINE_S 20 // a call that blocks for ever ends the test by SIGALRM

// What the workers were told, and the client's view of its region.
struct fixture {
	struct exchange_server *server;
	struct exchange_lane *lanes[WORKERS];
	unsigned attached;
	unsigned detached;
	bool acknowledges_at_once;
	struct exchange_attachment attachment;
	void *region;
	struct plx_ring_producer jobs;
	struct plx_ring_consumer results;
};

static void note_attach(void *context, unsigned worker, struct exchange_lane *lane)
{
	struct fixture *fixture = context;
	fixture->lanes[worker] = lane;
	fixture->attached++;
}

static void note_detach(void *context, unsigned worker, struct exchange_lane *lane)
{
	struct fixture *fixture = context;
	CU_ASSERT_PTR_EQUAL(fixture->lanes[worker], lane);
	fixture->detached++;
	if (fixture->acknowledges_at_once) {
		exchange_server_detached(fixture->server, worker, lane);
	}
}

static void fixture_init(struct fixture *fixture)
{
	const struct exchange_worker_ops ops = {note_attach, note_detach, fixture};
	int error = 0;
	*fixture = (struct fixture) {0};
	fixture->server = exchange_server_create(WORKERS, &ops, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fixture->server);
	CU_ASSERT_EQUAL(exchange_server_attach(fixture->server, PLX_PRIORITY_BULK, "hostile", 42,
					       &fixture->attachment),
			0);
	fixture->region = mmap(NULL, plx_region_bytes(WORKERS), PROT_READ | PROT_WRITE, MAP_SHARED,
			       fixture->attachment.region_fd, 0);
	CU_ASSERT_TRUE_FATAL(fixture->region != MAP_FAILED);
	struct plx_region_worker *rings = plx_region_worker(fixture->region, 0);
	plx_ring_producer_init(&fixture->jobs, &rings->jobs,
			       plx_region_job_bytes(fixture->region, 0), PLX_JOB_RING_BYTES);
	plx_ring_consumer_init(&fixture->results, &rings->results,
			       plx_region_result_bytes(fixture->region, 0), PLX_RESULT_RING_BYTES);
}

static void fixture_fini(struct fixture *fixture)
{
	munmap(fixture->region, plx_region_bytes(WORKERS));
	exchange_server_destroy(fixture->server);
}

static void record_put(struct fixture *fixture, const void *record, uint32_t length)
{
	uint8_t *room = plx_ring_reserve(&fixture->jobs, length);
	CU_ASSERT_PTR_NOT_NULL_FATAL(room);
	memcpy(room, record, length);
	CU_ASSERT_FALSE(plx_ring_publish(&fixture->jobs));
}

static void job_put(struct fixture *fixture, uint64_t tag)
{
	uint8_t record[PLX_JOB_RECORD_MAX];
	struct plx_job job = {.tag = tag, .kind = PLX_JOB_LOOKUP, .qtype = 16};
	CU_ASSERT_EQUAL(plx_name_parse("example.test", 12, &job.name), 0);
	record_put(fixture, record, (uint32_t)plx_job_write(&job, record));
}

TEST(region_is_sealed_and_describes_itself)
{
	struct fixture fixture;
	fixture_init(&fixture);
	struct stat status;
	int fd = fixture.attachment.region_fd;
	CU_ASSERT_EQUAL(fcntl(fd, F_GET_SEALS), PLX_REGION_SEALS);
	CU_ASSERT_EQUAL(ftruncate(fd, 0), -1);
	CU_ASSERT_EQUAL(errno, EPERM);
	CU_ASSERT_EQUAL(fstat(fd, &status), 0);
	CU_ASSERT_EQUAL(status.st_size, (off_t)plx_region_bytes(WORKERS));
	const struct plx_region_header *header = fixture.region;
	CU_ASSERT_EQUAL(header->magic, PLX_REGION_MAGIC);
	CU_ASSERT_EQUAL(header->version, PLX_EXCHANGE_VERSION);
	CU_ASSERT_EQUAL(header->worker_count, WORKERS);
	CU_ASSERT_NOT_EQUAL(header->worker_key.k0, 0);
	CU_ASSERT_EQUAL(fixture.attached, WORKERS);
	fixture_fini(&fixture);
}

TEST(idle_region_touches_little_memory)
{
	struct fixture fixture;
	fixture_init(&fixture);
	struct stat status;
	job_put(&fixture, 1);
	CU_ASSERT_EQUAL(fstat(fixture.attachment.region_fd, &status), 0);
	CU_ASSERT_TRUE(status.st_blocks * 512 <= 64 * 1024);
	fixture_fini(&fixture);
}

TEST(job_is_read_and_its_result_delivered)
{
	struct fixture fixture;
	fixture_init(&fixture);
	struct exchange_lane *lane = fixture.lanes[0];
	struct plx_job job;
	CU_ASSERT_EQUAL(exchange_lane_priority(lane), PLX_PRIORITY_BULK);
	CU_ASSERT_EQUAL(exchange_lane_client(lane), fixture.attachment.client);
	CU_ASSERT_EQUAL(exchange_lane_peek(lane, &job), 0);
	job_put(&fixture, 77);
	CU_ASSERT_EQUAL(exchange_lane_peek(lane, &job), 1);
	CU_ASSERT_EQUAL(job.tag, 77);
	exchange_lane_take(lane);
	CU_ASSERT_EQUAL(exchange_lane_peek(lane, &job), 0);
	const struct plx_result result = {
		.tag = 77, .status = PLX_STATUS_ANSWERED, .body_length = 3};
	uint8_t record[PLX_RESULT_RECORD_MAX];
	uint32_t length = 0;
	CU_ASSERT_TRUE(exchange_lane_deliver(lane, &result, (const uint8_t *)"abc"));
	CU_ASSERT_EQUAL(plx_ring_peek(&fixture.results, record, sizeof(record), &length), 0);
	exchange_lane_flush(lane);
	CU_ASSERT_EQUAL(plx_ring_peek(&fixture.results, record, sizeof(record), &length), 1);
	CU_ASSERT_EQUAL(length, sizeof(result) + 3);
	CU_ASSERT_EQUAL(memcmp(record, &result, sizeof(result)), 0);
	CU_ASSERT_EQUAL(memcmp(record + sizeof(result), "abc", 3), 0);
	struct exchange_client_info info;
	CU_ASSERT_TRUE(exchange_server_client_info(fixture.server, 0, &info));
	CU_ASSERT_STRING_EQUAL(info.name, "hostile");
	CU_ASSERT_EQUAL(info.pid, 42);
	CU_ASSERT_EQUAL(info.jobs, 1);
	CU_ASSERT_EQUAL(info.results, 1);
	fixture_fini(&fixture);
}

TEST(beats_are_counted_up_whatever_the_client_writes_there)
{
	struct fixture fixture;
	fixture_init(&fixture);
	struct plx_beat *worker_beat = &plx_region_worker(fixture.region, 1)->beat;
	struct plx_beat *control_beat = plx_region_control_beat(fixture.region);
	for (uint64_t i = 1; i < 4; i++) {
		exchange_lane_beat(fixture.lanes[1]);
		exchange_server_beat(fixture.server);
		CU_ASSERT_EQUAL(worker_beat->count, i);
		CU_ASSERT_EQUAL(control_beat->count, i);
		worker_beat->count = control_beat->count = UINT64_MAX - i;
	}
	CU_ASSERT_EQUAL(plx_region_worker(fixture.region, 0)->beat.count, 0);
	fixture_fini(&fixture);
}

TEST(malformed_record_can_be_skipped)
{
	struct fixture fixture;
	fixture_init(&fixture);
	struct exchange_lane *lane = fixture.lanes[0];
	struct plx_job job;
	uint8_t garbage[2 * PLX_JOB_RECORD_MAX];
	memset(garbage, 0xee, sizeof(garbage));
	record_put(&fixture, garbage, 0);
	record_put(&fixture, garbage, 40);
	record_put(&fixture, garbage, sizeof(garbage));
	job_put(&fixture, 5);
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(exchange_lane_peek(lane, &job), -EINVAL);
		exchange_lane_take(lane);
	}
	CU_ASSERT_EQUAL(exchange_lane_peek(lane, &job), 1);
	CU_ASSERT_EQUAL(job.tag, 5);
	fixture_fini(&fixture);
}

TEST(impossible_positions_make_a_lane_unreadable_but_no_other)
{
	struct fixture fixture;
	fixture_init(&fixture);
	struct plx_job job;
	plx_region_worker(fixture.region, 0)->jobs.published = 3;
	CU_ASSERT_EQUAL(exchange_lane_peek(fixture.lanes[0], &job), PLX_ERR_RING_CORRUPT);
	CU_ASSERT_EQUAL(exchange_lane_peek(fixture.lanes[1], &job), 0);
	// A client that claims to have read what was never there: noticed once the ring seems full.
	plx_region_worker(fixture.region, 1)->results.consumed = 1ull << 40;
	static const uint8_t body[PLX_RESULT_BODY_MAX];
	const struct plx_result result = {.status = PLX_STATUS_ANSWERED,
					  .body_length = PLX_RESULT_BODY_MAX};
	unsigned delivered = 0;
	while (exchange_lane_deliver(fixture.lanes[1], &result, body)) {
		delivered++;
		CU_ASSERT_TRUE_FATAL(delivered < 100);
		exchange_lane_flush(fixture.lanes[1]);
	}
	CU_ASSERT_TRUE(exchange_lane_is_corrupt(fixture.lanes[1]));
	CU_ASSERT_EQUAL(exchange_lane_peek(fixture.lanes[1], &job), PLX_ERR_RING_CORRUPT);
	fixture_fini(&fixture);
}

TEST(result_that_waits_for_room_keeps_no_worker_awake_until_there_is_some)
{
	struct fixture fixture;
	fixture_init(&fixture);
	struct exchange_lane *lane = fixture.lanes[0];
	static const uint8_t body[PLX_RESULT_BODY_MAX];
	static uint8_t record[PLX_RESULT_RECORD_MAX];
	uint32_t length = 0;
	const struct plx_result result = {.status = PLX_STATUS_ANSWERED,
					  .body_length = PLX_RESULT_BODY_MAX};
	job_put(&fixture, 1);
	CU_ASSERT_TRUE(exchange_lane_announce_sleep(lane));
	while (exchange_lane_deliver(lane, &result, body)) {
	}
	CU_ASSERT_FALSE(exchange_lane_announce_sleep(lane));
	CU_ASSERT_EQUAL(plx_ring_peek(&fixture.results, record, sizeof(record), &length), 1);
	plx_ring_take(&fixture.results);
	CU_ASSERT_TRUE(plx_ring_release(&fixture.results));
	CU_ASSERT_TRUE(exchange_lane_announce_sleep(lane));
	CU_ASSERT_TRUE(exchange_lane_deliver(lane, &result, body));
	fixture_fini(&fixture);
}

TEST(region_lives_until_the_last_worker_let_go)
{
	struct fixture fixture;
	struct exchange_client_info info;
	fixture_init(&fixture);
	exchange_server_detach(fixture.server, 0);
	exchange_server_detach(fixture.server, 0); // once is enough
	CU_ASSERT_EQUAL(fixture.detached, WORKERS);
	struct plx_job job;
	CU_ASSERT_EQUAL(exchange_lane_peek(fixture.lanes[0], &job), 0);
	exchange_server_detached(fixture.server, 1, fixture.lanes[1]);
	CU_ASSERT_TRUE(exchange_server_client_info(fixture.server, 0, &info));
	CU_ASSERT_TRUE(info.is_detaching);
	CU_ASSERT_EQUAL(exchange_lane_peek(fixture.lanes[0], &job), 0);
	exchange_server_detached(fixture.server, 0, fixture.lanes[0]);
	CU_ASSERT_FALSE(exchange_server_client_info(fixture.server, 0, &info));
	CU_ASSERT_EQUAL(fcntl(fixture.attachment.region_fd, F_GETFD), -1);
	fixture_fini(&fixture);
}

TEST(places_are_limited_and_come_back)
{
	struct fixture fixture;
	fixture_init(&fixture);
	fixture.acknowledges_at_once = true;
	struct exchange_attachment attachment;
	for (unsigned i = 1; i < EXCHANGE_CLIENTS_MAX; i++) {
		CU_ASSERT_EQUAL(exchange_server_attach(fixture.server, PLX_PRIORITY_INTERACTIVE,
						       "a name that is longer than 31 octets", 1,
						       &attachment),
				0);
		CU_ASSERT_EQUAL(attachment.client, i);
	}
	CU_ASSERT_EQUAL(exchange_server_attach(fixture.server, PLX_PRIORITY_INTERACTIVE, "more", 1,
					       &attachment),
			-ENOSPC);
	exchange_server_detach(fixture.server, EXCHANGE_CLIENTS_MAX - 1);
	CU_ASSERT_EQUAL(exchange_server_attach(fixture.server, PLX_PRIORITY_INTERACTIVE, "more", 1,
					       &attachment),
			0);
	CU_ASSERT_EQUAL(attachment.client, EXCHANGE_CLIENTS_MAX - 1);
	fixture_fini(&fixture);
}

// Kicks of the client, one for each flush: it claims to have fallen asleep once more each time.
static void flush_to_sleeper(struct fixture *fixture, unsigned count)
{
	struct plx_region_worker *rings = plx_region_worker(fixture->region, 0);
	const struct plx_result result = {.status = PLX_STATUS_ANSWERED};
	for (unsigned i = 0; i < count; i++) {
		uint64_t next_odd = (rings->results.consumer_sleep + 1) | 1;
		__atomic_store_n(&rings->results.consumer_sleep, next_odd, __ATOMIC_SEQ_CST);
		CU_ASSERT_TRUE_FATAL(exchange_lane_deliver(fixture->lanes[0], &result, NULL));
		exchange_lane_flush(fixture->lanes[0]);
	}
}

static bool is_readable(int fd)
{
	struct pollfd look = {.fd = fd, .events = POLLIN};
	return poll(&look, 1, 0) == 1;
}

static void make_blocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	CU_ASSERT_TRUE(flags >= 0 && (flags & O_NONBLOCK) != 0);
	CU_ASSERT_EQUAL(fcntl(fd, F_SETFL, flags & ~O_NONBLOCK), 0);
}

static void counter_fill(int fd)
{
	const uint64_t most = UINT64_MAX - 1;
	CU_ASSERT_EQUAL(write(fd, &most, sizeof(most)), (ssize_t)sizeof(most));
}

TEST(client_that_never_reads_its_kicks_cannot_block_a_flush)
{
	const unsigned kicks = 3000;
	struct fixture fixture;
	fixture_init(&fixture);
	int fd = fixture.attachment.client_wake_fd;
	alarm(DEADLINE_S);
	make_blocking(fd);
	flush_to_sleeper(&fixture, kicks);
	static uint8_t received[3000];
	ssize_t count = recv(fd, received, sizeof(received), MSG_DONTWAIT);
	CU_ASSERT_TRUE(count > 0 && count < (ssize_t)kicks); // it was full: the rest was dropped
	alarm(0);
	fixture_fini(&fixture);
}

TEST(client_that_shuts_its_wake_socket_hurts_itself_only)
{
	struct fixture fixture;
	fixture_init(&fixture);
	int fd = fixture.attachment.client_wake_fd;
	// Nothing can be left at the end that is never read.
	CU_ASSERT_EQUAL(send(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL), -1);
	CU_ASSERT_EQUAL(errno, EPIPE);
	flush_to_sleeper(&fixture, 1);
	CU_ASSERT_TRUE(is_readable(fd));
	CU_ASSERT_EQUAL(shutdown(fd, SHUT_RDWR), 0);
	flush_to_sleeper(&fixture, 2); // no SIGPIPE, which would end the test
	fixture_fini(&fixture);
}

TEST(full_counters_neither_block_a_worker_nor_keep_it_awake)
{
	struct fixture fixture;
	fixture_init(&fixture);
	int lanes_fd = lane_wake_open();
	CU_ASSERT_TRUE_FATAL(lanes_fd >= 0);
	CU_ASSERT_EQUAL(lane_wake_add(lanes_fd, fixture.lanes[0]), 0);
	int fd = fixture.attachment.worker_wake_fd[0];
	alarm(DEADLINE_S);
	lane_wake_drain(lanes_fd); // nothing there: returns at once
	CU_ASSERT_FALSE(is_readable(lanes_fd));
	make_blocking(fd);
	counter_fill(fd);
	CU_ASSERT_TRUE(is_readable(lanes_fd));
	lane_wake_drain(lanes_fd);
	CU_ASSERT_FALSE(is_readable(lanes_fd));
	// Emptied behind our back between the look and the drain.
	uint64_t count;
	CU_ASSERT_EQUAL(read(fd, &count, sizeof(count)), (ssize_t)sizeof(count));
	CU_ASSERT_EQUAL(count, UINT64_MAX - 1);
	lane_wake_drain(lanes_fd);
	CU_ASSERT_FALSE(is_readable(lanes_fd));
	CU_ASSERT_FALSE(exchange_lane_announce_sleep(fixture.lanes[0]));
	exchange_lane_announce_awake(fixture.lanes[0]);
	alarm(0);
	close(lanes_fd);
	fixture_fini(&fixture);
}

TEST(every_kick_of_a_client_wakes_though_none_is_read)
{
	struct fixture fixture;
	fixture_init(&fixture);
	int fd = fixture.attachment.worker_wake_fd[1];
	const uint64_t one = 1;
	CU_ASSERT_EQUAL(write(fd, &one, sizeof(one)), (ssize_t)sizeof(one));
	int lanes_fd = lane_wake_open();
	CU_ASSERT_EQUAL(lane_wake_add(lanes_fd, fixture.lanes[1]), 0);
	CU_ASSERT_TRUE(is_readable(lanes_fd)); // the kick before
	for (unsigned i = 0; i < 100; i++) {
		lane_wake_drain(lanes_fd);
		CU_ASSERT_FALSE(is_readable(lanes_fd));
		CU_ASSERT_EQUAL(write(fd, &one, sizeof(one)), (ssize_t)sizeof(one));
		CU_ASSERT_TRUE(is_readable(lanes_fd));
	}
	lane_wake_remove(lanes_fd, fixture.lanes[1]);
	CU_ASSERT_FALSE(is_readable(lanes_fd));
	CU_ASSERT_EQUAL(write(fd, &one, sizeof(one)), (ssize_t)sizeof(one));
	CU_ASSERT_FALSE(is_readable(lanes_fd));
	close(lanes_fd);
	fixture_fini(&fixture);
}

TEST(clients_share_no_wake_up)
{
	struct fixture fixture;
	struct exchange_attachment other;
	fixture_init(&fixture);
	fixture.acknowledges_at_once = true;
	CU_ASSERT_EQUAL(
		exchange_server_attach(fixture.server, PLX_PRIORITY_BULK, "other", 1, &other), 0);
	const uint64_t one = 1;
	uint64_t count;
	for (unsigned worker = 0; worker < WORKERS; worker++) {
		int own_fd = exchange_server_worker_wake_fd(fixture.server, worker);
		CU_ASSERT_EQUAL(read(own_fd, &count, sizeof(count)), (ssize_t)sizeof(count));
		CU_ASSERT_EQUAL(write(other.worker_wake_fd[worker], &one, sizeof(one)),
				(ssize_t)sizeof(one));
		CU_ASSERT_FALSE(is_readable(own_fd));
		CU_ASSERT_FALSE(is_readable(fixture.attachment.worker_wake_fd[worker]));
	}
	fixture_fini(&fixture);
}

static void note_end(void *owner)
{
	unsigned *ends = owner;
	(*ends)++;
}

TEST(client_that_broke_its_rings_is_ended_by_its_owner_or_detached)
{
	struct fixture fixture;
	struct exchange_attachment next;
	struct exchange_client_info info;
	unsigned ends = 0;
	fixture_init(&fixture);
	fixture.acknowledges_at_once = true;
	exchange_server_set_owner(fixture.server, 0, note_end, &ends);
	exchange_server_end(fixture.server, 0);
	exchange_server_end(fixture.server, 0);
	CU_ASSERT_EQUAL(ends, 2); // until the owner detaches
	CU_ASSERT_EQUAL(fixture.detached, 0);
	exchange_server_detach(fixture.server, 0);
	exchange_server_end(fixture.server, 0);
	CU_ASSERT_EQUAL(ends, 2);
	// The next one in this place has no owner and does not inherit one.
	CU_ASSERT_EQUAL(exchange_server_attach(fixture.server, PLX_PRIORITY_BULK, "next", 1, &next),
			0);
	CU_ASSERT_EQUAL(next.client, 0);
	exchange_server_end(fixture.server, 0);
	CU_ASSERT_EQUAL(ends, 2);
	CU_ASSERT_FALSE(exchange_server_client_info(fixture.server, 0, &info));
	exchange_server_end(fixture.server, EXCHANGE_CLIENTS_MAX);
	fixture_fini(&fixture);
}

TEST_MAIN(exchange_server, T(region_is_sealed_and_describes_itself),
	  T(idle_region_touches_little_memory), T(job_is_read_and_its_result_delivered),
	  T(beats_are_counted_up_whatever_the_client_writes_there),
	  T(malformed_record_can_be_skipped),
	  T(impossible_positions_make_a_lane_unreadable_but_no_other),
	  T(result_that_waits_for_room_keeps_no_worker_awake_until_there_is_some),
	  T(region_lives_until_the_last_worker_let_go), T(places_are_limited_and_come_back),
	  T(client_that_never_reads_its_kicks_cannot_block_a_flush),
	  T(client_that_shuts_its_wake_socket_hurts_itself_only),
	  T(full_counters_neither_block_a_worker_nor_keep_it_awake),
	  T(every_kick_of_a_client_wakes_though_none_is_read), T(clients_share_no_wake_up),
	  T(client_that_broke_its_rings_is_ended_by_its_owner_or_detached))

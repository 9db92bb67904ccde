// SPDX-License-Identifier: BSD-3-Clause
// The memfd of one client: sized and sealed before anyone else sees it, then filled in.

#include "exchange/region_create.h"

#include <parallax/exchange/region_layout.h>

#include <errno.h>

#include <sys/mman.h>
#include <unistd.h>

static void region_fill_header(void *base, unsigned worker_count,
			       const struct plx_siphash_key *worker_key)
{
	struct plx_region_header *header = base;
	*header = (struct plx_region_header) {
		.magic = PLX_REGION_MAGIC,
		.version = PLX_EXCHANGE_VERSION,
		.worker_count = worker_count,
		.job_ring_bytes = PLX_JOB_RING_BYTES,
		.result_ring_bytes = PLX_RESULT_RING_BYTES,
		.worker_key = *worker_key,
	};
}

int region_create(unsigned worker_count, const struct plx_siphash_key *worker_key,
		  struct region *ret_region)
{
	size_t length = plx_region_bytes(worker_count);
	int fd = memfd_create("parallax-exchange", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0) {
		return -errno;
	}
	if (ftruncate(fd, (off_t)length) < 0 || fcntl(fd, F_ADD_SEALS, PLX_REGION_SEALS) < 0) {
		int error = -errno;
		close(fd);
		return error;
	}
	void *base = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (base == MAP_FAILED) {
		int error = -errno;
		close(fd);
		return error;
	}
	region_fill_header(base, worker_count, worker_key);
	*ret_region = (struct region) {.base = base, .length = length, .fd = fd};
	return 0;
}

void region_destroy(struct region *region)
{
	if (region->base != NULL) {
		munmap(region->base, region->length);
		close(region->fd);
	}
	*region = (struct region) {0};
}

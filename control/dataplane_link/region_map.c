// SPDX-License-Identifier: BSD-3-Clause
// The seals matter most: without them the other side could truncate the file and kill us with SIGBUS.

#include "dataplane_link/region_map.h"

#include <parallax/base/error.h>

#include <errno.h>
#include <fcntl.h>

#include <sys/mman.h>
#include <sys/stat.h>

static int region_check_file(int fd, uint32_t worker_count)
{
	struct stat status;
	if (fstat(fd, &status) < 0) {
		return -errno;
	}
	int seals = fcntl(fd, F_GET_SEALS);
	if (seals < 0 || (seals & PLX_REGION_SEALS) != PLX_REGION_SEALS ||
	    status.st_size != (off_t)plx_region_bytes(worker_count)) {
		return -EPROTO;
	}
	return 0;
}

static int region_check_header(const struct plx_region_header *header, uint32_t worker_count)
{
	if (header->magic != PLX_REGION_MAGIC || header->worker_count != worker_count) {
		return -EPROTO;
	}
	if (header->version != PLX_EXCHANGE_VERSION ||
	    header->job_ring_bytes != PLX_JOB_RING_BYTES ||
	    header->result_ring_bytes != PLX_RESULT_RING_BYTES) {
		return PLX_ERR_REGION_VERSION;
	}
	return 0;
}

int region_map(int fd, uint32_t worker_count, struct region_mapping *ret_mapping)
{
	int error = region_check_file(fd, worker_count);
	if (error != 0) {
		return error;
	}
	size_t length = plx_region_bytes(worker_count);
	void *base = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (base == MAP_FAILED) {
		return -errno;
	}
	const struct plx_region_header header = *(const struct plx_region_header *)base;
	error = region_check_header(&header, worker_count);
	if (error != 0) {
		munmap(base, length);
		return error;
	}
	*ret_mapping = (struct region_mapping) {
		.base = base, .worker_count = worker_count, .worker_key = header.worker_key};
	return 0;
}

void region_unmap(struct region_mapping *mapping)
{
	if (mapping->base != NULL) {
		munmap(mapping->base, plx_region_bytes(mapping->worker_count));
	}
	*mapping = (struct region_mapping) {0};
}

// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/delegation.h"

#include <string.h>

void delegation_start(struct delegation *delegation, const struct plx_name *zone,
		      uint64_t expires_ns)
{
	// The arrays are written before they are read: clearing them would cost more than all the rest.
	delegation->zone = *zone;
	delegation->expires_ns = expires_ns;
	delegation->name_count = 0;
	delegation->address_count = 0;
	delegation->names_bytes = 0;
}

void delegation_name(const struct delegation *delegation, unsigned index, struct plx_name *ret_name)
{
	unsigned begin = delegation->name_offsets[index];
	unsigned end = index + 1u < delegation->name_count ? delegation->name_offsets[index + 1]
							   : delegation->names_bytes;
	ret_name->length = (uint8_t)(end - begin);
	memcpy(ret_name->wire, delegation->names + begin, ret_name->length);
}

int delegation_add_name(struct delegation *delegation, const struct plx_name *name)
{
	for (unsigned i = 0; i < delegation->name_count; i++) {
		PLX_UNINITIALIZED struct plx_name other;
		delegation_name(delegation, i, &other);
		if (plx_name_equal(&other, name)) {
			return (int)i;
		}
	}
	if (delegation->name_count == DELEGATION_NAMES_MAX ||
	    name->length > DELEGATION_NAMES_BYTES - delegation->names_bytes) {
		return -1;
	}
	unsigned index = delegation->name_count++;
	delegation->name_offsets[index] = delegation->names_bytes;
	memcpy(delegation->names + delegation->names_bytes, name->wire, name->length);
	delegation->names_bytes = (uint16_t)(delegation->names_bytes + name->length);
	return (int)index;
}

bool delegation_add_address(struct delegation *delegation, unsigned index,
			    const struct plx_ip *address)
{
	unsigned of_name = 0;
	for (unsigned i = 0; i < delegation->address_count; i++) {
		if (plx_ip_equal(&delegation->addresses[i], address)) {
			return false;
		}
		of_name += delegation->address_names[i] == index;
	}
	if (delegation->address_count == DELEGATION_ADDRESSES_MAX ||
	    of_name == DELEGATION_NAME_ADDRESSES_MAX) {
		return false;
	}
	delegation->addresses[delegation->address_count] = *address;
	delegation->address_names[delegation->address_count++] = (uint8_t)index;
	return true;
}

bool delegation_has_address(const struct delegation *delegation, unsigned index)
{
	for (unsigned i = 0; i < delegation->address_count; i++) {
		if (delegation->address_names[i] == index) {
			return true;
		}
	}
	return false;
}

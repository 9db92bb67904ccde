// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/nsec.h"

#include "dnssec/name_order.h"
#include "dnssec/wire_name.h"

#include <parallax/base/byte_reader.h>
#include <parallax/base/error.h>
#include <parallax/dns/rr_type.h>

int nsec_parse(const struct plx_name *owner, const struct plx_name *zone, const uint8_t *rdata,
	       size_t length, struct nsec *ret_nsec)
{
	struct plx_reader reader = plx_reader_init(rdata, length);
	struct nsec nsec = {.owner = *owner};
	wire_name_read(&reader, &nsec.next);
	if (reader.failed || !plx_name_is_below(owner, zone) ||
	    !plx_name_is_below(&nsec.next, zone) ||
	    (name_compare(owner, &nsec.next) >= 0 && !plx_name_equal(&nsec.next, zone))) {
		return PLX_ERR_DNS_RDATA;
	}
	int error =
		type_bitmap_parse(rdata + reader.position, length - reader.position, &nsec.types);
	if (error < 0) {
		return error;
	}
	*ret_nsec = nsec;
	return 0;
}

bool nsec_covers(const struct nsec *nsec, const struct plx_name *zone, const struct plx_name *name)
{
	return plx_name_is_below(name, zone) && name_compare(&nsec->owner, name) < 0 &&
	       (plx_name_equal(&nsec->next, zone) || name_compare(name, &nsec->next) < 0);
}

static bool may_speak_of(const struct nsec *nsec, const struct plx_name *name)
{
	return !name_is_strictly_below(name, &nsec->owner) ||
	       (!type_bitmap_is_delegation(&nsec->types) &&
		!type_bitmap_has(&nsec->types, PLX_TYPE_DNAME));
}

bool nsec_denies(const struct nsec *nsec, const struct plx_name *zone, const struct plx_name *name)
{
	return nsec_covers(nsec, zone, name) && !plx_name_is_below(&nsec->next, name) &&
	       may_speak_of(nsec, name);
}

bool nsec_is_empty_non_terminal(const struct nsec *nsec, const struct plx_name *zone,
				const struct plx_name *name)
{
	return nsec_covers(nsec, zone, name) && name_is_strictly_below(&nsec->next, name) &&
	       may_speak_of(nsec, name);
}

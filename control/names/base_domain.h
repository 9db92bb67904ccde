// SPDX-License-Identifier: BSD-3-Clause
// The Base Domain of a name (BR 1.6.1): the public suffix and one label more. Public suffixes are those of the ICANN
// section of the Public Suffix List; its private section is not used (BR 3.2.2.6: registry-controlled suffixes only), so
// that a.github.io has the Base Domain github.io. A lab adds suffixes of its own ("test").

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/dns/name.h>

#include <stddef.h>

// A lab has a few; each name of each order is compared with all.
#define SUFFIX_TABLE_PRIVATE_MAX 64

struct suffix_table;

enum base_domain_state {
	BASE_DOMAIN_NOT_EVALUATED = 0,
	BASE_DOMAIN_FOUND,
	BASE_DOMAIN_IS_SUFFIX,      // the name is itself a public suffix: nobody registered it
	BASE_DOMAIN_UNKNOWN_SUFFIX, // under no known suffix: an Internal Name (BR 1.6.1)
};

// Reads the Public Suffix List: `list_file` in either of libpsl's formats, or, when NULL, the newer of the one libpsl
// was built with and the one the host keeps (Debian's publicsuffix). Once, at start; the only file access of this folder.
// Errors: -ENOENT the list cannot be read, -E2BIG more than SUFFIX_TABLE_PRIVATE_MAX private suffixes, -EINVAL one of
// them is the root or has no value, -ENOMEM. The caller owns *ret_table.
PLX_MUST_CHECK int suffix_table_create(const char *list_file,
				       const struct plx_name *private_suffixes,
				       size_t private_count, struct suffix_table **ret_table);
void suffix_table_destroy(struct suffix_table *table);

// Any thread; the table does not change. A wildcard's "*." is stripped by the caller. ret_base is set for
// BASE_DOMAIN_FOUND only, in lower case, and may be NULL.
PLX_MUST_CHECK enum base_domain_state base_domain_find(const struct suffix_table *table,
						       const struct plx_name *name,
						       struct plx_name *ret_base);
const char *base_domain_state_name(enum base_domain_state state);

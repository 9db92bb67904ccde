// SPDX-License-Identifier: BSD-3-Clause
// A hints file. Oracle: what is accepted is a delegation of the root with addresses, each of a server named; what is
// refused names a line of the file.

#include "fuzz_target.h"
#include "iteration/root_hints.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct delegation hints;
	unsigned line = 0;
	if (root_hints_parse((const char *)data, size, &hints, &line) != ROOT_HINTS_FINE) {
		unsigned lines = 1;
		for (size_t i = 0; i < size; i++) {
			lines += data[i] == '\n';
		}
		must(line >= 1 && line <= lines);
		return 0;
	}
	must(hints.zone.length == 1 && hints.name_count > 0 && hints.address_count > 0);
	must(hints.name_count <= DELEGATION_NAMES_MAX);
	must(hints.address_count <= DELEGATION_ADDRESSES_MAX);
	for (unsigned i = 0; i < hints.name_count; i++) {
		struct plx_name name;
		delegation_name(&hints, i, &name);
		must(plx_name_is_valid_wire(name.wire, name.length));
	}
	for (unsigned i = 0; i < hints.address_count; i++) {
		must(hints.address_names[i] < hints.name_count);
	}
	return 0;
}

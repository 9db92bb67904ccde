// SPDX-License-Identifier: BSD-3-Clause
// A name as text and as wire. Oracle: what parses is valid wire, and text and wire are each other's fix-point; a name
// is below each of its parents.

#include <parallax/dns/name.h>

#include "fuzz_target.h"

#include <string.h>

static void must_survive_text(const struct plx_name *name)
{
	char text[PLX_NAME_TEXT_MAX];
	struct plx_name again;
	size_t length = plx_name_format(name, text);
	must(length == strlen(text) && length < sizeof(text));
	must(plx_name_parse(text, length, &again) == 0);
	must(again.length == name->length && memcmp(again.wire, name->wire, name->length) == 0);
}

static void must_be_below_its_parents(const struct plx_name *name)
{
	struct plx_name lower = *name;
	struct plx_name parent = *name;
	unsigned labels = plx_name_label_count(name);
	plx_name_lower(&lower);
	must(plx_name_equal(name, &lower));
	for (unsigned i = labels; i > 0; i--) {
		must(plx_name_is_below(&lower, &parent));
		must(plx_name_label_count(&parent) == i);
		plx_name_parent(&parent, &parent);
		must(plx_name_is_valid_wire(parent.wire, parent.length));
		must(!plx_name_is_below(&parent, &lower));
	}
	must(parent.length == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_name name = {.length = 0};
	if (plx_name_parse((const char *)data, size, &name) == 0) {
		must(plx_name_is_valid_wire(name.wire, name.length));
		must_survive_text(&name);
		must_be_below_its_parents(&name);
	} else {
		must(name.length == 0);
	}
	if (plx_name_is_valid_wire(data, size)) {
		name.length = (uint8_t)size;
		memcpy(name.wire, data, size);
		must_survive_text(&name);
		must_be_below_its_parents(&name);
	}
	return 0;
}

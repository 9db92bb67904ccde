// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/minimisation.h"

#include <string.h>

// Where the last `label_count` labels of the name begin.
static unsigned suffix_offset(const struct plx_name *name, unsigned total, unsigned label_count)
{
	unsigned offset = 0;
	for (unsigned skip = total; skip > label_count; skip--) {
		offset += 1u + name->wire[offset];
	}
	return offset;
}

static bool begins_with_underscore(const struct plx_name *name, unsigned total,
				   unsigned label_count)
{
	return name->wire[suffix_offset(name, total, label_count) + 1] == '_';
}

// RFC 9156 2.3: single labels first, then the rest in as many equal parts as steps are left. No zone begins between
// labels like _443._tcp: they are taken together.
static void choose_labels(struct minimisation *m, const struct plx_name *name)
{
	unsigned left = m->label_count - m->known;
	if (m->probe_type == 0 || left <= 1 || m->steps >= MINIMISATION_STEPS_MAX) {
		m->asked = m->label_count;
		return;
	}
	unsigned add = 1;
	if (m->steps >= MINIMISATION_SINGLE_LABEL_STEPS) {
		unsigned steps_left = MINIMISATION_STEPS_MAX - m->steps;
		add = (left + steps_left - 1) / steps_left;
	}
	m->steps++;
	m->asked = (uint8_t)(m->known + add);
	while (m->asked < m->label_count &&
	       begins_with_underscore(name, m->label_count, m->asked)) {
		m->asked++;
	}
}

void minimisation_start(struct minimisation *minimisation, const struct plx_name *name,
			uint16_t probe_type, unsigned known_labels)
{
	*minimisation = (struct minimisation) {
		.probe_type = probe_type,
		.label_count = (uint8_t)plx_name_label_count(name),
		.known = (uint8_t)known_labels,
	};
	choose_labels(minimisation, name);
}

bool minimisation_advance(struct minimisation *minimisation, const struct plx_name *name,
			  unsigned known_labels)
{
	bool was_whole = minimisation_is_whole(minimisation);
	if (known_labels > minimisation->known) {
		minimisation->known = (uint8_t)known_labels;
	}
	choose_labels(minimisation, name);
	return !was_whole;
}

void minimisation_fall_back(struct minimisation *minimisation)
{
	minimisation->asked = minimisation->label_count;
	minimisation->probe_type = 0;
}

void minimisation_question(const struct minimisation *minimisation, const struct plx_name *name,
			   uint16_t type, struct plx_name *ret_name, uint16_t *ret_type)
{
	unsigned offset = suffix_offset(name, minimisation->label_count, minimisation->asked);
	ret_name->length = (uint8_t)(name->length - offset);
	memcpy(ret_name->wire, name->wire + offset, ret_name->length);
	*ret_type = minimisation_is_whole(minimisation) ? type : minimisation->probe_type;
}

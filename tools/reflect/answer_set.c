// SPDX-License-Identifier: BSD-3-Clause

#include "reflect/answer_set.h"

#include <parallax/dns/message_reader.h>
#include <parallax/dns/rr_type.h>

#include <stdlib.h>

static int add_tail(struct reflect_answers *answers, enum reflect_kind kind, uint16_t size)
{
	const struct reflect_profile profile = {.kind = kind, .size = size};
	struct reflect_tail *tail = malloc(sizeof(*tail));
	if (tail == NULL) {
		return -1;
	}
	if (reflect_tail_build(&profile, tail) != 0) {
		free(tail); // NULL stays: TC is the answer
		return 0;
	}
	answers->by_size[kind][size] = tail;
	return 0;
}

// Sizes that the run can ask for: all, or the one that was configured.
static bool is_needed(const struct reflect_config *config, enum reflect_kind kind, uint16_t size)
{
	return config->is_by_name || size == 0 ||
	       (config->profile.kind == kind && config->profile.size == size);
}

static int build_all(struct reflect_answers *answers)
{
	for (unsigned k = 0; k < REFLECT_KINDS; k++) {
		enum reflect_kind kind = (enum reflect_kind)k;
		uint16_t most = reflect_kind_size_max(kind);
		answers->by_size[kind] =
			calloc((size_t)most + 1, sizeof(const struct reflect_tail *));
		if (answers->by_size[kind] == NULL) {
			return -1;
		}
		for (uint16_t size = most > 0 ? 1 : 0; size <= most; size++) {
			if (is_needed(&answers->config, kind, size) &&
			    add_tail(answers, kind, size) != 0) {
				return -1;
			}
		}
	}
	return 0;
}

struct reflect_answers *reflect_answers_create(const struct reflect_config *config)
{
	struct reflect_answers *answers = calloc(1, sizeof(*answers));
	if (answers == NULL) {
		return NULL;
	}
	answers->config = *config;
	reflect_tail_build_rcode(PLX_RCODE_NOERROR, &answers->bare);
	answers->bare.flags |= PLX_FLAG_AA;
	reflect_tail_build_rcode(PLX_RCODE_FORMERR, &answers->formerr);
	// Its upper eight bits stand in the OPT record.
	reflect_tail_build_rcode(PLX_RCODE_BADVERS & 0xf, &answers->badvers);
	if (build_all(answers) != 0) {
		reflect_answers_destroy(answers);
		return NULL;
	}
	answers->nodata = answers->by_size[REFLECT_NODATA][0];
	answers->truncated = answers->by_size[REFLECT_TRUNCATED][0];
	answers->fixed = reflect_answers_find(answers, &config->profile);
	return answers;
}

void reflect_answers_destroy(struct reflect_answers *answers)
{
	if (answers == NULL) {
		return;
	}
	for (unsigned kind = 0; kind < REFLECT_KINDS; kind++) {
		const struct reflect_tail **tails = answers->by_size[kind];
		for (unsigned size = 0;
		     tails != NULL && size <= reflect_kind_size_max((enum reflect_kind)kind);
		     size++) {
			free((void *)(uintptr_t)tails[size]);
		}
		free(tails);
	}
	free(answers);
}

const struct reflect_tail *reflect_answers_find(const struct reflect_answers *answers,
						const struct reflect_profile *profile)
{
	const struct reflect_tail *tail = answers->by_size[profile->kind][profile->size];
	return tail != NULL ? tail : answers->truncated;
}

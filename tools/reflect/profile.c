// SPDX-License-Identifier: BSD-3-Clause
// Runs on every query when the first label chooses, hence no library calls.

#include "reflect/profile.h"

#include <errno.h>
#include <stdbool.h>

#define SIZE_DIGITS_MAX 4

static const struct {
	const char *name;
	enum reflect_kind kind;
} words[] = {
	{"nodata", REFLECT_NODATA},
	{"caa", REFLECT_CAA},
	{"txt", REFLECT_TXT},
	{"referral", REFLECT_REFERRAL},
	{"truncated", REFLECT_TRUNCATED},
	{"nxdomain", REFLECT_NXDOMAIN},
	{"servfail", REFLECT_SERVFAIL},
	{"refused", REFLECT_REFUSED},
	{"ref", REFLECT_REFERRAL},
	{"tc", REFLECT_TRUNCATED},
	{"nx", REFLECT_NXDOMAIN},
};

const char *reflect_kind_name(enum reflect_kind kind)
{
	return kind < REFLECT_KINDS ? words[kind].name
				    : "unknown"; // the first of each stand in order
}

uint16_t reflect_kind_size_max(enum reflect_kind kind)
{
	return kind == REFLECT_CAA        ? REFLECT_CAA_MAX
	       : kind == REFLECT_TXT      ? REFLECT_TXT_MAX
	       : kind == REFLECT_REFERRAL ? REFLECT_REFERRAL_MAX
					  : 0;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

// How many leading characters of `text` are letters and equal to `word`; 0 when they are not.
static size_t match(const char *word, const char *text, size_t length)
{
	size_t i = 0;
	while (i < length && word[i] != '\0' && lower(text[i]) == word[i]) {
		i++;
	}
	bool is_longer = i < length && lower(text[i]) >= 'a' && lower(text[i]) <= 'z';
	return word[i] == '\0' && !is_longer ? i : 0;
}

static int parse_size(const char *text, size_t length, uint16_t most, uint16_t *ret_size)
{
	unsigned size = 0;
	if (length == 0 || length > SIZE_DIGITS_MAX) {
		return -EINVAL;
	}
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9') {
			return -EINVAL;
		}
		size = size * 10 + (unsigned)(text[i] - '0');
	}
	if (size == 0 || size > most) {
		return -EINVAL;
	}
	*ret_size = (uint16_t)size;
	return 0;
}

int reflect_profile_parse(const char *text, size_t length, struct reflect_profile *ret_profile)
{
	for (size_t i = 0; i < PLX_ARRAY_SIZE(words); i++) {
		size_t used = match(words[i].name, text, length);
		if (used == 0) {
			continue;
		}
		struct reflect_profile profile = {.kind = words[i].kind};
		uint16_t most = reflect_kind_size_max(profile.kind);
		if (most == 0) {
			if (used != length) {
				return -EINVAL;
			}
		} else {
			used += used < length && text[used] == ':';
			int error = parse_size(text + used, length - used, most, &profile.size);
			if (error != 0) {
				return error;
			}
		}
		*ret_profile = profile;
		return 0;
	}
	return -EINVAL;
}

// SPDX-License-Identifier: BSD-3-Clause

#include "entry_words.h"

#include <parallax/dns/message_reader.h>
#include <parallax/dns/rr_type.h>
#include <parallax/exchange/job.h>

#include <errno.h>
#include <stddef.h>
#include <string.h>

// Unbound's ede=N and ede=any, of an answer to be checked.
static bool read_match_ede(const struct word *word, struct scenario_entry *entry)
{
	struct word value;
	uint64_t code;
	if (!word_value(word, "ede", &value)) {
		return false;
	}
	if (word_is(&value, "any")) {
		return true;
	}
	if (word_number(&value, UINT16_MAX, &code) < 0) {
		return false;
	}
	entry->check.ede = (uint16_t)code;
	return entry->check.has_ede = true;
}

int entry_read_match(const struct line_words *words, struct scenario_entry *entry,
		     struct scenario_fault *fault)
{
	static const char *const names[] = {
#define MATCH_NAME(name) #name,
		MATCH_WORDS(MATCH_NAME)
#undef MATCH_NAME
	};
	for (unsigned i = 1; i < words->count; i++) {
		unsigned word = 0;
		if (read_match_ede(&words->at[i], entry)) {
			continue;
		}
		while (word < MATCH_COUNT && !word_is(&words->at[i], names[word])) {
			word++;
		}
		if (word == MATCH_COUNT) {
			return fault_set(fault, words->line,
					 "MATCH does not know \"%.*s\"; see docs/scenarios.md",
					 WORD_SHOW(&words->at[i]));
		}
		entry->match |= 1u << word;
	}
	return 0;
}

int entry_read_reply(const struct line_words *words, struct scenario_entry *entry,
		     struct scenario_fault *fault)
{
	static const struct {
		const char *name;
		uint16_t flag;
	} flags[] = {{"QR", PLX_FLAG_QR},  {"AA", PLX_FLAG_AA}, {"TC", PLX_FLAG_TC},
		     {"RD", PLX_FLAG_RD},  {"RA", PLX_FLAG_RA}, {"AD", PLX_FLAG_AD},
		     {"CD", PLX_FLAG_CD},  {"DO", 0},           {"QUERY", 0},
		     {"STATUS", 2u << 11}, {"NOTIFY", 4u << 11}};
	for (unsigned i = 1; i < words->count; i++) {
		const struct word *word = &words->at[i];
		unsigned flag = 0;
		while (flag < PLX_ARRAY_SIZE(flags) && !word_is(word, flags[flag].name)) {
			flag++;
		}
		entry->has_do |= word_is(word, "DO");
		if (flag < PLX_ARRAY_SIZE(flags)) {
			entry->flags |= flags[flag].flag;
			continue;
		}
		char text[PLX_RCODE_TEXT_MAX];
		uint16_t rcode = 0;
		while (rcode < 32 && !word_is(word, plx_rcode_format(rcode, text))) {
			rcode++;
		}
		if (rcode == 32) {
			return fault_set(fault, words->line,
					 "REPLY does not know \"%.*s\"; write header flags and an "
					 "RCODE, as in QR RD RA NOERROR",
					 WORD_SHOW(word));
		}
		entry->rcode = rcode;
		entry->has_rcode = true;
	}
	return 0;
}

enum adjust_kind { ADJUST_FLAG, ADJUST_NUMBER, ADJUST_SHARE, ADJUST_DURATION };

struct adjust_word {
	const char *name;
	enum adjust_kind kind;
	size_t flag_offset;
	size_t value_offset;
};

static const struct adjust_word adjust_words[] = {
#define ADJUST_WORD(word, word_kind)                                                               \
	{#word, ADJUST_##word_kind, offsetof(struct entry_adjust, word),                           \
	 offsetof(struct entry_adjust, word##_value)},
	ADJUST_WORDS(ADJUST_WORD)
#undef ADJUST_WORD
};

static int read_adjust_value(const struct adjust_word *adjust, const struct word *word,
			     uint64_t *ret_value)
{
	struct word value;
	if (adjust->kind == ADJUST_FLAG) {
		*ret_value = 1;
		return word_is(word, adjust->name) ? 0 : -EINVAL;
	}
	if (!word_value(word, adjust->name, &value)) {
		return -EINVAL;
	}
	switch (adjust->kind) {
	case ADJUST_NUMBER:
		return word_number(&value, UINT16_MAX, ret_value);
	case ADJUST_SHARE:
		return word_share(&value, ret_value);
	case ADJUST_DURATION:
		return word_duration(&value, ret_value);
	case ADJUST_FLAG:
		break;
	}
	return -EINVAL;
}

int entry_read_adjust(const struct line_words *words, struct scenario_entry *entry,
		      struct scenario_fault *fault)
{
	static const char *const forms[] = {
		[ADJUST_FLAG] = "",
		[ADJUST_NUMBER] = "=NUMBER, up to 65535",
		[ADJUST_SHARE] = "=SHARE, such as 30%",
		[ADJUST_DURATION] = "=DURATION, such as 250ms or 2s",
	};
	for (unsigned i = 1; i < words->count; i++) {
		const struct word *word = &words->at[i];
		const char *equals = memchr(word->text, '=', word->length);
		struct word name = *word;
		name.length = equals != NULL ? (size_t)(equals - word->text) : word->length;
		unsigned at = 0;
		while (at < PLX_ARRAY_SIZE(adjust_words) &&
		       !word_is(&name, adjust_words[at].name)) {
			at++;
		}
		if (at == PLX_ARRAY_SIZE(adjust_words)) {
			return fault_set(fault, words->line,
					 "ADJUST does not know \"%.*s\"; see docs/scenarios.md",
					 WORD_SHOW(&name));
		}
		const struct adjust_word *adjust = &adjust_words[at];
		uint64_t value;
		if (read_adjust_value(adjust, word, &value) < 0) {
			return fault_set(fault, words->line, "\"%.*s\" is wrong; write %s%s",
					 WORD_SHOW(word), adjust->name, forms[adjust->kind]);
		}
		char *fields = (char *)&entry->adjust;
		*(bool *)(fields + adjust->flag_offset) = true;
		memcpy(fields + adjust->value_offset, &value, sizeof(value));
	}
	return 0;
}

static int read_job_word(const struct word *word, struct entry_job *job)
{
	struct word value;
	uint64_t number;
	if (word_is(word, "lookup") || word_is(word, "relevant-caa")) {
		job->is_relevant_caa = word_is(word, "relevant-caa");
	} else if (word_is(word, "interactive")) {
		job->is_interactive = true;
	} else if (word_is(word, "no-cache")) {
		job->is_uncached = true;
	} else if (word_is(word, "tcp-only")) {
		job->is_tcp_only = true;
	} else if (word_value(word, "timeout", &value)) {
		uint64_t max_ns = PLX_JOB_TIMEOUT_MS_MAX * 1000000ull;
		if (word_duration(&value, &number) < 0 || number == 0 || number > max_ns) {
			return -EINVAL;
		}
		job->timeout_ms = (uint32_t)(number / 1000000);
	} else if (word_value(word, "attempts", &value)) {
		if (word_number(&value, PLX_JOB_ATTEMPTS_MAX, &number) < 0) {
			return -EINVAL;
		}
		job->attempts = (uint8_t)number;
	} else if (word_value(word, "repeat", &value)) {
		if (word_number(&value, 10000, &number) < 0) {
			return -EINVAL;
		}
		job->repeat = (uint32_t)number;
	} else {
		return -EINVAL;
	}
	return 0;
}

int entry_read_job(const struct line_words *words, struct scenario_entry *entry,
		   struct scenario_fault *fault)
{
	for (unsigned i = 1; i < words->count; i++) {
		if (read_job_word(&words->at[i], &entry->job) < 0) {
			return fault_set(
				fault, words->line,
				"JOB does not know \"%.*s\"; write lookup, relevant-caa, "
				"tcp-only, no-cache, interactive, timeout=2s, attempts=1 or "
				"repeat=1000",
				WORD_SHOW(&words->at[i]));
		}
	}
	return 0;
}

static bool read_status(const struct word *word, struct entry_check *check)
{
	for (unsigned i = PLX_STATUS_NOT_EVALUATED + 1; i < PLX_STATUS_COUNT; i++) {
		if (word_is(word, plx_status_name((enum plx_status)i))) {
			check->status = (enum plx_status)i;
			return check->has_status = true;
		}
	}
	return false;
}

static bool read_dnssec(const struct word *word, struct entry_check *check)
{
	for (unsigned i = 0; i < PLX_DNSSEC_COUNT; i++) {
		if (word_is(word, plx_dnssec_name((enum plx_dnssec)i))) {
			check->dnssec = (enum plx_dnssec)i;
			return check->has_dnssec = true;
		}
	}
	return false;
}

static bool read_transport(const struct word *word, struct entry_check *check)
{
	for (unsigned i = 0; i < PLX_TRANSPORT_COUNT; i++) {
		if (word_is(word, plx_transport_name((enum plx_transport)i))) {
			check->transport = (enum plx_transport)i;
			return check->has_transport = true;
		}
	}
	return false;
}

static bool read_found_at(const struct word *word, struct entry_check *check)
{
	check->has_found_at = true;
	check->found_at.length = 0;
	return word_is(word, "none") ||
	       plx_name_parse(word->text, word->length, &check->found_at) == 0;
}

static bool read_ede(const struct word *word, struct entry_check *check)
{
	uint64_t code;
	if (word_number(word, UINT16_MAX, &code) < 0) {
		return false;
	}
	check->ede = (uint16_t)code;
	return check->has_ede = true;
}

static bool read_server(const struct word *word, struct entry_check *check)
{
	char text[PLX_IP_TEXT_MAX];
	check->has_server = true;
	return word_copy(word, text, sizeof(text)) && plx_ip_parse(text, &check->server) == 0;
}

static bool read_share(const struct word *word, struct entry_check *check)
{
	uint64_t permille;
	if (word_share(word, &permille) < 0) {
		return false;
	}
	check->share_permille = (uint32_t)permille;
	return true;
}

int entry_read_check(const struct line_words *words, struct scenario_entry *entry,
		     struct scenario_fault *fault)
{
	static const struct {
		const char *name;
		bool (*read)(const struct word *word, struct entry_check *check);
		const char *form;
	} keywords[] = {
		{"STATUS", read_status, "TIMEOUT, TRUNCATED, MALFORMED, BOGUS, LAME, LOOP, LIMIT"},
		{"DNSSEC", read_dnssec, "secure, insecure, bogus, indeterminate, unchecked"},
		{"TRANSPORT", read_transport, "udp, tcp or none"},
		{"FOUND_AT", read_found_at, "a name or none"},
		{"EDE", read_ede, "an RFC 8914 info-code"},
		{"SERVER", read_server, "an address"},
		{"AT_LEAST", read_share, "a share such as 97.5%"},
	};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(keywords); i++) {
		if (!word_is(&words->at[0], keywords[i].name)) {
			continue;
		}
		if (words->count != 2 || !keywords[i].read(&words->at[1], &entry->check)) {
			return fault_set(fault, words->line, "%s needs %s", keywords[i].name,
					 keywords[i].form);
		}
		return 1;
	}
	return 0;
}

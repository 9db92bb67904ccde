// SPDX-License-Identifier: BSD-3-Clause

#include "world_settings.h"

#include <errno.h>
#include <string.h>

#define DNS_PORT 53

static int read_upstream_word(const struct word *word, struct upstream_config *config)
{
	struct word value;
	uint64_t number;
	if (word_is(word, "trusted")) {
		config->is_trusted = true;
		return 0;
	}
	if (word_value(word, "rate", &value) && word_number(&value, UINT32_MAX, &number) == 0) {
		config->rate_qps = (uint32_t)number;
		return 0;
	}
	if (word_value(word, "in-flight", &value) &&
	    word_number(&value, UINT32_MAX, &number) == 0) {
		config->in_flight_max = (uint32_t)number;
		return 0;
	}
	return -EINVAL;
}

static int read_upstream(struct world *world, const struct line_words *words,
			 struct scenario_fault *fault)
{
	char text[PLX_ENDPOINT_TEXT_MAX];
	struct upstream_config config = {0};
	if (world->upstream_count == UPSTREAMS_MAX) {
		return fault_set(fault, words->line, "more than %u upstreams", UPSTREAMS_MAX);
	}
	if (!word_copy(&words->at[0], text, sizeof(text)) ||
	    plx_endpoint_parse(text, DNS_PORT, &config.endpoint) < 0) {
		return fault_set(fault, words->line, "\"%.*s\" is no address",
				 WORD_SHOW(&words->at[0]));
	}
	for (unsigned i = 1; i < words->count; i++) {
		if (read_upstream_word(&words->at[i], &config) < 0) {
			return fault_set(fault, words->line,
					 "upstream does not know \"%.*s\"; write ADDRESS "
					 "[trusted] [rate=N] [in-flight=N]",
					 WORD_SHOW(&words->at[i]));
		}
	}
	world->upstreams[world->upstream_count++] = config;
	(void)world_take_server(world, &config.endpoint);
	return 0;
}

int world_read_common_setting(struct world *world, const struct scenario_setting *setting,
			      const struct line_words *words, struct scenario_fault *fault)
{
	const struct word *value = &words->at[0];
	if (strcmp(setting->key, "rtt") == 0) {
		return word_duration(value, &world->rtt_ns) == 0
			       ? 1
			       : fault_set(fault, setting->line, "rtt needs a duration: 10ms");
	}
	if (strcmp(setting->key, "seed") == 0) {
		return word_number(value, UINT32_MAX, &world->seed) == 0
			       ? 1
			       : fault_set(fault, setting->line, "seed needs a number");
	}
	return 0;
}

int world_split_setting(const struct scenario_setting *setting, struct line_words *ret_words,
			struct scenario_fault *fault)
{
	struct line_reader reader = line_reader_init(setting->value, strlen(setting->value));
	int has_words = line_read(&reader, ret_words, fault);
	if (has_words <= 0) {
		return has_words < 0 ? has_words
				     : fault_set(fault, setting->line, "\"%s\" has no value",
						 setting->key);
	}
	ret_words->line = setting->line;
	return 0;
}

static int read_setting(struct world *world, const struct scenario_setting *setting,
			const struct line_words *words, struct scenario_fault *fault)
{
	if (strcmp(setting->key, "upstream") == 0) {
		return read_upstream(world, words, fault);
	}
	int is_common = world_read_common_setting(world, setting, words, fault);
	if (is_common != 0) {
		return is_common < 0 ? is_common : 0;
	}
	return fault_set(fault, setting->line,
			 "\"%s\" is not known to the stub resolver; write upstream, rtt or seed",
			 setting->key);
}

int world_read_settings(struct world *world, struct scenario_fault *fault)
{
	static struct line_words words; // one thread
	const struct scenario *scenario = world->scenario;
	for (unsigned i = 0; i < scenario->setting_count; i++) {
		const struct scenario_setting *setting = &scenario->settings[i];
		int error = world_split_setting(setting, &words, fault);
		if (error == 0) {
			error = read_setting(world, setting, &words, fault);
		}
		if (error < 0) {
			return error;
		}
	}
	return 0;
}

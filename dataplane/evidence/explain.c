// SPDX-License-Identifier: BSD-3-Clause
// The tree. Steps up to a proof belong to one name; a query hangs below the last referral to the zone that it asked.

#include "evidence/explain.h"

#include <parallax/dns/rr_type.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 3000 // two names, written out, and words
#define BRANCH_BYTES 3
#define NO_PARENT (-1)

static const char *const colours[] = {
	[EXPLAIN_PLAIN] = "",        [EXPLAIN_DIM] = "\033[2m",
	[EXPLAIN_GOOD] = "\033[32m", [EXPLAIN_DOUBTFUL] = "\033[33m",
	[EXPLAIN_BAD] = "\033[31m",
};

static void PLX_PRINTF(2, 0)
	print(struct explanation *explanation, const char *format, va_list arguments)
{
	char line[LINE_MAX_BYTES];
	vsnprintf(line, sizeof(line), format, arguments);
	plx_text_string(explanation->text, line);
}

void explain_print(struct explanation *explanation, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	print(explanation, format, arguments);
	va_end(arguments);
}

void explain_paint(struct explanation *explanation, enum explain_colour colour, const char *format,
		   ...)
{
	va_list arguments;
	bool is_painted = explanation->has_colours && colour != EXPLAIN_PLAIN;
	va_start(arguments, format);
	plx_text_string(explanation->text, is_painted ? colours[colour] : "");
	print(explanation, format, arguments);
	plx_text_string(explanation->text, is_painted ? "\033[0m" : "");
	va_end(arguments);
}

void explain_safe(struct explanation *explanation, const char *octets, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (octets[i] >= ' ' && octets[i] <= '~') {
			plx_text_character(explanation->text, octets[i]);
		} else {
			explain_print(explanation, "\\%03u", (unsigned)(uint8_t)octets[i]);
		}
	}
}

enum explain_colour explain_dnssec_colour(enum plx_dnssec dnssec)
{
	switch (dnssec) {
	case PLX_DNSSEC_SECURE:
		return EXPLAIN_GOOD;
	case PLX_DNSSEC_INSECURE:
	case PLX_DNSSEC_UNCHECKED:
		return EXPLAIN_DOUBTFUL;
	case PLX_DNSSEC_BOGUS:
	case PLX_DNSSEC_INDETERMINATE:
	case PLX_DNSSEC_COUNT:
		break;
	}
	return EXPLAIN_BAD;
}

struct tree {
	unsigned from;
	unsigned end; // behind the last step of this name, its proof among them
	int parents[PLX_TRACE_STEPS_MAX];
	char prefix[BRANCH_BYTES * (PLX_TRACE_STEPS_MAX + 1) + 1];
	size_t prefix_length;
};

static int find_parent(struct replay *replay, unsigned from, unsigned index)
{
	const struct replayed_step *step = &replay->steps[index];
	for (unsigned i = index; replay->evidence->steps[index].kind == PLX_TRACE_QUERY && i > from;
	     i--) {
		const struct replayed_step *above = &replay->steps[i - 1];
		if (above->is_readable && above->kind == ZONE_REPLY_REFERRAL &&
		    plx_name_equal(
			    &replay_judge_step(replay, i - 1)->referral.servers.delegation.zone,
			    &step->zone)) {
			return (int)i - 1;
		}
	}
	return NO_PARENT;
}

static int next_child(const struct tree *tree, int parent, unsigned from)
{
	for (unsigned i = from; i < tree->end; i++) {
		if (tree->parents[i] == parent) {
			return (int)i;
		}
	}
	return -1;
}

// Recursion ends: a child comes after its parent, and there are at most PLX_TRACE_STEPS_MAX of them.
static void print_children(struct explanation *explanation, struct tree *tree, int parent)
{
	int child = next_child(tree, parent, tree->from);
	while (child >= 0) {
		int next = next_child(tree, parent, (unsigned)child + 1);
		size_t before = tree->prefix_length;
		plx_text_append(explanation->text, tree->prefix, before);
		explain_paint(explanation, EXPLAIN_DIM, "%s", next >= 0 ? "|- " : "`- ");
		explain_step(explanation, (unsigned)child);
		plx_text_character(explanation->text, '\n');
		memcpy(tree->prefix + before, next >= 0 ? "|  " : "   ", BRANCH_BYTES);
		tree->prefix_length = before + BRANCH_BYTES;
		print_children(explanation, tree, child);
		tree->prefix_length = before;
		child = next;
	}
}

static unsigned name_end(const struct plx_evidence *evidence, unsigned from)
{
	unsigned end = from;
	while (end < evidence->step_count && evidence->steps[end].kind != PLX_TRACE_PROOF) {
		end++;
	}
	return end < evidence->step_count ? end + 1 : end;
}

// The steps from `from` on ask for a name once more whose answer was bogus.
static bool is_second(const struct plx_evidence *evidence, unsigned from, unsigned end)
{
	const struct plx_trace_step *before = from > 0 ? &evidence->steps[from - 1] : NULL;
	const struct plx_trace_step *proof = &evidence->steps[end - 1];
	if (before == NULL || before->kind != PLX_TRACE_PROOF) {
		return false;
	}
	return proof->kind == PLX_TRACE_PROOF
		       ? proof->type == before->type && plx_name_equal(&proof->name, &before->name)
		       : before->dnssec == PLX_DNSSEC_BOGUS && before->verdict != PLX_TRACE_FAILED;
}

static void print_steps(struct explanation *explanation, struct tree *tree)
{
	const struct plx_evidence *evidence = explanation->replay->evidence;
	struct plx_name ancestor = evidence->job.name;
	if (evidence->job.kind == PLX_JOB_RELEVANT_CAA) {
		plx_name_strip_wildcard(&ancestor);
	}
	for (tree->from = 0; tree->from < evidence->step_count; tree->from = tree->end) {
		char name[PLX_NAME_TEXT_MAX];
		char type[PLX_TYPE_TEXT_MAX];
		tree->end = name_end(evidence, tree->from);
		for (unsigned i = tree->from; i < tree->end; i++) {
			tree->parents[i] = find_parent(explanation->replay, tree->from, i);
		}
		const bool is_again = is_second(evidence, tree->from, tree->end);
		if (!is_again && tree->from > 0) {
			plx_name_parent(&ancestor, &ancestor);
		}
		plx_name_format(&ancestor, name);
		explain_print(explanation, "%s %s%s\n", name,
			      plx_type_format(evidence->job.qtype, type),
			      is_again ? ", once more of other servers or by TCP" : "");
		print_children(explanation, tree, NO_PARENT);
	}
}

static void print_head(struct explanation *explanation)
{
	const struct plx_evidence *evidence = explanation->replay->evidence;
	char name[PLX_NAME_TEXT_MAX];
	char type[PLX_TYPE_TEXT_MAX];
	plx_name_format(&evidence->job.name, name);
	explain_print(explanation, "%s %s%s%s\n", name, plx_type_format(evidence->job.qtype, type),
		      evidence->job.kind == PLX_JOB_RELEVANT_CAA
			      ? ", the relevant records by the climb of RFC 8659"
			      : "",
		      evidence->job.flags & PLX_JOB_NO_CACHE
			      ? ", nothing remembered but the root and the TLD"
			      : "");
	const struct trust_anchors *anchors = &evidence->anchors;
	explain_print(explanation, "trust anchors:%s", anchors->zone_count == 0 ? " none" : "");
	for (unsigned i = 0; i < anchors->zone_count; i++) {
		plx_name_format(&anchors->zones[i].zone, name);
		for (unsigned k = 0; k < anchors->zones[i].count; k++) {
			explain_print(explanation, "%s %s %u", i + k > 0 ? "," : "", name,
				      anchors->zones[i].entries[k].tag);
		}
	}
	explain_print(explanation, "\n\n");
}

int plx_explain(const struct plx_evidence *evidence, bool has_colours, struct plx_text *text)
{
	const size_t before = text->length;
	struct explanation explanation = {.text = text, .has_colours = has_colours};
	struct tree *tree = calloc(1, sizeof(*tree));
	explanation.replay = calloc(1, sizeof(*explanation.replay));
	bool has_memory = tree != NULL && explanation.replay != NULL;
	if (has_memory) {
		explanation.replay->evidence = evidence;
		replay_messages(explanation.replay);
		print_head(&explanation);
		print_steps(&explanation, tree);
		explain_result(&explanation);
	}
	free(explanation.replay);
	free(tree);
	if (!has_memory || text->failed) {
		plx_text_rewind(text, before);
		return !has_memory || text->grows ? -ENOMEM : -ENOSPC;
	}
	return 0;
}

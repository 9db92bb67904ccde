// SPDX-License-Identifier: BSD-3-Clause
// Which method the words of a command line name, and which of the two daemons has it. The tables of methods know all
// commands; some (status, drain ...) are both daemons'.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/protocol/rpc_method.h>

#include <stdbool.h>

#define COMMAND_WORDS_MAX 64
#define COMMAND_LIST_MAX 160 // octets of text, NUL included

struct command_fault;

// The words after the program's own flags were taken out.
struct command_words {
	const char *word[COMMAND_WORDS_MAX];
	unsigned count;
};

struct command_choice {
	const struct plx_method *method;
	unsigned matched; // words of the command itself
	bool is_of_dataplane, is_of_control;
};

// -EINVAL and the fault.
PLX_MUST_CHECK int command_choose(const struct command_words *words,
				  struct command_choice *ret_choice, struct command_fault *fault);
// The commands that begin with the words of this one, separated by commas; "" when there is none.
void command_list_longer(const char *command, char text[static COMMAND_LIST_MAX]);
// How many parameters come first, without a flag.
unsigned command_required_count(const struct plx_method *method);
// Fills the fault; returns -EINVAL.
int command_fault(struct command_fault *fault, const char *format, ...) PLX_PRINTF(2, 3);

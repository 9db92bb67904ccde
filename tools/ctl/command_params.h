// SPDX-License-Identifier: BSD-3-Clause
// The words after a command as the parameters that its method declares: required ones by place or by flag, others by
// flag. A parameter that is an object is read from a file, standard input (-), or the word itself when it begins with {.

#pragma once

#include <parallax/base/attributes.h>

#include "command_choice.h"

#include <stddef.h>

struct command_fault;
struct json_t;

// Into `params`, an object. -EINVAL and the fault.
PLX_MUST_CHECK int command_params_read(const struct command_choice *choice,
				       const struct command_words *words, struct json_t *params,
				       struct command_fault *fault);

// A parameter as people write it: --name, and what stands for its value in help.
void command_param_flag(const struct plx_param *param, char *text, size_t size);
void command_param_argument(const struct plx_param *param, char *text, size_t size);

// SPDX-License-Identifier: BSD-3-Clause
// Values of a body as pydantic reads them without its strict mode: "3", 3.0 and true are whole numbers, "yes" and 1 are
// true; text is text only. What cannot be read is added to the issues at their present place. Pure.

#pragma once

#include "open_mpic/issue_list.h"

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdint.h>

struct json_t;

// False and an issue; the value is untouched then.
PLX_MUST_CHECK bool lax_integer_read(const struct json_t *value, struct issue_list *issues,
				     int64_t *ret_number);
PLX_MUST_CHECK bool lax_boolean_read(const struct json_t *value, struct issue_list *issues,
				     bool *ret_boolean);
PLX_MUST_CHECK bool lax_text_read(const struct json_t *value, struct issue_list *issues,
				  const char **ret_text);
// An array of texts; issues name the entries.
PLX_MUST_CHECK bool lax_texts_check(const struct json_t *value, struct issue_list *issues);
// An object of texts.
PLX_MUST_CHECK bool lax_text_members_check(struct json_t *value, struct issue_list *issues);

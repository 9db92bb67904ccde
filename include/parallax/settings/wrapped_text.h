// SPDX-License-Identifier: BSD-3-Clause
// Help and documents made from the tables of settings.

#pragma once

#include <stdio.h>

#define PLX_WRAPPED_TEXT_COLUMNS 100

// The words of `text` in lines of that many columns, each but the first after `indent`, and a newline.
void plx_wrapped_text_print(FILE *out, const char *text, const char *indent);

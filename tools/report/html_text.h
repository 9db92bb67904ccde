// SPDX-License-Identifier: BSD-3-Clause
// Text of strangers in an HTML page: names, DNS records, reference texts. For text between tags only; nothing of theirs
// goes into an attribute, a style or a script.

#pragma once

#include <stdio.h>

// UTF-8 in; markup is escaped. Characters that cannot be seen, or that turn the order of others round (controls, bidi and
// zero-width marks), are shown as U+XXXX. What is not UTF-8 is shown as U+FFFD.
void html_text(FILE *out, const char *text);

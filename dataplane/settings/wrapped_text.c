// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/settings/wrapped_text.h>

#include <string.h>

void plx_wrapped_text_print(FILE *out, const char *text, const char *indent)
{
	size_t room = PLX_WRAPPED_TEXT_COLUMNS - strlen(indent), used = 0;
	while (*text != '\0') {
		size_t word = strcspn(text, " ");
		if (used > 0 && used + 1 + word > room) {
			fprintf(out, "\n%s", indent);
			used = 0;
		} else if (used > 0) {
			fputc(' ', out);
			used++;
		}
		fprintf(out, "%.*s", (int)word, text);
		used += word;
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

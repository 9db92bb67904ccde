// SPDX-License-Identifier: BSD-3-Clause

#include "readiness/readiness_options.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

// The value of "--flag VALUE" or "--flag=VALUE"; false: another word. `index` moves past what was used.
static bool flag_value(const char *const *words, unsigned count, unsigned *index, const char *flag,
		       const char **ret_value)
{
	const char *word = words[*index];
	size_t length = strlen(flag);
	if (strncmp(word, flag, length) != 0 || (word[length] != '\0' && word[length] != '=')) {
		return false;
	}
	if (word[length] == '=') {
		*ret_value = word + length + 1;
	} else {
		*index += 1;
		*ret_value = *index < count ? words[*index] : "";
	}
	return true;
}

int readiness_options_read(const char *const *words, unsigned count,
			   struct readiness_options *ret_options, char *ret_fault,
			   size_t fault_size)
{
	struct readiness_options options = {0};
	for (unsigned i = 0; i < count; i++) {
		unsigned first = i;
		const char **option = NULL;
		const char *value = "";
		if (flag_value(words, count, &i, "--input", &value)) {
			option = &options.input_path;
		} else if (flag_value(words, count, &i, "--html", &value)) {
			option = &options.html_path;
		} else {
			snprintf(ret_fault, fault_size,
				 "readiness: \"%s\" is not known; --help lists all", words[i]);
			return -EINVAL;
		}
		if (value[0] == '\0' || *option != NULL) {
			snprintf(ret_fault, fault_size, "readiness: %.*s: %s",
				 (int)strcspn(words[first], "="), words[first],
				 value[0] == '\0' ? "a file must follow" : "given twice");
			return -EINVAL;
		}
		*option = value;
	}
	if (options.input_path == NULL) {
		snprintf(ret_fault, fault_size,
			 "readiness: --input FILE is missing: the orders, one JSON object a line; "
			 "\"-\" reads standard input");
		return -EINVAL;
	}
	*ret_options = options;
	return 0;
}

void readiness_options_print_help(FILE *out)
{
	fputs("  readiness --input FILE [--html FILE]\n"
	      "        Runs a list of orders in report-only mode and tells who would fail under "
	      "enforcement, and why.\n"
	      "          --input        the orders, one JSON object a line as POST /v1/orders "
	      "takes "
	      "it; - is standard input\n"
	      "          --html         writes the report as a self-contained page as well\n",
	      out);
}

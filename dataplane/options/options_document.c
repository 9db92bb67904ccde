// SPDX-License-Identifier: BSD-3-Clause
// parallax-options-document: writes the documents that are made from the table of options. tools/check and the test
// `configuration documents are current` compare them with what is in the tree.

#include "options/options.h"

#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	const char *form = argc == 2 ? argv[1] : "";
	if (strcmp(form, "markdown") == 0) {
		options_print_markdown(stdout);
	} else if (strcmp(form, "example") == 0) {
		options_print_example(stdout);
	} else if (strcmp(form, "help") == 0) {
		options_print_help(stdout);
	} else {
		fprintf(stderr, "usage: parallax-options-document markdown|example|help\n");
		return EXIT_FAILURE;
	}
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

// SPDX-License-Identifier: BSD-3-Clause
// Prints the commented example or the document: parallax-config-document example|markdown

#include "config/config.h"

#include <string.h>

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "example") == 0) {
		config_print_example(stdout);
	} else if (argc == 2 && strcmp(argv[1], "markdown") == 0) {
		config_print_markdown(stdout);
	} else {
		fputs("usage: parallax-config-document example|markdown\n", stderr);
		return 1;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}

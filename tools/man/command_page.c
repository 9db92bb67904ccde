// SPDX-License-Identifier: BSD-3-Clause
// Prints parallaxctl's manual page: the file named by its argument, with the line @COMMANDS@ replaced by what the
// method table says.

#include <parallax/protocol/control_methods.h>
#include <parallax/protocol/dataplane_methods.h>
#include <parallax/protocol/rpc_method.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 1024

// What scdoc would take for markup is escaped.
static void print_escaped(const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("_*\\#~", *text) != NULL) {
			putchar('\\');
		}
		putchar(*text);
	}
}

static void print_argument(const struct plx_param *param)
{
	if (param->argument != NULL) {
		print_escaped(param->argument);
		return;
	}
	for (const char *c = param->name; *c != '\0'; c++) {
		char upper[2] = {(char)toupper((unsigned char)*c), '\0'};
		print_escaped(upper);
	}
}

static void print_flag_name(const char *name)
{
	for (; *name != '\0'; name++) {
		putchar(*name == '_' ? '-' : *name);
	}
}

static void print_params(const struct plx_method *method)
{
	size_t count = plx_method_param_count(method);
	for (size_t i = 0; i < count; i++) {
		const struct plx_param *param = &method->params[i];
		printf("\n\t");
		if (!param->is_required) {
			printf("*--");
			print_flag_name(param->name);
			printf("*");
		}
		if (param->is_required || param->type != PLX_PARAM_BOOLEAN) {
			printf("%s", param->is_required ? "" : " ");
			print_argument(param);
		}
		printf(": ");
		print_escaped(param->help);
		printf(".\n");
	}
}

static void print_commands(const struct plx_method *methods, size_t method_count)
{
	for (size_t i = 0; i < method_count; i++) {
		const struct plx_method *method = &methods[i];
		if (method->command == NULL) {
			continue;
		}
		printf("*%s*", method->command);
		size_t count = plx_method_param_count(method);
		for (size_t j = 0; j < count && method->params[j].is_required; j++) {
			putchar(' ');
			print_argument(&method->params[j]);
		}
		printf("\n\t");
		print_escaped(method->help);
		printf(" (%s).\n", method->name);
		print_params(method);
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	FILE *page = argc == 2 ? fopen(argv[1], "re") : NULL;
	if (page == NULL) {
		fprintf(stderr, "Usage: parallaxctl-page TEMPLATE\n");
		return EXIT_FAILURE;
	}
	char line[LINE_MAX_BYTES];
	while (fgets(line, sizeof(line), page) != NULL) {
		if (strcmp(line, "@COMMANDS@\n") == 0) {
			printf("## Of parallaxd\n\n");
			print_commands(plx_control_methods, plx_control_method_count);
			printf("## Of parallax-dataplane\n\n");
			print_commands(plx_dataplane_methods, plx_dataplane_method_count);
			printf("## Of both\n\n");
		} else {
			fputs(line, stdout);
		}
	}
	fclose(page);
	return EXIT_SUCCESS;
}

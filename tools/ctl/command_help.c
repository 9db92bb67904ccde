// SPDX-License-Identifier: BSD-3-Clause
// --help, from the tables of methods.

#include <parallax/exchange/client.h>
#include <parallax/protocol/control_methods.h>
#include <parallax/protocol/dataplane_methods.h>

#include "command_line.h"
#include "command_params.h"

#include <string.h>

#define FLAG_MAX 64

static void print_method(FILE *out, const struct plx_method *method)
{
	size_t count = plx_method_param_count(method);
	fprintf(out, "  %s", method->command);
	for (size_t i = 0; i < count; i++) {
		char flag[FLAG_MAX], argument[FLAG_MAX];
		const struct plx_param *param = &method->params[i];
		command_param_flag(param, flag, sizeof(flag));
		command_param_argument(param, argument, sizeof(argument));
		if (param->is_required) {
			fprintf(out, " %s", argument);
		} else if (param->type == PLX_PARAM_BOOLEAN) {
			fprintf(out, " [%s]", flag);
		} else {
			fprintf(out, " [%s %s]", flag,
				param->type == PLX_PARAM_INTEGER ? "NUMBER" : argument);
		}
	}
	fprintf(out, "\n        %s.\n", method->help);
	for (size_t i = 0; i < count; i++) {
		char word[FLAG_MAX];
		const struct plx_param *param = &method->params[i];
		if (param->is_required) {
			command_param_argument(param, word, sizeof(word));
		} else {
			command_param_flag(param, word, sizeof(word));
		}
		fprintf(out, "          %-14s %s\n", word, param->help);
	}
}

static void print_methods(FILE *out, const struct plx_method *methods, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (methods[i].command != NULL) {
			print_method(out, &methods[i]);
		}
	}
}

void command_line_print_help(FILE *out)
{
	fprintf(out, "usage: parallaxctl [--socket PATH] [--json] COMMAND\n"
		     "Asks the daemons of this host through their control sockets: parallaxd "
		     "at\n" PLX_CONTROL_SOCKET_DEFAULT
		     ", parallax-dataplane at\n" PLX_DATAPLANE_SOCKET_DEFAULT
		     ". Commands of both ask each that is there.\n\nOf parallaxd:\n");
	print_methods(out, plx_control_methods, plx_control_method_count);
	fprintf(out, "\nOf parallax-dataplane:\n");
	print_methods(out, plx_dataplane_methods, plx_dataplane_method_count);
	fprintf(out,
		"\nOf files:\n"
		"  explain --evidence FILE\n"
		"        Shows how a recorded look-up came to its result, as explain does of a "
		"new one, of which\n        --output FILE keeps the evidence.\n"
		"  audit evidence SHA256|ORDER --output PATH\n"
		"        Writes the file of that digest, else one file for each look-up of the "
		"order into "
		"a folder.\n"
		"  replay FILE\n"
		"        Judges evidence again from its octets alone. Exit status: 0 it agrees; "
		"1 it differs; 2 it\n        cannot be read.\n");
	fprintf(out, "\nOf both:\n");
	fprintf(out,
		"  watch [--count NUMBER]\n"
		"        One screen that shows how the dataplane is doing, anew each second; with "
		"parallaxd's\n        socket (--socket), orders, modes and perspectives.\n");
	readiness_options_print_help(out);
	fprintf(out,
		"\n"
		"--json prints the daemon's answer as JSON. Exit status: 0 done; 1 the command "
		"is wrong or was\nrefused; 2 it ran, and the order is refused, the look-up has no "
		"definitive "
		"answer, or the log is not whole; 3 the daemon "
		"cannot be reached.\n");
}

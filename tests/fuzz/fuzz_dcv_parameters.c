// SPDX-License-Identifier: BSD-3-Clause
// DCV parameters as a caller of the API sends them: the method's number, then lines for challenge, token, key
// authorization, hash, path, prefix, account, header name and header value. Oracle: what is found OK makes a query, and
// no octet of it can end a line, leave the well-known folder or name another host.

#include "policy/dcv_query.h"

#include <parallax/dns/rr_type.h>

#include "fuzz_target.h"

#include <string.h>

#define NOW 1770000000 // every method was in force

static const struct dcv_switches strict = {0};

static const char *line_next(char **rest)
{
	const char *line = strsep(rest, "\x1e");
	return line == NULL || line[0] == '\0' ? NULL : line;
}

static bool is_plain(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f) {
			return false;
		}
	}
	return true;
}

static void check_query(const struct dcv_parameters *parameters, bool is_ip)
{
	struct plx_name domain;
	struct plx_name reverse;
	struct plx_ip ip = {{192, 0, 2, 7}, 4};
	struct dcv_query query;
	must(plx_name_parse("a.test", 6, &domain) == 0);
	must(plx_name_parse("7.2.0.192.in-addr.arpa", 22, &reverse) == 0);
	struct dcv_target target = {.domain = is_ip ? NULL : &domain,
				    .ip = is_ip ? &ip : NULL,
				    .reverse_name = is_ip ? &reverse : NULL};
	must(dcv_query_make(parameters, &target, &query) == 0);
	if (query.kind == DCV_QUERY_HTTP) {
		const char *front =
			is_ip ? "http://192.0.2.7/.well-known/" : "http://a.test/.well-known/";
		must(strncmp(query.url, front, strlen(front)) == 0);
		must(is_plain(query.url) && strpbrk(query.url, "?#%\\@ ") == NULL);
		must(strstr(query.url, "/../") == NULL && strstr(query.url, "/./") == NULL);
		for (size_t i = 0; i < parameters->http_header_count; i++) {
			must(is_plain(parameters->http_headers[i].value));
			must(strcasecmp(parameters->http_headers[i].name, "host") != 0);
			must(strpbrk(parameters->http_headers[i].name, ": \r\n") == NULL);
		}
	} else {
		must(plx_name_is_valid_wire(query.name.wire, query.name.length));
		must(plx_name_is_below(&query.name, is_ip ? &reverse : &domain));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > 16384) {
		return 0;
	}
	static const char *const issuers[] = {"ca.test"};
	// Not strndup: it may read the octet behind the input, which strict sanitizers take for a string.
	char *text = malloc(size);
	must(text != NULL);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	char *rest = text;
	struct dcv_parameters parameters = {.method = (enum dcv_method)(data[0] >> 1),
					    .issuer_domain_names = issuers,
					    .issuer_domain_name_count = 1,
					    .dns_record_type = PLX_TYPE_TXT};
	parameters.challenge_value = line_next(&rest);
	parameters.token = line_next(&rest);
	parameters.key_authorization = line_next(&rest);
	parameters.key_authorization_hash = line_next(&rest);
	parameters.http_token_path = line_next(&rest);
	parameters.dns_name_prefix = line_next(&rest);
	parameters.account_uri = line_next(&rest);
	struct dcv_http_header header = {.name = line_next(&rest)};
	header.value = line_next(&rest);
	parameters.http_headers = &header;
	parameters.http_header_count = header.name == NULL ? 0 : 1;
	struct dcv_identifier identifier = {.is_ip = (data[0] & 1) != 0};
	struct dcv_parameters_finding finding =
		dcv_parameters_check(&parameters, &identifier, NOW, &strict);
	must(finding.verdict != DCV_PARAMETERS_NOT_EVALUATED);
	must((finding.verdict == DCV_PARAMETERS_OK) == (finding.member[0] == '\0'));
	if (finding.verdict == DCV_PARAMETERS_OK) {
		check_query(&parameters, identifier.is_ip);
	}
	free(text);
	return 0;
}

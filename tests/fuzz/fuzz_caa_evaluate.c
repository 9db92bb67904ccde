// SPDX-License-Identifier: BSD-3-Clause
// An RRset of a hostile zone and a request: [settings] [records of: length octet, RDATA]. Oracle: the verdict is that of
// a second implementation, made of regular expressions and nothing of ours; the order of the records does not matter;
// with an unknown critical property nothing is permitted; the verdict's parts agree.

#include "policy/caa_evaluate.h"

#include "fuzz_target.h"

#include <parallax/dns/rr_type.h>

#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define RECORDS_MAX 16
#define NOW_S 1795435200
#define ACCOUNT "https://ca.test/a/1"

// Bits of the settings.
#define SET_WILDCARD 0x01
#define SET_SMIME 0x02
#define SET_PARAMETERS_OFF 0x04
#define SET_EXACT_ISSUER 0x08
#define SET_FLAG_1 0x10

#define WORD "[A-Za-z0-9]+(-+[A-Za-z0-9]+)*"
#define SPACE "[ \t]*"
#define PARAMETER WORD SPACE "=" SPACE "[!-:<-~]*"
#define ISSUE_VALUE                                                                                \
	"^" SPACE "(" WORD "(\\." WORD ")*" SPACE ")?(;" SPACE "(" PARAMETER "(" SPACE             \
	";" SPACE PARAMETER ")*" SPACE ")?)?$"
#define METHODS "^([A-Za-z0-9-]+(,[A-Za-z0-9-]+)*)?$"

struct input_record {
	uint8_t length;
	const uint8_t *rdata;
};

static struct input_record records[RECORDS_MAX + 1];
static unsigned record_count;
static uint8_t body[RECORDS_MAX * 300 + 600];

static bool text_matches(const char *pattern, const char *text)
{
	static struct {
		const char *pattern;
		regex_t compiled;
	} cache[2];
	for (unsigned i = 0;; i++) {
		must(i < 2);
		if (cache[i].pattern == NULL) {
			must(regcomp(&cache[i].compiled, pattern, REG_EXTENDED | REG_NOSUB) == 0);
			cache[i].pattern = pattern;
		}
		if (strcmp(cache[i].pattern, pattern) == 0) {
			return regexec(&cache[i].compiled, text, 0, NULL, 0) == 0;
		}
	}
}

// The reference from here on.

static char *reference_trim(char *text)
{
	text += strspn(text, " \t");
	for (size_t n = strlen(text); n > 0 && strchr(" \t", text[n - 1]) != NULL;) {
		text[--n] = '\0';
	}
	return text;
}

static bool reference_lists_method(const char *list)
{
	char padded[320];
	snprintf(padded, sizeof(padded), ",%s,", list);
	return text_matches(METHODS, list) &&
	       (strstr(padded, ",http-01,") != NULL || strstr(padded, ",ca-tbr-19,") != NULL);
}

static bool reference_record_permits(const uint8_t *value, size_t length, uint8_t settings)
{
	char text[256];
	memcpy(text, value, length);
	text[length] = '\0';
	if (strlen(text) != length || !text_matches(ISSUE_VALUE, text)) {
		return false;
	}
	char *rest = text;
	char *issuer = reference_trim(strsep(&rest, ";"));
	if (settings & SET_EXACT_ISSUER ? strcmp(issuer, "ca.test") != 0
					: strcasecmp(issuer, "ca.test") != 0) {
		return false;
	}
	unsigned parameters = 0;
	unsigned accounts = 0;
	unsigned methods = 0;
	bool is_kept = true;
	for (char *part; (part = strsep(&rest, ";")) != NULL; parameters++) {
		char *tag = reference_trim(strsep(&part, "="));
		char *content = part == NULL ? tag : reference_trim(part);
		if (strcasecmp(tag, "accounturi") == 0) {
			accounts++; // ours is a URI: what is none differs from it
			is_kept &= strcmp(content, ACCOUNT) == 0;
		} else if (strcasecmp(tag, "validationmethods") == 0) {
			methods++;
			is_kept &= reference_lists_method(content);
		}
	}
	return parameters <= ISSUE_PARAMETERS_MAX &&
	       ((settings & (SET_SMIME | SET_PARAMETERS_OFF)) != 0 ||
		(is_kept && accounts <= 1 && methods <= 1));
}

static bool reference_has_tag(const uint8_t *rdata, const char *tag)
{
	return rdata[1] == strlen(tag) &&
	       strncasecmp((const char *)rdata + 2, tag, strlen(tag)) == 0;
}

static enum caa_outcome reference_judge(uint8_t settings)
{
	static const char *const known[] = {"issue",    "issuewild",    "issuemail",   "iodef",
					    "issuevmc", "contactemail", "contactphone"};
	const char *relevant = settings & SET_SMIME ? "issuemail" : "issue";
	bool is_critical = false;
	bool is_restricted = false;
	for (unsigned i = 0; i < record_count; i++) {
		const uint8_t *rdata = records[i].rdata;
		bool is_known = false;
		if (records[i].length < 2 || rdata[1] == 0 || 2 + rdata[1] > records[i].length) {
			return CAA_ERROR;
		}
		for (unsigned j = 0; j < rdata[1]; j++) {
			if (strspn((const char[]) {(char)rdata[2 + j], '\0'},
				   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789") == 0) {
				return CAA_ERROR;
			}
		}
		for (unsigned j = 0; j < PLX_ARRAY_SIZE(known); j++) {
			is_known |= reference_has_tag(rdata, known[j]);
		}
		is_critical |= !is_known && (rdata[0] & (settings & SET_FLAG_1 ? 0x81 : 0x80)) != 0;
		if ((settings & (SET_WILDCARD | SET_SMIME)) == SET_WILDCARD &&
		    reference_has_tag(rdata, "issuewild")) {
			relevant = "issuewild";
		}
	}
	for (unsigned i = 0; i < record_count && !is_critical; i++) {
		const uint8_t *rdata = records[i].rdata;
		size_t start = 2 + (size_t)rdata[1];
		if (reference_has_tag(rdata, relevant)) {
			is_restricted = true;
			if (reference_record_permits(rdata + start, records[i].length - start,
						     settings)) {
				return CAA_PERMIT;
			}
		}
	}
	return is_critical || is_restricted ? CAA_PROHIBIT : CAA_PERMIT;
}

// The reference ends here.

static struct caa_verdict judge(uint8_t settings)
{
	static const char *const issuers[] = {"ca.test"};
	struct caa_switches switches = {.is_changed = {false}};
	struct caa_request request = {.profile = settings & SET_SMIME ? CAA_PROFILE_SMIME
								      : CAA_PROFILE_TLS,
				      .is_wildcard = (settings & SET_WILDCARD) != 0,
				      .issuers = issuers,
				      .issuer_count = 1,
				      .requester = {.account_uri = ACCOUNT},
				      .switches = &switches,
				      .rules_at = NOW_S,
				      .now = NOW_S};
	struct plx_name owner = {.length = 1}; // the root
	struct plx_writer writer = plx_writer_init(body, sizeof(body));
	struct caa_record_set set;
	must(caa_method_labels_make("http-01", 19, &request.requester.methods) == 0);
	caa_switch_set(&switches, CAA_SWITCH_PARAMETERS_ENFORCED,
		       (settings & SET_PARAMETERS_OFF) == 0);
	caa_switch_set(&switches, CAA_SWITCH_ISSUER_CASE_FOLDING,
		       (settings & SET_EXACT_ISSUER) == 0);
	caa_switch_set(&switches, CAA_SWITCH_FLAG_1_CRITICAL, (settings & SET_FLAG_1) != 0);
	if (record_count > 0) {
		plx_result_body_name(&writer, &owner);
		plx_result_body_name(&writer, &owner);
	}
	for (unsigned i = 0; i < record_count; i++) {
		size_t start = plx_result_body_record_begin(&writer, 60);
		plx_write_bytes(&writer, records[i].rdata, records[i].length);
		plx_result_body_record_end(&writer, start);
	}
	must(!writer.failed);
	struct plx_result result = {.time_ns = NOW_S * 1000000000ull,
				    .body_length = (uint32_t)writer.position,
				    .qtype = PLX_TYPE_CAA,
				    .record_count = (uint16_t)record_count,
				    .status = PLX_STATUS_ANSWERED,
				    .has_found_at = record_count > 0};
	caa_record_set_read(&result, body, &set);
	return caa_evaluate(&request, &set);
}

static void check_parts(const struct caa_verdict *verdict)
{
	must(verdict->outcome != CAA_NOT_EVALUATED);
	must(verdict->outcome == caa_reason_outcome(verdict->reason));
	must((verdict->outcome == CAA_PERMIT) == (verdict->usable_until == NOW_S + 8 * 3600));
	must(verdict->excuse == CAA_EXCUSE_NOT_EVALUATED && verdict->is_compliant);
	must(!verdict->has_record || verdict->record_index < record_count);
	must(verdict->reason != CAA_REASON_MATCHED || verdict->has_record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_reader reader = plx_reader_init(data, size);
	uint8_t settings = plx_read_u8(&reader);
	for (record_count = 0; record_count < RECORDS_MAX && plx_reader_left(&reader) > 0;) {
		struct input_record record = {.length = plx_read_u8(&reader)};
		record.rdata = plx_read_bytes(&reader, record.length);
		if (record.rdata == NULL) {
			break;
		}
		records[record_count++] = record;
	}
	struct caa_verdict verdict = judge(settings);
	check_parts(&verdict);
	must(verdict.outcome == reference_judge(settings));

	for (unsigned i = 0; i < record_count / 2; i++) {
		struct input_record swapped = records[i];
		records[i] = records[record_count - 1 - i];
		records[record_count - 1 - i] = swapped;
	}
	struct caa_verdict reversed = judge(settings);
	must(reversed.outcome == verdict.outcome && reversed.reason == verdict.reason);

	records[record_count++] = (struct input_record) {5, (const uint8_t *)"\200\003tbs"};
	struct caa_verdict critical = judge(settings);
	must(critical.outcome == CAA_PROHIBIT || verdict.outcome == CAA_ERROR);
	return 0;
}

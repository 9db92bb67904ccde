// SPDX-License-Identifier: BSD-3-Clause
// Evidence of what hostile servers sent. The first octet: 0 a DNS answer (qtype, status, has_found_at, alias_count,
// record_count, decisive record, body), else a certificate in DER. Oracle: the JSON is there, within its limits, can be
// written and read again, and holds no U+0000.

#include "http_challenge/tls_alpn_probe.h"
#include "perform/evidence_json.h"
#include "perform/http_evidence.h"

#include <parallax/base/byte_reader.h>
#include <parallax/format/result_format.h>

#include "fuzz_target.h"

#include <jansson.h>

#include <string.h>

// Each octet of RDATA is at most four of presentation form, each of which two of JSON.
#define TEXT_MAX                                                                                   \
	(65536 + 8 * (EVIDENCE_RECORD_BYTES_MAX + (EVIDENCE_RECORDS_MAX + PLX_ALIASES_MAX) * 512))

static void json_check(json_t *value)
{
	must(value != NULL);
	char *text = json_dumps(value, JSON_COMPACT);
	must(text != NULL && strlen(text) <= TEXT_MAX);
	// Without JSON_ALLOW_NUL, as readers do.
	json_t *again = json_loads(text, 0, NULL);
	must(again != NULL && json_equal(again, value));
	json_decref(again);
	json_decref(value);
	free(text);
}

static void answer_check(struct plx_reader *reader)
{
	static struct plx_formatter *formatter;
	static const struct plx_name name = {.length = 8, .wire = "\1a\4test"};
	if (formatter == NULL) {
		formatter = plx_formatter_create(PLX_FORMAT_JSONL);
	}
	struct plx_result result = {.qtype = plx_read_u16(reader)};
	result.status = plx_read_u8(reader);
	result.has_found_at = plx_read_u8(reader);
	result.alias_count = plx_read_u8(reader);
	result.record_count = plx_read_u16(reader);
	size_t decisive = plx_read_u16(reader);
	result.body_length = (uint32_t)plx_reader_left(reader);
	const uint8_t *body = plx_read_bytes(reader, result.body_length);
	if (body == NULL) {
		return;
	}
	const struct evidence_question question = {
		.name = &name, .type = result.qtype, .is_relevant_caa = result.has_found_at == 1};
	json_t *answer = evidence_answer(formatter, &question, &result, body, decisive);
	must(json_array_size(json_object_get(answer, "records")) <= EVIDENCE_RECORDS_MAX);
	must(json_integer_value(json_object_get(answer, "records_total")) == result.record_count);
	json_check(answer);
}

static void certificate_check(struct plx_reader *reader)
{
	size_t length = plx_reader_left(reader);
	const uint8_t *octets = plx_read_bytes(reader, length);
	uint8_t *copy = malloc(length + 1);
	must(copy != NULL);
	memcpy(copy, octets, length);
	const struct tls_alpn_result result = {.certificate = copy, .certificate_length = length};
	json_t *tls = http_evidence_handshake(&result);
	must(json_array_size(json_object_get(tls, "subject_alternative_names")) <=
	     HTTP_EVIDENCE_NAMES_MAX);
	json_check(tls);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0) {
		return 0;
	}
	struct plx_reader reader = plx_reader_init(data, size);
	if (plx_read_u8(&reader) == 0) {
		answer_check(&reader);
	} else if (plx_reader_left(&reader) > 0) {
		certificate_check(&reader);
	}
	return 0;
}

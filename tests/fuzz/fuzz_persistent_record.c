// SPDX-License-Identifier: BSD-3-Clause
// The RDATA of a persistent DCV record. Oracle: what is usable holds our issuer, our account and only printable text;
// it stays usable when less is asked of it, and no later time makes an expired record usable.

#include "policy/persistent_record.h"
#include "policy/txt_text.h"

#include "fuzz_target.h"

#include <string.h>

static const struct dcv_switches strict = {0};
static const struct dcv_switches lenient = {.persistent_ignores_policy = true,
					    .persistent_folds_account = true};
static const char *const issuers[] = {"ca.test"};

static enum persistent_reason judge(const struct plx_result_record *record, int64_t unix_time,
				    const struct dcv_switches *switches)
{
	struct persistent_expected expected = {.issuer_domain_names = issuers,
					       .issuer_domain_name_count = 1,
					       .account_uri = "acct:1@ca.test",
					       .covers_more = true,
					       .unix_time = unix_time,
					       .switches = switches};
	size_t index = 1;
	enum persistent_reason reason = persistent_records_judge(&expected, record, 1, &index);
	must((reason == PERSISTENT_USABLE) == (index == 0));
	must((persistent_reason_outcome(reason) == CHECK_PASS) == (index == 0));
	return reason;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[TXT_TEXT_MAX];
	size_t length = 0;
	if (size > UINT16_MAX) {
		return 0;
	}
	struct plx_result_record record = {.rdata = data, .rdata_length = (uint16_t)size};
	enum persistent_reason now = judge(&record, 1795435200, &strict);
	must(now != PERSISTENT_NOT_EVALUATED && now != PERSISTENT_NO_RECORDS);
	if (txt_text_join(&record, text, &length) < 0) {
		must(now == PERSISTENT_MALFORMED);
		return 0;
	}
	if (now == PERSISTENT_USABLE) {
		must(judge(&record, 0, &strict) == PERSISTENT_USABLE);
		must(judge(&record, 1795435200, &lenient) == PERSISTENT_USABLE);
		must(memmem(text, length, "acct:1@ca.test", 14) != NULL);
		for (size_t i = 0; i < length; i++) {
			must(text[i] == '\t' || (text[i] >= 0x20 && text[i] < 0x7f));
		}
	}
	if (now == PERSISTENT_EXPIRED) {
		must(judge(&record, INT64_MAX, &lenient) == PERSISTENT_EXPIRED);
	}
	return 0;
}

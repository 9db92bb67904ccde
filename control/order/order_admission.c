// SPDX-License-Identifier: BSD-3-Clause

#include "order/order_admission.h"

static const struct {
	const char *name;
	const char *text;
	unsigned retry_after_s;
} admissions[ORDER_ADMISSION_COUNT] = {
#define ENTRY(value, code, sentence, seconds) [value] = {code, sentence, seconds},
	ORDER_ADMISSIONS(ENTRY)
#undef ENTRY
};

static const struct {
	const char *name;
	const char *text;
} endings[ORDER_ENDING_COUNT] = {
#define ENTRY(value, code, sentence) [value] = {code, sentence},
	ORDER_ENDINGS(ENTRY)
#undef ENTRY
};

static unsigned bounded(unsigned value, unsigned count)
{
	return value < count ? value : 0;
}

const char *order_admission_name(enum order_admission admission)
{
	return admissions[bounded(admission, ORDER_ADMISSION_COUNT)].name;
}

const char *order_admission_text(enum order_admission admission)
{
	return admissions[bounded(admission, ORDER_ADMISSION_COUNT)].text;
}

unsigned order_admission_retry_after_s(enum order_admission admission)
{
	return admissions[bounded(admission, ORDER_ADMISSION_COUNT)].retry_after_s;
}

const char *order_ending_name(enum order_ending ending)
{
	return endings[bounded(ending, ORDER_ENDING_COUNT)].name;
}

const char *order_ending_text(enum order_ending ending)
{
	return endings[bounded(ending, ORDER_ENDING_COUNT)].text;
}

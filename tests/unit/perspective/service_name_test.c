// SPDX-License-Identifier: BSD-3-Clause
// A certificate names one service, letter for letter.

#include "cunit_runner.h"

#include "perspective/service_name.h"

#include <errno.h>
#include <string.h>

static struct peer_identity identity_of(const char *first, const char *second)
{
	struct peer_identity identity = {.count = second != NULL ? 2 : 1};
	identity.names[0].kind = identity.names[1].kind = PEER_NAME_URI;
	snprintf(identity.names[0].text, sizeof(identity.names[0].text), "%s", first);
	snprintf(identity.names[1].text, sizeof(identity.names[1].text), "%s",
		 second != NULL ? second : "");
	return identity;
}

TEST(names_are_written_as_documented)
{
	char uri[SERVICE_NAME_MAX + 1];
	CU_ASSERT_EQUAL(service_name_format("fra-1", "RIPE NCC", uri), 0);
	CU_ASSERT_STRING_EQUAL(uri, "parallax://perspective/fra-1?rir=RIPE%20NCC");
	CU_ASSERT_EQUAL(service_name_format("one", NULL, uri), 0);
	CU_ASSERT_STRING_EQUAL(uri, "parallax://primary/one");
}

TEST(names_that_could_be_read_otherwise_are_refused)
{
	static const char *const bad[] = {"", "Fra", "fra/1", "fra?rir=X", "fra 1", "fr\xc3\xa4"};
	char uri[SERVICE_NAME_MAX + 1] = "untouched";
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		CU_ASSERT_EQUAL(service_name_format(bad[i], NULL, uri), -EINVAL);
	}
	CU_ASSERT_EQUAL(service_name_format("fra-1", "", uri), -EINVAL);
	CU_ASSERT_EQUAL(service_name_format("fra-1", "ripe", uri), -EINVAL);
	CU_ASSERT_STRING_EQUAL(uri, "untouched");
}

TEST(a_certificate_is_judged_by_its_one_name)
{
	static const char wanted[] = "parallax://perspective/fra-1?rir=RIPE%20NCC";
	struct peer_identity identity = identity_of(wanted, "https://fra-1.test/");
	CU_ASSERT_EQUAL(service_name_judge(&identity, wanted), SERVICE_MATCHES);
	identity = identity_of(wanted, wanted);
	CU_ASSERT_EQUAL(service_name_judge(&identity, wanted), SERVICE_UNNAMED);
	identity = identity_of("https://fra-1.test/", NULL);
	CU_ASSERT_EQUAL(service_name_judge(&identity, wanted), SERVICE_UNNAMED);
	identity = identity_of("parallax://perspective/fra-1?rir=ARIN", NULL);
	CU_ASSERT_EQUAL(service_name_judge(&identity, wanted), SERVICE_OTHER_REGION);
	identity = identity_of("parallax://perspective/fra-1", NULL);
	CU_ASSERT_EQUAL(service_name_judge(&identity, wanted), SERVICE_OTHER_REGION);
	identity = identity_of("parallax://perspective/fra-11?rir=RIPE%20NCC", NULL);
	CU_ASSERT_EQUAL(service_name_judge(&identity, wanted), SERVICE_OTHER_NAME);
	identity = identity_of("parallax://primary/fra-1", NULL);
	CU_ASSERT_EQUAL(service_name_judge(&identity, wanted), SERVICE_OTHER_NAME);
	identity.names[0].kind = PEER_NAME_DNS;
	CU_ASSERT_EQUAL(service_name_judge(&identity, "parallax://primary/fra-1"), SERVICE_UNNAMED);
	CU_ASSERT_STRING_EQUAL(service_verdict_name(SERVICE_OTHER_REGION), "other-region");
}

TEST_MAIN(service_name, T(names_are_written_as_documented),
	  T(names_that_could_be_read_otherwise_are_refused),
	  T(a_certificate_is_judged_by_its_one_name))

// SPDX-License-Identifier: BSD-3-Clause
// The page as text, and as a browser understands it. The browser is chromium without a screen; without it that part is
// left out, and the program says so.

#include "browser.h"
#include "cunit_runner.h"

#include "hostile_report.h"
#include "readiness/readiness_html.h"
#include "readiness/readiness_page.h"
#include "report/html_text.h"

#include <jansson.h>
#include <openssl/evp.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static char *page_of(size_t rows)
{
	char *text = NULL;
	size_t length;
	json_t *report = hostile_report(rows);
	CU_ASSERT_PTR_NOT_NULL_FATAL(report);
	FILE *out = open_memstream(&text, &length);
	readiness_html_print(report, out);
	fclose(out);
	json_decref(report);
	return text;
}

static unsigned occurrences(const char *text, const char *part)
{
	unsigned count = 0;
	while ((text = strstr(text, part)) != NULL) {
		count++;
		text += strlen(part);
	}
	return count;
}

static void expect_text(const char *text, const char *html)
{
	char *found = NULL;
	size_t length;
	FILE *out = open_memstream(&found, &length);
	html_text(out, text);
	fclose(out);
	CU_ASSERT_STRING_EQUAL(found, html);
	if (strcmp(found, html) != 0) {
		fprintf(stderr, "\nexpected: %s\nfound:    %s\n", html, found);
	}
	free(found);
}

#define UNSEEN(number) "<span class=\"unseen\">U+" number "</span>"

TEST(markup_is_escaped_and_what_cannot_be_seen_is_shown)
{
	expect_text("a <b> & \"c\" 'd'", "a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
	expect_text("\xc3\xa4\xe6\x97\xa5\xf0\x9f\x98\x80", "\xc3\xa4\xe6\x97\xa5\xf0\x9f\x98\x80");
	expect_text("a\xe2\x80\xae"
		    "b",
		    "a" UNSEEN("202E") "b");
	expect_text("\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c",
		    UNSEEN("2066") UNSEEN("200F") UNSEEN("061C"));
	expect_text("\x1b[2J\n\x7f\xc2\x9b",
		    UNSEEN("001B") "[2J" UNSEEN("000A") UNSEEN("007F") UNSEEN("009B"));
}

TEST(what_is_not_utf8_is_shown_as_such)
{
	expect_text("\xff"
		    "<",
		    UNSEEN("FFFD") "&lt;");
	expect_text("\xc0\xbc", UNSEEN("FFFD") UNSEEN("FFFD")); // an overlong <
	expect_text("\xe2\x80", UNSEEN("FFFD") UNSEEN("FFFD")); // cut off
	expect_text("\xe2<x", UNSEEN("FFFD") "&lt;x");          // swallows nothing
	expect_text("\xed\xa0\x80", UNSEEN("FFFD") UNSEEN("FFFD") UNSEEN("FFFD")); // a surrogate
	expect_text("\xf4\x90\x80\x80",
		    UNSEEN("FFFD") UNSEEN("FFFD") UNSEEN("FFFD") UNSEEN("FFFD"));
}

TEST(no_text_of_strangers_becomes_markup)
{
	char *page = page_of(6);
	CU_ASSERT_EQUAL(occurrences(page, "<script"), 1);
	CU_ASSERT_EQUAL(occurrences(page, "</script"), 1);
	CU_ASSERT_EQUAL(occurrences(page, "<img"), 0);
	CU_ASSERT_EQUAL(occurrences(page, "\xe2\x80\xae"), 0);
	CU_ASSERT_EQUAL(occurrences(page, "\x1b"), 0);
	CU_ASSERT_TRUE(occurrences(page, "&lt;script&gt;document.title=&#39;taken&#39;") > 10);
	free(page);
}

TEST(the_page_asks_the_network_for_nothing)
{
	char *page = page_of(6);
	CU_ASSERT_EQUAL(occurrences(page, "http://") + occurrences(page, "https://"), 0);
	CU_ASSERT_EQUAL(occurrences(page, "url(") + occurrences(page, "@import"), 0);
	CU_ASSERT_EQUAL(occurrences(page, "<link") + occurrences(page, " href="), 0);
	CU_ASSERT_EQUAL(occurrences(page, "default-src 'none'"), 1);
	free(page);
}

TEST(the_policy_admits_exactly_the_pages_script)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	CU_ASSERT_EQUAL_FATAL(EVP_Digest(readiness_page_script, strlen(readiness_page_script),
					 digest, &length, EVP_sha256(), NULL),
			      1);
	char text[64];
	EVP_EncodeBlock((unsigned char *)text, digest, (int)length);
	CU_ASSERT_STRING_EQUAL(text, READINESS_SCRIPT_DIGEST);
}

TEST(ten_thousand_rows_make_a_page_in_a_moment)
{
	clock_t start = clock();
	char *page = page_of(10000);
	CU_ASSERT_TRUE((clock() - start) / CLOCKS_PER_SEC < 10);
	CU_ASSERT_PTR_NOT_NULL(strstr(page, "<td class=\"num\">10000</td><th scope=\"row\""));
	free(page);
}

TEST(a_browser_runs_the_pages_script_and_no_other)
{
	char *page = page_of(6);
	char *document = browser_read(page);
	free(page);
	if (document == NULL) {
		return;
	}
	CU_ASSERT_EQUAL(occurrences(document, "<title>Readiness for enforcement</title>"), 1);
	CU_ASSERT_EQUAL(occurrences(document, "<script"), 1);
	CU_ASSERT_EQUAL(occurrences(document, "<img"), 0);
	// What the page's own script adds.
	CU_ASSERT_EQUAL(occurrences(document, "<input id=\"filter\""), 1);
	CU_ASSERT_EQUAL(occurrences(document, "6 of 6 rows"), 1);
	CU_ASSERT_TRUE(occurrences(document, "&lt;script&gt;") > 10);
	free(document);
}

TEST_MAIN(readiness_html, T(markup_is_escaped_and_what_cannot_be_seen_is_shown),
	  T(what_is_not_utf8_is_shown_as_such), T(no_text_of_strangers_becomes_markup),
	  T(the_page_asks_the_network_for_nothing), T(the_policy_admits_exactly_the_pages_script),
	  T(ten_thousand_rows_make_a_page_in_a_moment),
	  T(a_browser_runs_the_pages_script_and_no_other))

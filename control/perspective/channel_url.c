// SPDX-License-Identifier: BSD-3-Clause

#include "perspective/channel_url.h"

#include <curl/curl.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static bool has_part(CURLU *url, CURLUPart part)
{
	char *text = NULL;
	bool is_there = curl_url_get(url, part, &text, 0) == CURLUE_OK;
	curl_free(text);
	return is_there;
}

int channel_url_check(const char *url, size_t *ret_length)
{
	CURLU *parsed = curl_url();
	bool is_good = parsed != NULL && strncmp(url, "https://", 8) == 0 &&
		       curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
		       !has_part(parsed, CURLUPART_QUERY) && !has_part(parsed, CURLUPART_FRAGMENT);
	curl_url_cleanup(parsed);
	if (!is_good) {
		return -EINVAL;
	}
	size_t length = strlen(url);
	while (url[length - 1] == '/') { // the host comes before them
		length--;
	}
	*ret_length = length;
	return 0;
}

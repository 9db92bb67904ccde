// SPDX-License-Identifier: BSD-3-Clause
// dcv_check_parameters: which members a method has, which are required, what is fixed and what is the default. Pure.

#pragma once

#include "open_mpic/issue_list.h"
#include "policy/dcv_method.h"

#include <parallax/base/attributes.h>

#include <stdbool.h>

struct json_t;

// Reads the parameters of any method of Open MPIC (not acme-dns-account-01, which is ours only) at the present place of
// the issues. On success `ret_parameters` is a new object that holds every member of the method, null when it is
// unset: the echo of a response. Else there are issues.
PLX_MUST_CHECK bool method_members_read(struct json_t *value, struct issue_list *issues,
					enum dcv_method *ret_method,
					struct json_t **ret_parameters);

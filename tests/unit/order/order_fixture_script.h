// SPDX-License-Identifier: BSD-3-Clause
// Perspectives that answer by script: each check waits in the fixture's list until the timer gives its answer.

#pragma once

#include "order_fixture.h"

// struct order_perspective's ask and cancel; the context is a struct scripted_perspective.
int order_script_ask(void *context, json_t *check, unsigned deadline_ms, order_answer_cb on_answer,
		     void *answer_context, void **ret_handle);
void order_script_cancel(void *context, void *handle);
// Of the fixture's timer: answers all that wait, but for those that never answer.
void order_script_on_time(evutil_socket_t fd, short what, void *context);
// Sets it, unless answers are held back.
void order_script_arm(struct order_fixture *fixture);

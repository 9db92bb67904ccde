// SPDX-License-Identifier: BSD-3-Clause
// A thread inherits the mask of the one that starts it.

#include "sweep/signal_free_thread.h"

#include <signal.h>

int signal_free_thread_start(pthread_t *ret_thread, void *(*run)(void *), void *argument)
{
	sigset_t all;
	sigset_t before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(ret_thread, NULL, run, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

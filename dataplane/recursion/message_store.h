// SPDX-License-Identifier: BSD-3-Clause
// Replies that a proof or a trace still needs, in memory of a fixed size: blocks of a few sizes cut from spans, which
// serve another size once they are empty. A block that several look-ups keep is counted by reference. Nothing is
// allocated after creation. One thread.

#pragma once

#include <parallax/base/attributes.h>

#include <stdint.h>

// The smallest store that holds a message of 64 KiB and the small ones beside it.
#define MESSAGE_STORE_BYTES_MIN (2ull * 1024 * 1024)

struct message_store;

// -EINVAL when `bytes_max` is too small, -ENOMEM.
PLX_MUST_CHECK int message_store_create(uint64_t bytes_max, struct message_store **ret_store);
void message_store_destroy(struct message_store *store); // or NULL
// Room for `length` octets, held once; NULL when there is none, or the length is over 64 KiB.
uint8_t *message_store_take(struct message_store *store, uint32_t length);
void message_store_hold(uint8_t *octets);
void message_store_drop(struct message_store *store, uint8_t *octets);
uint32_t message_store_length(const uint8_t *octets);
uint64_t message_store_bytes_used(const struct message_store *store); // whole blocks
uint64_t message_store_bytes_max(const struct message_store *store);

// SPDX-License-Identifier: BSD-3-Clause
// Building JSON in a program that ends when memory runs out, and reading JSON whose members may be missing.

#pragma once

#include <stdint.h>

struct json_t;

// Its argument; ends the program when it is NULL.
struct json_t *json_keep(struct json_t *value);
// Take over `value`.
void json_put(struct json_t *object, const char *key, struct json_t *value);
void json_push(struct json_t *array, struct json_t *value);
// "" when there is no such text.
const char *json_text(const struct json_t *object, const char *key);
uint64_t json_count(const struct json_t *object, const char *key);
void json_add_count(struct json_t *object, const char *key, uint64_t more);

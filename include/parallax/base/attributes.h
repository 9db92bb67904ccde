// SPDX-License-Identifier: BSD-3-Clause
// Compiler attributes with names that say what they promise.

#pragma once

#define PLX_MUST_CHECK __attribute__((warn_unused_result))
#define PLX_PURE __attribute__((pure))
#define PLX_PRINTF(text, first) __attribute__((format(printf, text, first)))
#define PLX_CACHE_LINE 64
#define PLX_CACHE_ALIGNED __attribute__((aligned(PLX_CACHE_LINE)))
#define PLX_CLEANUP(function) __attribute__((cleanup(function)))

// Where what is known of the arguments decides what is left of the function.
#define PLX_ALWAYS_INLINE inline __attribute__((always_inline))

#define PLX_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define PLX_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

#define PLX_ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

// A large local that is written before it is read: spares the zeroing that the build gives all others.
#define PLX_UNINITIALIZED __attribute__((uninitialized))

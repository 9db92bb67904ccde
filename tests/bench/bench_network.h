// SPDX-License-Identifier: BSD-3-Clause
// The two addresses on the link that exists in a benchmark only (RFC 5737).

#pragma once

#define BENCH_CLIENT 0xc0000201u // 192.0.2.1: ours
#define BENCH_SERVER 0xc0000235u // 192.0.2.53

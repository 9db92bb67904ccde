// SPDX-License-Identifier: BSD-3-Clause

#pragma once

extern const char bench_report_style[];

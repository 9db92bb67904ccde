// SPDX-License-Identifier: BSD-3-Clause
// Texts of ours that hold a piece of somebody else's, cut where a limit fell: in the middle of a character, perhaps. JSON
// takes none of it then, and the report of one perspective's nonsense must not be what fails an order.

#pragma once

// Replaces each octet that belongs to no character of UTF-8 (RFC 3629) by '?'. The length stays.
void json_text_repair(char *text);

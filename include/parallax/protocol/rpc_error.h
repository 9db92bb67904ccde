// SPDX-License-Identifier: BSD-3-Clause
// Error codes of the control sockets. Those from -32768 to -32600 are JSON-RPC 2.0's own. Every error's `data` holds
// `pointer`, a JSON pointer (RFC 6901) into the request, when one place of it is at fault.

#pragma once

#define PLX_RPC_NOT_JSON (-32700)
#define PLX_RPC_INVALID_REQUEST (-32600)
#define PLX_RPC_NO_METHOD (-32601)
#define PLX_RPC_INVALID_PARAMS (-32602)
#define PLX_RPC_INTERNAL (-32603)
#define PLX_RPC_DENIED (-32001)    // the peer lacks the method's permission
#define PLX_RPC_BUSY (-32002)      // a limit is reached: try again later
#define PLX_RPC_NOT_FOUND (-32003) // what the request names does not exist
#define PLX_RPC_EXISTS (-32004)    // what it would create exists
#define PLX_RPC_STATE (-32005)     // not possible in the present state
// -32010 to -32019: exchange.attach, see exchange/region_layout.h.

#define PLX_RPC_LINE_MAX                                                                           \
	(64 * 1024) // a request with its newline, where the server sets no other limit

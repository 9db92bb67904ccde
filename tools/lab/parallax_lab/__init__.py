# SPDX-License-Identifier: BSD-3-Clause
"""parallax-lab: a small Internet in network namespaces."""

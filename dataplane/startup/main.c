// SPDX-License-Identifier: BSD-3-Clause
// parallax-dataplane: owns a NIC port and answers look-ups.

#include "startup/dataplane.h"

int main(int argc, char **argv)
{
	return dataplane_main(argc, argv, NULL);
}

// SPDX-License-Identifier: BSD-3-Clause
// How far two places lie apart, computed so that a claim of 500 km holds (BR 1.6.1: "straight-line distance"). Pure.
//
// The usual great circle on a sphere errs by up to 0.56 % of the distance against the WGS 84 ellipsoid: 2.8 km in 500.
// And over 500 km it is 0.13 km longer than the straight line. So we take the straight line itself, the chord between
// two points on the ellipsoid: it has no such error, and as no way is shorter than the straight one, what is 500 km
// apart by it is so by every reading of the rule. Over long ways it is visibly less than the way on the ground (New
// York - London 5,400 instead of 5,580 km). What is left is what the coordinates leave out: their second decimal
// (0.8 km at each end) and heights (below sea level a chord shrinks by 1 part in 15,000 at the Dead Sea).

#pragma once

#include <stdbool.h>

// Added to the distance demanded: two decimals of degrees at both ends, and heights.
#define DISTANCE_MARGIN_KM 2

// WGS 84 degrees, north and east positive.
struct coordinates {
	double latitude_deg;
	double longitude_deg;
};

// Finite and within +-90 and +-180. {0, 0} lies in the Gulf of Guinea, where nobody has a data centre: it is what
// zeroed memory says, and not valid.
bool coordinates_are_valid(const struct coordinates *place);
// NaN when either place is not valid, so that no comparison with it comes true.
double distance_straight_km(const struct coordinates *a, const struct coordinates *b);
// At least RULE_DISTANCE_MIN_KM and the margin apart. Two invalid places are not distinct.
bool distance_is_distinct(const struct coordinates *a, const struct coordinates *b);

// SPDX-License-Identifier: BSD-3-Clause

#include "quorum/distance.h"

#include "rules/rule_table.h"

#include <math.h>

// WGS 84, NIMA TR8350.2: semi-major axis and the first eccentricity squared.
#define SEMI_MAJOR_KM 6378.137
#define ECCENTRICITY_SQUARED 6.69437999014e-3
#define RADIANS_PER_DEGREE (M_PI / 180)

struct point {
	double x_km, y_km, z_km; // from the Earth's centre
};

static struct point point_of(const struct coordinates *place)
{
	double latitude = place->latitude_deg * RADIANS_PER_DEGREE;
	double longitude = place->longitude_deg * RADIANS_PER_DEGREE;
	double normal_km =
		SEMI_MAJOR_KM / sqrt(1 - ECCENTRICITY_SQUARED * sin(latitude) * sin(latitude));
	return (struct point) {
		.x_km = normal_km * cos(latitude) * cos(longitude),
		.y_km = normal_km * cos(latitude) * sin(longitude),
		.z_km = normal_km * (1 - ECCENTRICITY_SQUARED) * sin(latitude),
	};
}

bool coordinates_are_valid(const struct coordinates *place)
{
	// NaN fails each of these.
	return fabs(place->latitude_deg) <= 90 && fabs(place->longitude_deg) <= 180 &&
	       (fabs(place->latitude_deg) > 0 || fabs(place->longitude_deg) > 0);
}

double distance_straight_km(const struct coordinates *a, const struct coordinates *b)
{
	if (!coordinates_are_valid(a) || !coordinates_are_valid(b)) {
		return NAN;
	}
	struct point from = point_of(a), to = point_of(b);
	return hypot(hypot(to.x_km - from.x_km, to.y_km - from.y_km), to.z_km - from.z_km);
}

bool distance_is_distinct(const struct coordinates *a, const struct coordinates *b)
{
	return distance_straight_km(a, b) >= RULE_DISTANCE_MIN_KM + DISTANCE_MARGIN_KM;
}

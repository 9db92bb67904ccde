// SPDX-License-Identifier: BSD-3-Clause

#include "quorum/distance.h"

#include "cunit_runner.h"

#include <math.h>

#define EARTH_RADIUS_KM 6371.0088

// The usual formula, to compare with: on a sphere, along the ground.
static double great_circle_km(const struct coordinates *a, const struct coordinates *b)
{
	double radians = M_PI / 180;
	double half_latitude = (b->latitude_deg - a->latitude_deg) * radians / 2;
	double half_longitude = (b->longitude_deg - a->longitude_deg) * radians / 2;
	double h = pow(sin(half_latitude), 2) + cos(a->latitude_deg * radians) *
							cos(b->latitude_deg * radians) *
							pow(sin(half_longitude), 2);
	return 2 * EARTH_RADIUS_KM * asin(sqrt(h));
}

// WGS 84 by construction: along the equator the chord of an angle, from pole to pole twice the minor axis.
TEST(exact_distances_of_the_ellipsoid)
{
	struct coordinates origin = {0, 0.001}, quarter = {0, 90.001};
	CU_ASSERT_DOUBLE_EQUAL(distance_straight_km(&origin, &quarter), 6378.137 * sqrt(2), 1e-6);
	struct coordinates north = {90, 0}, south = {-90, 0};
	CU_ASSERT_DOUBLE_EQUAL(distance_straight_km(&north, &south), 2 * 6356.752314245, 1e-6);
	struct coordinates east = {10, 180}, west = {10, -180};
	CU_ASSERT_DOUBLE_EQUAL(distance_straight_km(&east, &west), 0, 1e-6);
}

TEST(cities_lie_apart_as_a_map_says)
{
	struct coordinates london = {51.5074, -0.1278}, paris = {48.8566, 2.3522};
	CU_ASSERT_DOUBLE_EQUAL(distance_straight_km(&london, &paris), 343.9, 1.5);
	CU_ASSERT_FALSE(distance_is_distinct(&london, &paris));
	struct coordinates frankfurt = {50.1109, 8.6821};
	CU_ASSERT_DOUBLE_EQUAL(distance_straight_km(&london, &frankfurt), 639, 2);
	CU_ASSERT_TRUE(distance_is_distinct(&london, &frankfurt));
	struct coordinates new_york = {40.7128, -74.0060};
	double straight_km = distance_straight_km(&london, &new_york);
	CU_ASSERT_TRUE(straight_km > 5350 && straight_km < great_circle_km(&london, &new_york));
}

// All over the globe, in every direction: near 500 km the sphere is within its known error of us, and the edge is
// where it should be.
TEST(the_edge_lies_at_500_km_everywhere)
{
	for (double latitude = -80; latitude <= 80; latitude += 5) {
		for (double turn = 0; turn < 6.28; turn += 0.1) {
			struct coordinates from = {latitude, 179.9};
			unsigned changes = 0;
			bool was_distinct = false;
			for (double km = 450; km <= 550; km += 0.5) {
				double degrees = km / EARTH_RADIUS_KM * 180 / M_PI;
				struct coordinates to = {
					latitude + degrees * cos(turn),
					-179.9 + degrees * sin(turn) / cos(latitude * M_PI / 180),
				};
				if (!coordinates_are_valid(&to)) {
					to.longitude_deg += to.longitude_deg < -180 ? 360 : -360;
				}
				if (!coordinates_are_valid(&to)) {
					break;
				}
				double sphere_km = great_circle_km(&from, &to);
				double straight_km = distance_straight_km(&from, &to);
				CU_ASSERT_TRUE(fabs(straight_km / sphere_km - 1) < 0.0075);
				bool is_distinct = distance_is_distinct(&from, &to);
				CU_ASSERT_EQUAL(is_distinct, straight_km >= 502);
				changes += is_distinct != was_distinct;
				was_distinct = is_distinct;
			}
			CU_ASSERT_TRUE(changes <= 1);
		}
	}
}

TEST(what_is_no_place_is_distinct_from_nothing)
{
	struct coordinates good = {48, 11};
	struct coordinates bad[] = {{0, 0},   {91, 0},  {0, 181},      {-90.1, 5},
				    {NAN, 1}, {1, NAN}, {INFINITY, 1}, {1, -INFINITY}};
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CU_ASSERT_FALSE(coordinates_are_valid(&bad[i]));
		CU_ASSERT_TRUE(isnan(distance_straight_km(&good, &bad[i])));
		CU_ASSERT_FALSE(distance_is_distinct(&good, &bad[i]));
		CU_ASSERT_FALSE(distance_is_distinct(&bad[i], &good));
	}
	struct coordinates equator = {0, 40}, greenwich = {51.5, 0};
	CU_ASSERT_TRUE(coordinates_are_valid(&equator));
	CU_ASSERT_TRUE(coordinates_are_valid(&greenwich));
}

TEST_MAIN(distance, T(exact_distances_of_the_ellipsoid), T(cities_lie_apart_as_a_map_says),
	  T(the_edge_lies_at_500_km_everywhere), T(what_is_no_place_is_distinct_from_nothing))

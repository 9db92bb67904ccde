# SPDX-License-Identifier: BSD-3-Clause
"""Where the perspectives are: cities of all five RIR regions, each at least 500 km from every other.

The first is the primary; the first six are the set that the examples speak of. The customer's servers are in the city
of the primary, so that its path is the shortest.
"""

from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

EARTH_RADIUS_KM = 6371.0
NEAREST_KM = 500.0  # the Baseline Requirements' distance between two perspectives
# Light in fibre takes 5 us for 1 km; cables are about 1.3 times as long as the great circle.
DELAY_US_PER_KM = 6.5
ACCESS_DELAY_US = 1000


class Place(NamedTuple):
    name: str  # of the perspective
    rir: str
    latitude: float
    longitude: float


PLACES = (
    Place("fra-1", "RIPE NCC", 50.110, 8.682),
    Place("nyc-1", "ARIN", 40.713, -74.006),
    Place("gru-1", "LACNIC", -23.550, -46.633),
    Place("sin-1", "APNIC", 1.352, 103.820),
    Place("jnb-1", "AFRINIC", -26.204, 28.047),
    Place("dub-1", "RIPE NCC", 53.350, -6.260),
    Place("lax-1", "ARIN", 34.052, -118.244),
    Place("nrt-1", "APNIC", 35.676, 139.650),
    Place("syd-1", "APNIC", -33.869, 151.209),
    Place("bom-1", "APNIC", 19.076, 72.878),
    Place("arn-1", "RIPE NCC", 59.329, 18.069),
    Place("mad-1", "RIPE NCC", 40.417, -3.704),
    Place("ord-1", "ARIN", 41.878, -87.630),
    Place("dfw-1", "ARIN", 32.777, -96.797),
    Place("scl-1", "LACNIC", -33.449, -70.669),
    Place("bog-1", "LACNIC", 4.711, -74.072),
    Place("nbo-1", "AFRINIC", -1.292, 36.822),
    Place("los-1", "AFRINIC", 6.524, 3.379),
    Place("waw-1", "RIPE NCC", 52.230, 21.012),
    Place("ist-1", "RIPE NCC", 41.008, 28.978),
    Place("hkg-1", "APNIC", 22.319, 114.169),
    Place("icn-1", "APNIC", 37.567, 126.978),
    Place("akl-1", "APNIC", -36.849, 174.763),
    Place("sea-1", "ARIN", 47.606, -122.332),
    Place("mia-1", "ARIN", 25.762, -80.192),
    Place("yul-1", "ARIN", 45.502, -73.567),
    Place("mex-1", "LACNIC", 19.433, -99.133),
    Place("lim-1", "LACNIC", -12.046, -77.043),
    Place("cai-1", "AFRINIC", 30.044, 31.236),
    Place("dxb-1", "RIPE NCC", 25.205, 55.271),
    Place("fco-1", "RIPE NCC", 41.903, 12.496),
    Place("den-1", "ARIN", 39.739, -104.990),
)
CUSTOMER = PLACES[0]


def distance_km(a: Place, b: Place) -> float:
    """Of the great circle, by the haversine formula."""
    half = (sin(radians(b.latitude - a.latitude) / 2) ** 2
            + cos(radians(a.latitude)) * cos(radians(b.latitude)) * sin(radians(b.longitude - a.longitude) / 2) ** 2)
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half))


def delay_us(place: Place) -> int:
    """One way, from the place to the customer's servers."""
    return ACCESS_DELAY_US + round(distance_km(place, CUSTOMER) * DELAY_US_PER_KM)

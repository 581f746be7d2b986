"""From a share of outcomes to the number below which they fall: pure functions, quick enough to be drawn by thousands.

Where the variance is small the outcomes are counted; else Cornish and Fisher's expansion of the normal quantile is
used, and Wilson and Hilferty's for the Gamma distribution.
"""

from math import exp, floor, sqrt

# Above this variance a quantile is computed, below it is counted.
_COUNTED = 12


def binomial(n: int, p: float, share: float, z: float) -> int:
    """The number of n people, each with chance p, below which a share of outcomes falls; z is the share's deviate."""
    if n <= 0 or p <= 0:
        return 0
    if p >= 1:
        return n
    if p > 0.5:
        return n - binomial(n, 1 - p, 1 - share, -z)
    variance = n * p * (1 - p)
    if variance > _COUNTED:
        return min(max(_computed(n * p, variance, (1 - 2 * p), z), 0), n)
    chance, number, odds = (1 - p) ** n, 0, p / (1 - p)
    below = chance
    while below < share and number < n:
        number += 1
        chance *= odds * (n - number + 1) / number
        below += chance
    return number


def poisson(mean: float, share: float, z: float) -> int:
    """The number of arrivals, so many on average, below which a share of outcomes falls."""
    if mean <= 0:
        return 0
    if mean > _COUNTED:
        return max(_computed(mean, mean, 1, z), 0)
    chance, number = exp(-mean), 0
    below = chance
    while below < share and chance > 1e-18:
        number += 1
        chance *= mean / number
        below += chance
    return number


def _computed(mean: float, variance: float, skew: float, z: float) -> int:
    # Cornish and Fisher: the normal quantile, and what skewness adds.
    return floor(mean + z * sqrt(variance) + skew * (z * z - 1) / 6 + 0.5)


def beta(passed: float, left: float, z: float) -> float:
    """The quantile of a Beta distribution of many people (Cornish and Fisher)."""
    if passed <= 0 or left <= 0:
        return 1.0 if passed > 0 else 0.0
    people = passed + left
    mean, spread = passed / people, sqrt(passed * left / (people + 1)) / people
    skew = 2 * (left - passed) * sqrt(people + 1) / ((people + 2) * sqrt(passed * left))
    return min(max(mean + spread * (z + skew * (z * z - 1) / 6), 0.0), 1.0)


def gamma(shape: float, z: float) -> float:
    """The quantile of a Gamma distribution of scale 1 (Wilson and Hilferty)."""
    return shape * max(1 - 1 / (9 * shape) + z / (3 * sqrt(shape)), 0) ** 3

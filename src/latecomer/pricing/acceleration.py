"""How are the iterates of a slow map extrapolated: SQUAREM far from the solution, secant steps near it?

Sources: Varadhan and Roland (2008), Scandinavian Journal of Statistics 35, 335-353 (scheme S3); Anderson (1965),
Journal of the ACM 12, 547-560.
"""

import numpy as np
from numba import njit

from latecomer.compiled import kernel

UNDO_ABOVE = 2.0
RIDGE = 1e-14


@kernel
def extrapolate(market, x, y, z, trial):
    """Write the SQUAREM jump from three iterates into trial; say whether it is longer than a plain step and allowed."""
    first, second = 0.0, 0.0
    for j in range(market.cost.size):
        size = max(abs(x[0, j]), abs(x[0, j] - market.cost[j]))
        for row in range(2):
            step = (y[row, j] - x[row, j]) / size
            bend = (z[row, j] - y[row, j]) / size - step
            first += step * step
            second += bend * bend
    if not first > second:
        return False
    length = np.sqrt(first / second)
    for j in range(market.cost.size):
        for row in range(2):
            step = y[row, j] - x[row, j]
            bend = z[row, j] - y[row, j] - step
            trial[row, j] = x[row, j] + 2.0 * length * step + length * length * bend
    return allowed(market, trial)


@kernel
def remember(market, scratch, slot, x, y):
    """Store an iterate, its scaled step and that step relative to prices; shadow prices follow the prices."""
    products = market.cost.size
    for j in range(products):
        size = max(abs(x[0, j]), abs(x[0, j] - market.cost[j]))
        pace = scratch.pace[j] if y[1, j] == 0.0 else 1.0
        step, shadow_step = pace * (y[0, j] - x[0, j]), y[1, j] - x[1, j]
        scratch.points[slot, j], scratch.points[slot, products + j] = x[0, j], x[1, j]
        scratch.steps[slot, j], scratch.steps[slot, products + j] = step, shadow_step
        scratch.relative[slot, j], scratch.relative[slot, products + j] = step / size, shadow_step / size


@kernel
def combine(scratch, slot, count, length, trial):
    """Write the secant step from the iterate in `slot` into trial [prices, shadow prices].

    The weights on the differences from the other iterates make the combined relative step least (Anderson 1965).
    """
    others = count - 1
    normal, weights = scratch.normal[:others, :others], scratch.weights[:others]
    newest = scratch.relative[slot]
    for first in range(others):
        one = scratch.relative[(slot + 1 + first) % count]
        weights[first] = product_of_differences(newest, one, newest, scratch.nothing, length)
        for second in range(first + 1):
            two = scratch.relative[(slot + 1 + second) % count]
            normal[first, second] = product_of_differences(newest, one, newest, two, length)
            normal[second, first] = normal[first, second]
        normal[first, first] *= 1.0 + RIDGE
    if not eliminate(normal, weights):
        weights[:] = 0.0
    points, steps, combined = scratch.points, scratch.steps, trial.reshape(-1)
    for place in range(length):
        combined[place] = points[slot, place] + steps[slot, place]
    for first in range(others):
        weight, other = weights[first], (slot + 1 + first) % count
        for place in range(length):
            moved = points[slot, place] + steps[slot, place]
            combined[place] -= weight * (moved - points[other, place] - steps[other, place])


@njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def product_of_differences(a, b, c, d, length):
    """Return the inner product of a - b and c - d over the first `length` places."""
    total = 0.0
    for place in range(length):
        total += (a[place] - b[place]) * (c[place] - d[place])
    return total


@kernel
def allowed(market, trial):
    """Say whether every price is finite and not below its floor; raise negative shadow prices to zero."""
    for j in range(market.cost.size):
        trial[1, j] = max(trial[1, j], 0.0)
        if not market.floor[j] <= trial[0, j] < np.inf:
            return False
    return True


@kernel
def eliminate(matrix, right):
    """Solve matrix x = right in place by Gaussian elimination with row exchanges; say whether it is regular.

    A library's solver would let the bits depend on the number of its threads.
    """
    size = right.size
    for column in range(size):
        pivot = column
        for row in range(column + 1, size):
            if abs(matrix[row, column]) > abs(matrix[pivot, column]):
                pivot = row
        if not abs(matrix[pivot, column]) > 0.0:
            return False
        if pivot != column:
            for k in range(column, size):
                matrix[pivot, k], matrix[column, k] = matrix[column, k], matrix[pivot, k]
            right[pivot], right[column] = right[column], right[pivot]
        for row in range(column + 1, size):
            ratio = matrix[row, column] / matrix[column, column]
            right[row] -= ratio * right[column]
            for k in range(column + 1, size):
                matrix[row, k] -= ratio * matrix[column, k]
    for row in range(size - 1, -1, -1):
        for k in range(row + 1, size):
            right[row] -= matrix[row, k] * right[k]
        right[row] /= matrix[row, row]
    return True

"""Are the arguments a market, and if not, what is wrong and where?

Every problem is collected and all are raised at once. Axes: n market, j and k product, i agent.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latecomer.errors import Problems, UsageError

Array = NDArray[np.float64]

CAPACITY_RULES = ("shadow price", "rationing")


class Options(NamedTuple):
    """How to solve: the arguments of `equilibrium` that do not describe the market."""

    rationing: bool
    box_cox: float | None
    tolerance: float
    most_evaluations: int
    second_order: bool
    search: bool


class Inputs(NamedTuple):
    """One market's checked arrays; `several` says whether the caller gave a leading axis.

    Where only demand is described, at given prices, these stand for the costs too, and the other way round.
    """

    several: bool
    mean_utility: Array
    price_sensitivity: Array
    other_utility: Array
    weights: Array
    cost: Array
    capacity: Array
    prices: Array
    start: Array | None
    shadow_prices: Array | None
    value_of_money: Array | None
    firm: NDArray[Any] | None
    ownership: Array | None


AXES = {
    "mean_utility": "j",
    "price_sensitivity": "i",
    "other_utility": "ij",
    "weights": "i",
    "cost": "j",
    "capacity": "j",
    "start": "j",
    "shadow_prices": "j",
    "value_of_money": "i",
    "prices": "j",
    "firm": "j",
    "ownership": "jk",
}


def checked_options(
    problems: Problems,
    capacity_rule: str,
    box_cox: float | None,
    tolerance: float,
    most_evaluations: int,
    threads: int,
    second_order: bool,
    search: bool,
) -> Options:
    """Check the options of `equilibrium` and note every problem."""
    if capacity_rule not in CAPACITY_RULES:
        problems.add(
            column="capacity_rule",
            value=capacity_rule,
            expected="'shadow price' or 'rationing'",
            valid=CAPACITY_RULES,
        )
    if not 0 < tolerance < 1:
        problems.add(column="tolerance", value=tolerance, expected="a number between 0 and 1")
    for name, number in (("most_evaluations", most_evaluations), ("threads", threads)):
        if not number >= 1:
            problems.add(column=name, value=number, expected="a whole number of at least 1")
    return Options(
        capacity_rule == "rationing", box_cox, tolerance, int(most_evaluations), second_order, search
    )


def checked_demand(
    prices: ArrayLike,
    mean_utility: ArrayLike,
    price_sensitivity: ArrayLike,
    other_utility: ArrayLike,
    weights: ArrayLike,
    box_cox: float | None,
    value_of_money: ArrayLike | None = None,
    needs_value: bool = False,
) -> list[Inputs]:
    """Check the arguments that describe demand at given prices; raise UsageError with every problem."""
    problems = Problems()
    if needs_value and value_of_money is None and box_cox is not None:
        problems.add(column="value_of_money", expected="the marginal utility of money by agent, with box_cox")
    batch = checked_batch(
        problems,
        {
            "mean_utility": mean_utility,
            "price_sensitivity": price_sensitivity,
            "other_utility": other_utility,
            "weights": weights,
            "prices": prices,
            "value_of_money": value_of_money,
        },
        None,
        None,
        box_cox,
    )
    problems.raise_if_any(UsageError)
    return batch


def checked_batch(
    problems: Problems,
    given: dict[str, ArrayLike | Array | None],
    firm: ArrayLike | None,
    ownership: ArrayLike | None,
    box_cox: float | None,
) -> list[Inputs]:
    """Turn the arguments into one `Inputs` per market; note every problem, and return nothing if there is one."""
    earlier = len(problems)
    arrays = {name: as_numbers(problems, name, value) for name, value in given.items() if value is not None}
    if "cost" in given:
        if (firm is None) == (ownership is None):
            problems.add(column="firm", expected="exactly one of firm and ownership")
        if ownership is not None:
            arrays["ownership"] = as_numbers(problems, "ownership", ownership)
        if firm is not None:
            arrays["firm"] = np.asarray(firm)
    if box_cox is not None and not np.isfinite(box_cox):
        problems.add(column="box_cox", value=box_cox, expected="a finite number or None")
    if len(problems) > earlier:
        return []
    check_shapes(problems, arrays)
    if len(problems) > earlier:
        return []
    check_values(problems, arrays, box_cox)
    if len(problems) > earlier:
        return []
    return one_by_one(arrays)


def as_numbers(problems: Problems, name: str, value: ArrayLike) -> Array:
    """Return an array of float64, or note that it is none."""
    try:
        return np.ascontiguousarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        problems.add(column=name, value=type(value).__name__, expected="an array of numbers")
        return np.empty(0)


def check_shapes(problems: Problems, arrays: dict[str, Array]) -> None:
    """Compare every array's shape with the numbers of products and agents."""
    sizes: dict[str, int] = {}
    for name, letter in (("mean_utility", "j"), ("price_sensitivity", "i")):
        sizes[letter] = arrays[name].shape[-1] if arrays[name].ndim else 0
        if sizes[letter] == 0:
            problems.add(column=name, value=arrays[name].shape, expected="at least one entry")
    sizes["k"] = sizes["j"]
    markets = None
    for name, array in arrays.items():
        wanted = tuple(sizes[letter] for letter in AXES[name])
        leading = array.ndim - len(wanted)
        if leading not in (0, 1) or array.shape[leading:] != wanted:
            letters = ", ".join(AXES[name])
            problems.add(
                column=name, value=array.shape, expected=f"shape {wanted} for [{letters}], or [n, {letters}]"
            )
        elif leading:
            markets = array.shape[0] if markets is None else markets
            if array.shape[0] != markets or markets == 0:
                problems.add(
                    column=name, value=array.shape, expected=f"as many markets as before, {markets}, and some"
                )


def check_values(problems: Problems, arrays: dict[str, Array], box_cox: float | None) -> None:
    """Look for NaN, infinities, wrong signs and ownership that is none."""
    offered = arrays["mean_utility"] > -np.inf
    tests: dict[str, tuple[Any, str]] = {
        "mean_utility": (lambda a: a < np.inf, "finite numbers, or minus infinity for a product not offered"),
        "price_sensitivity": (lambda a: (a < 0) & (a > -np.inf), "finite numbers below 0"),
        "other_utility": (np.isfinite, "finite numbers"),
        "weights": (lambda a: (a >= 0) & (a < np.inf), "finite numbers of at least 0"),
        "capacity": (lambda a: a > 0, "numbers above 0, or infinity"),
        "value_of_money": (lambda a: (a > 0) & (a < np.inf), "finite numbers above 0"),
        "ownership": (lambda a: (a >= 0) & (a < np.inf), "finite numbers of at least 0"),
        "shadow_prices": (lambda a: (a >= 0) & (a < np.inf), "finite numbers of at least 0"),
    }
    money = (np.isfinite, "finite numbers") if box_cox is None else (
        lambda a: (a > 0) & (a < np.inf), "finite numbers above 0, as box_cox is given"
    )  # fmt: skip
    tests.update({"cost": money, "prices": money, "start": money})
    for name, array in arrays.items():
        test, expected = tests.get(name, (None, ""))
        if name == "other_utility" and np.isfinite(array.min()) and np.isfinite(array.max()):
            continue  # by far the largest array, and a NaN or an infinity would show in either
        good = np.ones(array.shape, dtype=bool) if test is None else test(array)
        if good.all():
            continue
        if name in ("cost", "prices", "start"):
            good = good | ~np.broadcast_to(offered, np.broadcast_shapes(offered.shape, good.shape))
        if not np.all(good):
            place = tuple(int(index) for index in np.argwhere(~good)[0])
            value = array[place[-array.ndim :]] if array.ndim else array
            problems.add(column=f"{name}{list(place)}", value=float(value), expected=expected)
    if "ownership" in arrays and not np.all(np.diagonal(arrays["ownership"], axis1=-2, axis2=-1) == 1):
        problems.add(column="ownership", expected="ones on the diagonal")


def one_by_one(arrays: dict[str, Array]) -> list[Inputs]:
    """Return one market after another; arrays without a leading axis are shared, not copied."""
    numbers = [array.shape[0] for name, array in arrays.items() if array.ndim > len(AXES[name])]
    batch = []
    for number in range(numbers[0] if numbers else 1):
        one = {
            name: array[number] if array.ndim > len(AXES[name]) else array for name, array in arrays.items()
        }
        prices = one["prices"] if "prices" in one else one["cost"]
        offered = np.isfinite(one["mean_utility"])
        batch.append(
            Inputs(
                several=bool(numbers),
                mean_utility=one["mean_utility"],
                price_sensitivity=one["price_sensitivity"],
                other_utility=one["other_utility"],
                weights=one["weights"],
                cost=one.get("cost", prices),
                capacity=one.get("capacity", np.full(offered.size, np.inf)),
                prices=prices,
                start=one.get("start"),
                shadow_prices=one.get("shadow_prices"),
                value_of_money=one.get("value_of_money", -one["price_sensitivity"]),
                firm=one.get("firm"),
                ownership=one.get("ownership"),
            )
        )
    return batch

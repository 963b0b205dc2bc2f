"""Are the arguments a market, and if not, what is wrong and where?

Every problem is collected and all are raised at once. Axes: n market, j and k product, i agent.
"""

from collections import Counter
from collections.abc import Callable
from numbers import Number
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latecomer.errors import Problems

Array = NDArray[np.float64]

CAPACITY_RULES = ("shadow price", "rationing")
BUYERS_SHOWN = 5
NO_FALL = (
    "finite numbers below 0; {count} of {size} buyers have none ({places}), so that no price is too high for them and "
    "no best price exists: draw slopes below zero, such as minus a lognormal, or leave these buyers out"
)


class Options(NamedTuple):
    """How to solve: the arguments of `equilibrium` that do not describe the market."""

    rationing: bool
    tolerance: float
    most_evaluations: int
    second_order: bool
    search: bool


class Form(NamedTuple):
    """How price enters utility, which products are near substitutes, and what shares are parts of."""

    box_cox: float | None = None
    nests: ArrayLike | None = None
    nesting: float = 0.0
    revenue: bool = False


class Inputs(NamedTuple):
    """One market's checked arrays; `several` says whether the caller gave a leading axis.

    Where only demand is described, at given prices, these stand for the costs too, and the other way round. firm and
    nests [j] are whole numbers in the order of the labels; fixed_prices [j] is NaN where the price is to be found.
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
    firm: NDArray[np.int64] | None
    ownership: Array | None
    fixed_prices: Array
    nests: NDArray[np.int64]
    shares: Array
    box_cox: float | None
    nesting: float
    revenue: bool


AXES = {
    "mean_utility": "j",
    "shares": "j",
    "price_sensitivity": "i",
    "other_utility": "ij",
    "weights": "i",
    "cost": "j",
    "capacity": "j",
    "start": "j",
    "earlier": "j",
    "shadow_prices": "j",
    "fixed_prices": "j",
    "value_of_money": "i",
    "prices": "j",
    "firm": "j",
    "nests": "j",
    "ownership": "jk",
}
DEMAND = ("mean_utility", "price_sensitivity", "other_utility", "weights")
MONEY = ("cost", "prices", "start", "fixed_prices")


def checked_options(
    problems: Problems,
    capacity_rule: str,
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
    return Options(capacity_rule == "rationing", tolerance, int(most_evaluations), second_order, search)


def checked_batch(
    problems: Problems,
    given: dict[str, ArrayLike | Array | None],
    form: Form,
    owned: bool = False,
    any_slope: bool = False,
) -> list[Inputs]:
    """Turn the arguments into one `Inputs` per market; note every problem, and return nothing if there is one.

    owned: exactly one of firm and ownership must be given. any_slope: price sensitivities need not be negative.
    """
    earlier = len(problems)
    labels = {"firm": given.get("firm"), "nests": form.nests}
    numbers = {name: value for name, value in given.items() if name != "firm" and value is not None}
    arrays: dict[str, NDArray[Any]] = {
        name: as_numbers(problems, name, value) for name, value in numbers.items()
    }
    check_form(problems, form)
    if owned and (given.get("firm") is None) == (given.get("ownership") is None):
        problems.add(column="firm", expected="exactly one of firm and ownership")
    broken = {name for name in arrays if arrays[name].ndim == 1 and arrays[name].shape == (0,)} & {
        problem.column for problem in problems.found
    }
    for name in broken:
        del arrays[name]
    offered = arrays["mean_utility"] > -np.inf if "mean_utility" in arrays else np.True_
    for name, value in labels.items():
        if value is not None:
            arrays[name] = as_labels(problems, name, value, offered)
    sound = check_shapes(problems, arrays)
    check_values(problems, {name: arrays[name] for name in arrays if name in sound}, form, any_slope)
    return [] if len(problems) > earlier else one_by_one(arrays, form)


def check_form(problems: Problems, form: Form) -> None:
    """Look at the numbers that shape demand."""
    if form.box_cox is not None and not np.isfinite(form.box_cox):
        problems.add(column="box_cox", value=form.box_cox, expected="a finite number or None")
    if not 0 <= form.nesting < 1:
        problems.add(column="nesting", value=form.nesting, expected="a number from 0 to below 1")
    elif form.nesting > 0 and form.nests is None:
        problems.add(column="nests", expected="a nest for each product, as nesting is given")


def as_numbers(problems: Problems, name: str, value: ArrayLike) -> Array:
    """Return an array of float64, or note that it is none."""
    try:
        return np.ascontiguousarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        problems.add(column=name, value=type(value).__name__, expected="an array of numbers")
        return np.empty(0)


def as_labels(
    problems: Problems, name: str, value: ArrayLike, offered: NDArray[np.bool_] | np.bool_
) -> NDArray[np.int64]:
    """Return labels as whole numbers in their order; note every place without a label, or with one of another kind.

    A list is read label by label: NumPy would turn ["1", 1] into one owner and [1, None] into no order at all.
    """
    labels = np.array(value, dtype=object) if isinstance(value, list | tuple) else np.asarray(value)
    flat = labels.reshape(-1)
    kept = np.ones(flat.size, dtype=bool)
    if flat.dtype.kind in "OfMm":
        listed = np.broadcast_to(offered, labels.shape) if fits(np.shape(offered), labels.shape) else np.True_
        counted = np.broadcast_to(listed, labels.shape).reshape(-1)
        kinds = [kind_of(label) for label in flat]
        told = Counter(kind for kind, wanted in zip(kinds, counted, strict=True) if wanted and kind)
        most = told.most_common(1)[0][0] if told else ""
        for place, kind in enumerate(kinds):
            where = [int(index) for index in np.unravel_index(place, labels.shape)]
            if counted[place] and not (kind and kind == most):
                expected = f"labels of one kind; most are {most}" if kind else "a label; this one is missing"
                problems.add(column=f"{name}{where}", value=flat[place], expected=expected)
        kept = np.array([kind != "" and kind == most for kind in kinds], dtype=bool)
    numbers = np.zeros(flat.size, dtype=np.int64)
    try:
        numbers[kept] = np.unique(flat[kept], return_inverse=True)[1].reshape(-1)
    except TypeError:
        problems.add(column=name, expected="labels that can be put in order, such as names or numbers")
    return numbers.reshape(labels.shape)


def fits(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Say whether an array of this shape can be spread over the wanted one."""
    return len(shape) <= len(wanted) and shape == wanted[len(wanted) - len(shape) :]


def kind_of(label: Any) -> str:
    """Return "text", "numbers" or a type's name; nothing for what is missing (None, NaN, NaT, pandas' NA)."""
    try:
        missing = label is None or not bool(label == label)
    except (TypeError, ValueError):  # pandas' NA equals nothing and says so by an error
        missing = True
    if missing:
        return ""
    if isinstance(label, str):
        return "text"
    return "numbers" if isinstance(label, Number | np.generic) else type(label).__name__


def check_shapes(problems: Problems, arrays: dict[str, NDArray[Any]]) -> set[str]:
    """Compare every array's shape with the numbers of products and agents; return the names of those that fit."""
    sizes: dict[str, int] = {}
    leaders = [("shares" if "shares" in arrays else "mean_utility", "j"), ("price_sensitivity", "i")]
    for name, letter in leaders:
        if name not in arrays:
            return set()
        sizes[letter] = arrays[name].shape[-1] if arrays[name].ndim else 0
        if sizes[letter] == 0:
            problems.add(column=name, value=arrays[name].shape, expected="at least one entry")
    sizes["k"] = sizes["j"]
    markets, sound = None, set()
    for name, array in arrays.items():
        wanted = tuple(sizes[letter] for letter in AXES[name])
        leading = array.ndim - len(wanted)
        if leading not in (0, 1) or array.shape[leading:] != wanted:
            letters = ", ".join(AXES[name])
            problems.add(
                column=name, value=array.shape, expected=f"shape {wanted} for [{letters}], or [n, {letters}]"
            )
            continue
        if leading:
            markets = array.shape[0] if markets is None else markets
            if array.shape[0] != markets or markets == 0:
                problems.add(
                    column=name, value=array.shape, expected=f"as many markets as before, {markets}, and some"
                )
                continue
        if array.size:
            sound.add(name)
    return sound


def tests_of(form: Form, any_slope: bool) -> dict[str, tuple[Callable, str]]:
    """Return, by argument, what its numbers must satisfy and how to say so."""
    positive = form.box_cox is not None or form.revenue
    money: tuple[Callable, str] = (np.isfinite, "finite numbers")
    if positive:
        reason = "as box_cox is given" if form.box_cox is not None else "as shares are of revenue"
        money = (lambda a: (a > 0) & (a < np.inf), f"finite numbers above 0, {reason}")
    fixed = (lambda a: np.isnan(a) | money[0](a), f"{money[1]}, or NaN for a price to be found")
    at_least_zero = (lambda a: (a >= 0) & (a < np.inf), "finite numbers of at least 0")
    slope = np.isfinite if any_slope else lambda a: (a < 0) & (a > -np.inf)
    return {
        "mean_utility": (
            lambda a: a < np.inf,
            "finite numbers, or minus infinity for a product not offered",
        ),
        "price_sensitivity": (slope, "finite numbers" if any_slope else "finite numbers below 0"),
        "other_utility": (np.isfinite, "finite numbers"),
        "weights": at_least_zero,
        "shares": at_least_zero,
        "capacity": (lambda a: a > 0, "numbers above 0, or infinity"),
        "value_of_money": (lambda a: (a > 0) & (a < np.inf), "finite numbers above 0"),
        "ownership": at_least_zero,
        "shadow_prices": at_least_zero,
        "cost": money,
        "prices": money,
        "start": money,
        "fixed_prices": fixed,
    }


def check_values(problems: Problems, arrays: dict[str, NDArray[Any]], form: Form, any_slope: bool) -> None:
    """Look for NaN, infinities, wrong signs, ownership that is none and shares that leave nobody outside."""
    offered = arrays["mean_utility"] > -np.inf if "mean_utility" in arrays else np.True_
    tests = tests_of(form, any_slope)
    for name, array in arrays.items():
        if name not in tests:
            continue
        test, expected = tests[name]
        if name == "other_utility" and np.isfinite(total_of(array)):
            continue  # by far the largest array, and a NaN or an infinity would show in the sum
        good = test(array)
        if good.all():
            continue
        if name in MONEY:
            good = good | ~np.broadcast_to(offered, np.broadcast_shapes(np.shape(offered), good.shape))
        if not np.all(good):
            place = tuple(int(index) for index in np.argwhere(~good)[0])
            value = array[place[-array.ndim :]] if array.ndim else array
            if name == "price_sensitivity" and np.all(np.isfinite(array)):
                expected = slopes_told(good)
            problems.add(column=f"{name}{list(place)}", value=float(value), expected=expected)
    if "ownership" in arrays and not np.all(np.diagonal(arrays["ownership"], axis1=-2, axis2=-1) == 1):
        problems.add(column="ownership", expected="ones on the diagonal")
    if {"shares", "weights"} <= arrays.keys():
        sold, buyers = arrays["shares"].sum(axis=-1), arrays["weights"].sum(axis=-1)
        if not np.all(sold < buyers):
            problems.add(
                column="shares",
                value=float(np.max(sold)),
                expected="a sum below that of the weights, so that some buy nothing; without an outside good mean "
                "utilities are known up to a constant only",
            )


def total_of(array: Array) -> float:
    """Return the sum, which may be NaN or infinite, without a warning."""
    with np.errstate(all="ignore"):
        return float(array.sum())


def slopes_told(good: NDArray[np.bool_]) -> str:
    """Say which buyers do not mind a higher price, and what to do about them."""
    bad = np.argwhere(~good)
    places = ", ".join(str(place[0] if len(place) == 1 else place.tolist()) for place in bad[:BUYERS_SHOWN])
    return NO_FALL.format(
        count=len(bad), size=good.size, places=places + (" ..." if len(bad) > BUYERS_SHOWN else "")
    )


def one_by_one(arrays: dict[str, NDArray[Any]], form: Form) -> list[Inputs]:
    """Return one market after another; arrays without a leading axis are shared, not copied."""
    numbers = [array.shape[0] for name, array in arrays.items() if array.ndim > len(AXES[name])]
    batch = []
    for number in range(numbers[0] if numbers else 1):
        one = {
            name: array[number] if array.ndim > len(AXES[name]) else array for name, array in arrays.items()
        }
        prices = one["prices"] if "prices" in one else one["cost"]
        absent = np.full(prices.size, np.nan)
        mean_utility = one.get("mean_utility")
        if mean_utility is None:
            mean_utility = np.where(one["shares"] > 0, 0.0, -np.inf)
        batch.append(
            Inputs(
                several=bool(numbers),
                mean_utility=mean_utility,
                price_sensitivity=one["price_sensitivity"],
                other_utility=one["other_utility"],
                weights=one["weights"],
                cost=one.get("cost", prices),
                capacity=one.get("capacity", np.full(prices.size, np.inf)),
                prices=prices,
                start=one.get("start", one.get("earlier")),
                shadow_prices=one.get("shadow_prices"),
                value_of_money=one.get("value_of_money", -one["price_sensitivity"]),
                firm=one.get("firm"),
                ownership=one.get("ownership"),
                fixed_prices=one.get("fixed_prices", absent),
                nests=one.get("nests", np.zeros(prices.size, dtype=np.int64)),
                shares=one.get("shares", absent),
                box_cox=form.box_cox,
                nesting=float(form.nesting),
                revenue=form.revenue,
            )
        )
    return batch

"""Where does a year keep what it computes and nobody needs next year? One record of working space, made once per
history.

Lines on sale are gathered here in one list sorted by powertrain (axis j, at most LINES), so that the price loops run
over plain contiguous blocks instead of over every maker x segment x powertrain slot.
"""

import numpy as np

from latecomer.axes import (
    BUYERS,
    COMMERCIAL,
    DOMAINS,
    EMPLOYERS,
    IMPROVEMENTS,
    POWERTRAINS,
    SEGMENTS,
    TECHNOLOGY_SOURCES,
)

LINES = 640
PRICE_MEMORY = 3


def scratch_type(makers: int, regions: int, destinations: int) -> np.dtype:
    """Return the working record for a case with so many makers, regions and destinations."""
    b, e, d, h = len(BUYERS), len(POWERTRAINS), len(DOMAINS), len(EMPLOYERS)
    y = len(TECHNOLOGY_SOURCES)
    line = [(name, "i8", (LINES,)) for name in ("maker", "segment", "powertrain", "seller")]
    line += [
        (name, "f8", (LINES,))
        for name in (
            "utility", "luxury", "firm_taste", "official_taste", "cost", "unit_cost", "wedge", "subsidy", "price", "best_price",
            "price_term", "power", "margin", "sold", "asked", "slope", "cross", "own_part",
            "electric", "own", "left_out", "taxed", "aided",
        )
    ]  # fmt: skip
    maker = [(name, "f8", (makers,)) for name in (
        "demand", "room", "kept", "shift", "plan_built", "plan_trucks", "gap", "truck_weight",
        "truck_sold", "truck_exports", "spent_abroad", "net_price", "car_gap",
        "unmet", "unmet_trucks", "effort", "marketing", "line_spent", "handed", "allied",
        "sold_home", "mean_price", "earned", "best_gap", "control", "fee_rate", "fees", "group_gain",
    )]  # fmt: skip
    own = [
        *[(name, "i8", (makers,)) for name in ("owner", "home", "group", "site")],
        *maker,
        *[(name, "f8", (makers, b)) for name in ("loyalty", "home_corr", "site_corr", "home_margin")],
        *[(name, "f8", (e, makers, b)) for name in ("firm_margin", "group_margin", "group_corr")],
        *[(name, "f8", (PRICE_MEMORY, LINES + makers)) for name in ("points", "images")],
        ("target", "f8", (LINES + makers,)),
        ("appeal", "f8", (regions, e)),
        *[
            (name, "f8", (regions, b))
            for name in (
                "first_time", "replacing", "bought", "spread", "own_spread", "local_spread", "first_demand", "second_demand",
            )
        ],
        *[
            (name, "f8", (regions,))
            for name in (
                "local_electric", "region_sales", "region_own", "region_local", "protection", "aid", "region_surplus", "stake",
            )
        ],
        ("region_best", "f8", (regions, d)),
        *[(name, "f8", (makers, d)) for name in ("group_source", "joint", "joint_fee", "offered")],
        ("source", "i8", (makers, d)),
        ("leaning", "f8", (makers, y)),
        ("staff", "f8", (makers,)),
        ("sent", "f8", (makers, destinations)),
        *[(name, "f8", (destinations,)) for name in ("sent_trucks", "truck_pull")],
    ]  # fmt: skip
    return np.dtype(
        [
            ("lines", "i8"),
            ("first", "i8", (e + 1,)),
            ("runs", "i8"),
            ("first_run", "i8", (e + 1,)),
            ("run_start", "i8", (LINES + 1,)),
            ("run_value", "f8", (LINES, b)),
            ("run_worth", "f8", (LINES, b)),
            *[(name, "i8") for name in ("sellers", "groups", "sites", "classes")],
            *line,
            ("weight", "f8", (LINES, b)),
            *[
                (name, "f8", (b,))
                for name in (
                    "alpha",
                    "rich",
                    "official",
                    "business",
                    "total",
                    "run_reach",
                    "run_lost",
                    "run_gain",
                )
            ],
            ("reach", "f8", (e, b)),
            ("mass", "f8", (e, e, b)),
            ("buyer_surplus", "f8", (b,)),
            ("leader", "f8", (d,)),
            ("focus", "f8", (d,)),
            ("learned", "f8", (y,)),
            ("gained", "f8", (y,)),
            ("improved", "f8", (len(IMPROVEMENTS),)),
            ("succeeded", "f8", (len(IMPROVEMENTS),)),
            ("split", "f8", (3,)),
            ("breadth", "f8", (d,)),
            ("learners", "f8"),
            ("from_group", "f8"),
            ("frontier", "f8", (d,)),
            ("venture_mean", "f8", (d,)),
            ("class_sold", "f8", (len(COMMERCIAL),)),
            ("segment_spent", "f8", (len(SEGMENTS),)),
            ("talent", "f8"),
            *[(name, "f8", (h,)) for name in ("funds", "pull", "joined", "staffing", "brought")],
            ("moved", "f8", (h, h)),
            *[
                (name, "f8")
                for name in ("public_money", "results", "contracts", "grants", "standards", "rulebook")
            ],
            ("able", "f8"),
            ("electric_sold", "f8"),
            ("rebates", "f8"),
            ("surplus", "f8"),
            ("rationed", "f8"),
            ("residual", "f8"),
            ("rounds", "f8"),
            ("bounds_hit", "f8"),
            ("floors_hit", "f8"),
            ("subsidy_paid", "f8"),
            ("tax_paid", "f8"),
            ("soft_aid", "f8"),
            ("entries", "f8"),
            ("exits", "f8"),
            ("takeovers", "f8"),
            ("goodwill_mean", "f8"),
            ("contestability", "f8"),
            ("imports", "f8"),
            ("truck_demand", "f8"),
            ("elasticity", "f8"),
            *own,  # last, so that what stands before them stands at the same place in every case
        ],
        align=True,
    )

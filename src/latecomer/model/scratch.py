"""Where does a year keep what it computes and nobody needs next year? One record of working space, made once per
history.

Lines on sale are gathered here in one list sorted by powertrain (axis j, at most LINES), so that the price loops run
over plain contiguous blocks instead of over every maker x segment x powertrain slot.
"""

import numpy as np

from latecomer.axes import BUYERS, COMMERCIAL, DOMAINS, POWERTRAINS, SEGMENTS

LINES = 640


def scratch_type(makers: int, regions: int) -> np.dtype:
    """Return the working record for a case with so many makers and regions."""
    b, e, d = len(BUYERS), len(POWERTRAINS), len(DOMAINS)
    line = [(name, "i8", (LINES,)) for name in ("maker", "segment", "powertrain", "seller")]
    line += [
        (name, "f8", (LINES,))
        for name in (
            "utility", "luxury", "firm_taste", "official_taste", "cost", "unit_cost", "wedge", "subsidy", "price", "best_price",
            "price_term", "power", "margin", "sold", "asked", "slope", "cross", "own_part", "home_private", "home_official",
            "electric", "own",
        )
    ]  # fmt: skip
    maker = [(name, "f8", (makers,)) for name in (
        "demand", "room", "kept", "shift", "home_corr", "site_corr", "plan_built", "plan_trucks", "gap", "truck_weight",
        "truck_sold", "truck_exports",
        "unmet", "unmet_trucks", "effort", "marketing", "line_spent", "handed", "allied",
        "sold_home", "mean_price", "earned", "best_gap",
    )]  # fmt: skip
    return np.dtype(
        [
            ("lines", "i8"),
            ("first", "i8", (e + 1,)),
            ("runs", "i8"),
            ("first_run", "i8", (e + 1,)),
            ("run_start", "i8", (LINES + 1,)),
            ("run_value", "f8", (LINES,)),
            ("run_worth", "f8", (LINES,)),
            *[(name, "i8") for name in ("sellers", "groups", "sites")],
            *[(name, "i8", (makers,)) for name in ("owner", "home", "group", "site")],
            *line,
            *maker,
            ("weight", "f8", (LINES,)),
            ("appeal", "f8", (regions, e)),
            ("first_time", "f8", (regions, b)),
            ("replacing", "f8", (regions, b)),
            ("bought", "f8", (regions, b)),
            ("spread", "f8", (regions,)),
            ("own_spread", "f8", (regions,)),
            ("local_spread", "f8", (regions,)),
            ("first_demand", "f8", (regions,)),
            ("second_demand", "f8", (regions,)),
            ("firm_margin", "f8", (e, makers)),
            ("group_margin", "f8", (e, makers)),
            ("firm_value", "f8", (e, makers)),
            ("group_value", "f8", (e, makers)),
            *[(name, "f8", (e, makers)) for name in ("reach_home", "lost_home", "worth_all", "worth_home")],
            ("own_total", "f8", (e,)),
            ("region_sales", "f8", (regions,)),
            ("region_own", "f8", (regions,)),
            ("region_local", "f8", (regions,)),
            ("protection", "f8", (regions,)),
            ("stake", "f8", (regions,)),
            ("group_source", "f8", (makers, d)),
            ("frontier", "f8", (d,)),
            ("venture_mean", "f8", (d,)),
            ("region_best", "f8", (regions, d)),
            ("class_sold", "f8", (len(COMMERCIAL),)),
            ("segment_spent", "f8", (len(SEGMENTS),)),
            ("talent", "f8"),
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
        ],
        align=True,
    )

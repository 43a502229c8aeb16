"""Writes a surveys.csv like the Portal Project's: its columns, number of rows and shares of missing
values, with made-up records. The same seed gives the same file."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROWS = 35_549
MISSING = {"species_id": 763, "sex": 2_511, "hindfoot_length": 4_111, "weight": 3_266}
SPECIES = [
    "DM",
    "DO",
    "DS",
    "NL",
    "OL",
    "OT",
    "PB",
    "PE",
    "PF",
    "PM",
    "PP",
    "RM",
    "RO",
    "SS",
]


def make_surveys(path: Path, seed: int = 0) -> None:
    generator = np.random.default_rng(seed)
    species = generator.integers(len(SPECIES), size=ROWS)
    typical_weight = generator.integers(8, 180, size=len(SPECIES))
    weight = np.maximum(4, generator.normal(typical_weight[species], 6)).round()
    frame = pd.DataFrame(
        {
            "record_id": np.arange(1, ROWS + 1),
            "month": generator.integers(1, 13, size=ROWS),
            "day": generator.integers(1, 29, size=ROWS),
            "year": np.sort(generator.integers(1977, 2003, size=ROWS)),
            "plot_id": generator.integers(1, 25, size=ROWS),
            "species_id": np.array(SPECIES, dtype=object)[species],
            "sex": np.array(["F", "M"], dtype=object)[generator.integers(2, size=ROWS)],
            "hindfoot_length": (15 + 0.15 * weight + generator.normal(0, 2, ROWS)).round(),
            "weight": weight,
        }
    )
    for column, count in MISSING.items():
        frame.loc[generator.choice(ROWS, size=count, replace=False), column] = None
    for column in ("hindfoot_length", "weight"):
        frame[column] = frame[column].astype("Int64")
    frame.to_csv(path, index=False)


if __name__ == "__main__":
    make_surveys(Path(sys.argv[1]))

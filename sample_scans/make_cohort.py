"""Make the tables of the synthetic cohort: 17 made-up patients, nobody's data.

python sample_scans/make_cohort.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

from kazerooni.phantom import write_synthetic_cohort

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "cohort"
    files = write_synthetic_cohort(folder, force=True)
    print(f"{', '.join(path.name for path in files)} in {folder.resolve().name}/")

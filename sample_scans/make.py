"""Make the scans of `kazerooni demo`: one phantom patient, three visits in ten years, their label maps and the truth.

python sample_scans/make.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

from kazerooni.phantom import VISITS, write_visits

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    write_visits(folder, progress=lambda done, total: print(f"{done} of {total} visits"))
    print(f"{', '.join(visit.name for visit in VISITS)}, maps and truth.json in {folder.resolve().name}/")

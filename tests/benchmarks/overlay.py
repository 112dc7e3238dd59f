"""How far the demo's opportunities are from what the accounts really bought afterwards.

Writes var/bench/overlay.json. The naive overlay of the field counts an open deal at its face
value; ours counts quantity times win probability as the CRM states it, not yet calibrated.
"""

import json
from pathlib import Path

from service.demo.opportunity_truth import opportunity_truth
from service.demo.overlay_judgement import judge

FIGURES = Path("var/bench/overlay.json")


def main() -> None:
    """Judge, write the figures."""
    truth = opportunity_truth()
    ours = judge(truth).row(-1, named=True)
    at_face_value = judge(truth.with_columns(win_probability=1.0)).row(-1, named=True)
    figures = {
        "opportunities": ours["opportunities"],
        "stated_probability": round(ours["stated_probability"], 3),
        "came_true": round(ours["came_true"], 3),
        "brier": round(ours["brier"], 3),
        "bias": round(ours["bias"], 3),
        "bias_at_face_value": round(at_face_value["bias"], 3),
        "error": round(ours["error"], 3),
        "error_at_face_value": round(at_face_value["error"], 3),
    }
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

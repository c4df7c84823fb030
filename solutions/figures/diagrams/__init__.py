"""The lectures' diagrams of attacks, hooks, loops and the grader.

They show no measurement. Three of them compute what they draw: the convolution, the paths of two
attacks on a function of two variables, and a certified radius. `solutions.draw` writes them beside
the figures of the lectures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from course import plots
from solutions.figures.diagrams.alarms import base_rates_diagram, cusum_diagram
from solutions.figures.diagrams.attack_paths import ball_diagram
from solutions.figures.diagrams.convolution import convolution_diagram
from solutions.figures.diagrams.counting import intervals_diagram, worst_case_diagram
from solutions.figures.diagrams.flows import grader_diagram, hook_diagram, min_max_diagram
from solutions.figures.diagrams.relaxation import relaxation_diagram
from solutions.figures.diagrams.smoothing import smoothing_diagram
from solutions.figures.diagrams.threat_models import norm_balls_diagram, threat_model_diagram
from solutions.figures.gallery import Drawing

DIAGRAMS: Mapping[str, Callable[[Any, plots.Theme], plots.CourseFigure]] = {
    "diagram-convolution": convolution_diagram,
    "diagram-hook": hook_diagram,
    "diagram-ball": ball_diagram,
    "diagram-min-max": min_max_diagram,
    "diagram-grader": grader_diagram,
    "diagram-smoothing": smoothing_diagram,
    "diagram-norm-balls": norm_balls_diagram,
    "diagram-threat-model": threat_model_diagram,
    "diagram-relaxation": relaxation_diagram,
    "diagram-worst-case": worst_case_diagram,
    "diagram-intervals": intervals_diagram,
    "diagram-cusum": cusum_diagram,
    "diagram-base-rates": base_rates_diagram,
}
FIGURES = {name: Drawing((draw.__doc__ or "").rstrip("."), draw) for name, draw in DIAGRAMS.items()}

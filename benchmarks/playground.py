"""Measures the playground in a browser: one FGSM step, and the time until the page can be used.

    PYTHONPATH=tests python benchmarks/playground.py

In headless Chromium, with the network that readers get. The step is timed against
its own parts in the same run: a gradient is one forward and one backward pass, so it should cost
a few forward passes. A screen shows a picture every 16 ms; a slider is smooth when a step takes
less. Also written to build/benchmarks/playground.json. Needs the extra `browser`.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from machine import machine
from playwright.sync_api import sync_playwright
from site_server import served_site

OUT = Path("build/benchmarks/playground.json")
FRAME = 1000 / 60  # milliseconds
# Medians in milliseconds of one forward pass and one whole step.
STEP = """() => {
  const { engine, attacks, pictures } = globalThis.adversarial;
  const { networks, samples } = pictures.open("digits");
  const [net, { image, label }] = [networks.plain, samples[0]];
  const median = (work) => {
    const times = Array.from({ length: 101 }, () => {
      const start = performance.now();
      work();
      return performance.now() - start;
    });
    return times.sort((a, b) => a - b)[50];
  };
  return {
    forward: median(() => engine.forward(net, image)),
    fgsm: median(() => attacks.ATTACKS.fgsm(net, image, { label }, 0.1)),
  };
}"""


def main() -> None:
    """Measure and print."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    with (
        tempfile.TemporaryDirectory() as folder,
        served_site(Path(folder)) as address,
        sync_playwright() as engine,
    ):
        running = engine.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = running.new_page()
        page.goto(address + "playground/")
        page.wait_for_selector("#playground[data-ready]")
        usable = page.evaluate("performance.now()")
        times = page.evaluate(STEP)
        running.close()
    result = {
        "forward, ms": round(times["forward"], 2),
        "FGSM step, ms": round(times["fgsm"], 2),
        "step, in forward passes": round(times["fgsm"] / times["forward"], 2),
        "step, in frames": round(times["fgsm"] / FRAME, 3),
        "page usable after, ms": round(usable),
    }
    for name, value in result.items():
        print(f"{name:26}{value:>10}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"machine": machine(), **result}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()

"""Runs five published reports again: their claims, our measurements, reasons for differences.

One module per report, `r000.py` to `r004.py`: the recipe and the published figures as data at the
top, then one function that runs everything in order. `course reproduce` finds a module by its name,
so adding one touches nothing else. A module holds one constant,

    REPORT = Report(
        "004", title=..., authors=..., network=...,
        profiles=("mnist",),        # what it was run on; the first is needed, others may be missing
        seeds=(0, 1, 2),            # one network each; `--seeds N` takes the first N, or more
        published=(Published(key, claim, value, unit, place, ...), ...),
        findings=(Finding(claim, ran, came_out, why), ...),   # shown on the site's audit page
        run=run,                    # run(lab: Lab) -> None, called once for each profile
        picture=picture,            # optional: picture(run: Mapping) -> CourseFigure
    )

and `run(lab)` does the work. What a lab gives (see `lab.py`):

    lab.data, lab.profile, lab.seeds, lab.quick      cut to a few images already where quick
    lab.network(name, build, train, **inputs)        a trained network and its note, stored on disk
    lab.stage(name, make, **inputs)                  any JSON value, stored on disk
    lab.each(name, look, models)                     a stage for each seed's network: look(model)
    lab.record(*measurements)                        `share(...)` and `number(...)` of record.py
    lab.curve(name, network=, attack=, epsilons=, correct=, total=)   pixel units, counts
    lab.keep(name, value)                            JSON for figures: confusion tables, images
    lab.shortcut(what, key, taken, without, unit)    what a saving of time changed, measured

A `Published` figure and the measurement that answers it have the same `key`. Units are "%" (never
fractions), "points", "count", "s", "x" or "" for a bare number. A stage that finished is not run
again: a stopped run resumes where it stopped. `**inputs` is everything else that determines the
outcome, besides the data, the quick flag and, for stages, the report's source. A stored outcome is
used only if all of these are the same. `measure.py` has what several reports need: `trained`,
`fgsm_counts`, `image_grid`, `detection`. A report's claims stand in `claims<number>.py`, so that a
reworded reason does not count as a changed run.

Figures for the site are drawn from committed results by modules `figures*.py`, which hold
`FIGURES` and `TABLES` as `solutions.figures.fgsm` does; each takes `{report: result}`.
"""

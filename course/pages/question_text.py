"""Questions as Markdown: complete without a script, and marked so that one can make forms of them.

`site/assets/questions.js` turns what is written here into a form that takes an answer. Without it
a reader sees the question, its choices, and a folded answer with the reason of each choice.
"""

from __future__ import annotations

from collections.abc import Sequence

from course.pages.questions import LETTERS, Question

TITLES = {"predict": "Predict first", "check": "Check yourself"}
ROUNDING = 0.02  # a smaller tolerance is for rounding, and is not shown


def questions(found: Sequence[Question], use: str) -> str:
    """The questions of one place on a page: a box under "Predict first", a list elsewhere."""
    written = "\n\n".join(one(question) for question in found)
    if use != "predict":
        return written
    title = f'<p class="admonition-title">{TITLES[use]}</p>'
    return (
        f'<div class="admonition note questions" markdown="block">\n{title}\n\n{written}\n\n</div>'
    )


def one(question: Question) -> str:
    """A question with its folded answer; an open one on a line is its own fold."""
    if question.kind == "open" and "\n" not in question.ask:
        title = question.ask.replace('"', "&quot;")
        return f'??? question "{title}"\n{indented(question.why)}'
    parts = [
        f'<div class="quiz" id="question-{question.id}" {data(question)} markdown="block">',
        f'<div class="quiz-ask" markdown="block">\n\n{question.ask}\n\n</div>',
        choices(question),
        f'<details markdown="block"><summary>Answer</summary>\n\n{answer(question)}\n\n</details>',
        "</div>",
    ]
    return "\n".join(part for part in parts if part)


def data(question: Question) -> str:
    """The data that the script needs, as attributes."""
    known = {"question": f"{question.lecture}/{question.id}", "kind": question.kind}
    if question.choices:
        known["right"] = str(question.right)
    if question.number is not None:
        known["low"] = f"{question.number - question.within:.10g}"
        known["high"] = f"{question.number + question.within:.10g}"
        known["unit"] = question.unit
        known["mistakes"] = " ".join(f"{each.number:.10g}" for each in question.mistakes)
    return " ".join(f'data-{name}="{value}"' for name, value in known.items())


def choices(question: Question) -> str:
    """The choices as a list."""
    if not question.choices:
        return ""
    lines = "\n".join(item(1 + place, c.text) for place, c in enumerate(question.choices))
    return f'<div class="quiz-choices" markdown="block">\n\n{lines}\n\n</div>'


def answer(question: Question) -> str:
    """The right answer with its reason, and what is wrong with the others."""
    if question.kind == "open":
        return question.why
    if question.number is not None:
        return number_answer(question)
    reasons = "\n".join(item(1 + place, c.why) for place, c in enumerate(question.choices))
    return (
        f"**{LETTERS[question.right]}** is right.\n\n"
        f'<div class="quiz-reasons" markdown="block">\n\n{reasons}\n\n</div>'
    )


def number_answer(question: Question) -> str:
    """The number with its unit and its reason, and known mistakes."""
    assert question.number is not None
    low, high = question.number - question.within, question.number + question.within
    wide = question.within > ROUNDING * abs(question.number)
    about = f" ({plain(low)} to {plain(high, question.unit)} counts as right)" if wide else ""
    written = (
        f"**{plain(question.number, question.unit)}**{about}\n\n"
        f'<div class="quiz-why" markdown="block">\n\n{question.why}\n\n</div>'
    )
    if question.mistakes:
        lines = [f"**{plain(m.number)}**: {m.why}" for m in question.mistakes]
        items = "\n".join(item(1 + place, line) for place, line in enumerate(lines))
        written += f'\n\n<div class="quiz-mistakes" markdown="block">\n\n{items}\n\n</div>'
    return written


def plain(number: float, unit: str = "") -> str:
    """A number as people write it, with its unit."""
    written = f"{number:,.6g}".replace("-", "−")
    return f"{written}{'' if unit in ('', '%') else ' '}{unit}"


def item(place: int, text: str) -> str:
    """One item of a numbered list, with all its lines."""
    return f"{place}. {indented(text).strip()}"


def indented(text: str) -> str:
    """Text four columns to the right, which makes it part of what stands before."""
    return "\n".join(f"    {line}" if line else "" for line in text.splitlines())

"""Fingerprints of programs, which renaming, moving and commenting leave the same."""

from __future__ import annotations

import hashlib
import io
import keyword
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

RUN = 16  # tokens in a fingerprint: shorter runs are in everybody's code


WINDOW = 6  # one of this many fingerprints in a row is selected


NOTHING = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENCODING, tokenize.ENDMARKER,
}  # fmt: skip


@dataclass(frozen=True)
class Token:
    """A token reduced to its kind, and its line."""

    text: str
    line: int


def tokens(source: str) -> list[Token]:
    """The shape of the code: keywords and operators as they are, names, numbers and texts alike.

    Code that is no Python (a magic, a typing error) is read line by line, as far as each line goes.
    """
    try:
        return list(shapes(source, 0))
    except (tokenize.TokenError, SyntaxError):
        pass
    found: list[Token] = []
    for number, line in enumerate(source.split("\n")):
        try:
            for token in shapes(line.strip(), number):
                found.append(token)  # what comes before the error is kept
        except (tokenize.TokenError, SyntaxError):
            continue
    return found


def shapes(source: str, above: int) -> Iterator[Token]:
    """The tokens of `source`, below `above` lines, without comments, layout and docstrings."""
    begun = False
    for token in tokenize.generate_tokens(io.StringIO(source + "\n").readline):
        if token.type in NOTHING:
            begun = begun and token.type in (tokenize.NL, tokenize.COMMENT)
        elif begun or token.type != tokenize.STRING:
            begun = True
            yield Token(shape(token), above + token.start[0])


def shape(token: tokenize.TokenInfo) -> str:
    """A token reduced to its kind, so that renaming changes nothing."""
    if token.type == tokenize.NAME:
        return token.string if keyword.iskeyword(token.string) else "name"
    if token.type == tokenize.NUMBER:
        return "number"
    return token.string if token.type == tokenize.OP else "text"


def fingerprints(code: Sequence[Token]) -> dict[int, tuple[int, int]]:
    """Of every WINDOW runs of RUN tokens the one with the smallest hash, with its lines."""
    hashes = []
    for start in range(len(code) - RUN + 1):
        run = code[start : start + RUN]
        text = "\0".join(token.text for token in run)
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        hashes.append((int.from_bytes(digest, "big"), (run[0].line, run[-1].line)))
    kept: dict[int, tuple[int, int]] = {}
    for start in range(max(1, len(hashes) - WINDOW + 1) if hashes else 0):
        value, where = min(hashes[start : start + WINDOW])
        kept.setdefault(value, where)
    return kept

"""Hand-ins that are odd as files: notebooks out of shape, links, pipes, what lies beside them.

Each function here writes one into a student's folder. Its docstring says what it tries, its
decorator the statuses that grading may find. None of them may earn anything: the answers in them
return the images as they are. The last is odd in another sense: it holds a network in base85.
"""

from __future__ import annotations

from redteam.odd_files import metadata, notebooks, paths, sources, weights
from redteam.odd_files.odd_file import OddFile

ODD_FILES = [
    each
    for module in (notebooks, metadata, sources, paths, weights)
    for each in vars(module).values()
    if isinstance(each, OddFile)
]

"""What pyproject.toml cannot say: texts that a wheel carries, and where the project is published.

Everything else is in pyproject.toml. REPO_URL and SITE_URL, as for mkdocs.yml, name the repository
and the site; without them a wheel names neither.
"""

import os
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = "adversarial_course"  # where autograder/installed.py looks for them
TEXTS = ("assignments/authored", "assignments/source", "assignments/nbgrader_config.py")
FILES = (*TEXTS, "assignments/README.md", "constraints.txt")


class WithTexts(build_py):
    """Builds the packages, and a folder of what is no package: texts, notebooks, versions."""

    def run(self) -> None:
        """Copy the files below `SHIPPED`; an editable install reads them where they lie."""
        super().run()
        if self.editable_mode:
            return
        here, target = Path(__file__).resolve().parent, Path(self.build_lib) / SHIPPED
        shutil.rmtree(target, ignore_errors=True)
        for name in FILES:
            source, copy = here / name, target / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                unwanted = shutil.ignore_patterns("__pycache__", ".*")
                shutil.copytree(source, copy, ignore=unwanted)
            else:
                shutil.copyfile(source, copy)


def addresses() -> dict[str, str]:
    """The project's addresses, all from two settings."""
    repository = os.environ.get("REPO_URL", "").rstrip("/")
    found = {}
    if repository:
        found["Source"] = repository
        found["Issues"] = f"{repository}/issues"
        found["Changelog"] = f"{repository}/blob/main/CHANGELOG.md"
    if site := os.environ.get("SITE_URL"):
        found["Documentation"] = site
    return found


setup(cmdclass={"build_py": WithTexts}, project_urls=addresses())

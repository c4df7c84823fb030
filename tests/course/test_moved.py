"""Modules that moved can be imported as notebooks of an earlier edition do."""

import pytest


def test_a_module_that_moved_is_found_under_its_old_name():
    from course import activation_plots, attack_plots

    assert attack_plots.__name__ == "course.plots.attacks"
    assert activation_plots.__name__ == "course.plots.activations"


def test_a_name_that_never_was_is_not_found():
    with pytest.raises(ImportError, match="never_was"):
        from course import never_was  # noqa: F401

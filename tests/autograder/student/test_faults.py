"""Errors of a student's code: the fault for each, and the parts that its message may show."""

import pytest
import torch
from support.student_cells import HIDDEN, said

from autograder.errors import Crash, Limit, NotWritten
from autograder.student import Network
from autograder.worker.protocol import Opaque


def test_an_error_is_shown_with_its_place_and_message_where_inputs_are_public(shown):
    with pytest.raises(Crash) as caught:
        shown.call("fail", HIDDEN)
    assert "ValueError in cell 3, line 2" in caught.value.got
    assert "[3, 1, 4" in caught.value.got


def test_an_error_is_shown_with_its_place_alone_where_inputs_are_hidden(hidden):
    with pytest.raises(Crash) as caught:
        hidden.call("fail", HIDDEN)
    assert caught.value.got == "ValueError in cell 3, line 2"
    assert "3, 1, 4" not in said(caught.value)


@pytest.mark.parametrize("name", ["fail_by_name", "fail_by_place", "fail_by_line"])
def test_no_input_comes_out_in_an_errors_name_or_place(hidden, name):
    with pytest.raises(Crash) as caught:
        hidden.call(name, HIDDEN)
    assert "31415" not in said(caught.value)


def test_no_input_comes_out_in_the_name_of_a_type(hidden, shown):
    assert hidden.call("type_with_a_name", HIDDEN) == Opaque("custom")
    assert shown.call("type_with_a_name", HIDDEN) == Opaque("T31415926")


def test_a_stub_is_not_written_yet(shown, hidden):
    for student in (shown, hidden):
        with pytest.raises(NotWritten) as caught:
            student.call("stub")
        assert caught.value.status == "WRONG"
        assert "not written yet" in caught.value.cause


def test_of_several_stubs_in_a_cell_the_first_is_named(shown, hidden):
    with pytest.raises(NotWritten) as caught:
        shown.call("last_step")
    assert "`Steps.unwritten`" in caught.value.cause
    assert caught.value.hint == "Begin with step 1. Ask for it, and wait."
    with pytest.raises(NotWritten) as caught:
        hidden.call("last_step")
    assert "unwritten" not in said(caught.value)


@pytest.mark.parametrize(
    ("name", "arguments", "refusal", "outside"),
    [
        ("fail", (HIDDEN,), True, False),
        ("fail_by_name", (HIDDEN,), True, False),  # a kind of ValueError
        ("rude", (), False, False),
        ("add", (), False, True),  # too few arguments: the call did not begin
    ],
)
def test_a_fault_knows_a_refusal_and_whose_code_raised_it(
    hidden, name, arguments, refusal, outside
):
    with pytest.raises(Crash) as caught:
        hidden.call(name, *arguments)
    assert (caught.value.refusal, caught.value.outside) == (refusal, outside)


@pytest.mark.parametrize("training", [True, False])
def test_gradients_of_a_network_are_those_of_the_judges_own(hidden, training):
    network, images = Network.build("tiny-cnn", 3), torch.rand(2, 1, 28, 28)
    found = hidden.gradients(hidden.network(network, training=training), images)
    own = [images.requires_grad_(), *network.module.parameters()]
    right = torch.autograd.grad(network.module(images).sum(), own)
    assert len(found) == len(right)
    for mine, other in zip(found, right, strict=True):
        torch.testing.assert_close(mine, other)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("leave", "SystemExit"),
        ("interrupt", "KeyboardInterrupt"),
        ("generator_exit", "GeneratorExit"),
        ("rude", "Rude"),
    ],
)
def test_leaving_is_an_error_and_the_process_goes_on(shown, name, kind):
    process = shown.call("process")
    with pytest.raises(Crash, match=f"{kind} in cell 3"):
        shown.call(name)
    assert shown.call("process") == process


def test_a_message_is_one_short_line_that_steers_no_terminal(shown):
    with pytest.raises(Crash) as caught:
        shown.call("steering")
    assert caught.value.got.isprintable()
    assert "line two" in caught.value.got
    assert len(caught.value.got) < 700


@pytest.mark.parametrize("name", ["memory", "tensor_memory", "file_size"])
def test_more_than_the_limits_is_refused(shown, name):
    with pytest.raises((Crash, Limit)):
        shown.call(name)
    assert shown.call("add", 1) == 2

"""Calls of a student's functions: arguments, results, and secrets."""

import torch
from support.student_cells import SECRET

from autograder.student import Network
from course import defences


def test_values_go_out_and_come_back(shown):
    assert torch.equal(shown.call("add", torch.arange(3)), torch.arange(3) + 1)
    assert shown.call("add", 1.5, y=2) == 3.5
    assert shown.call("nothing") is None


def test_what_a_name_is(shown):
    kinds = [shown.kind_of(name) for name in ("add", "Net", "constant", "no_such_name")]
    assert kinds == ["function", "class", "value", "missing"]


def test_a_module_stays_there_and_is_used_by_its_name(shown):
    net = shown.make("Net")
    weight, bias = shown.weights(net)
    images = torch.rand(4, 2)
    torch.testing.assert_close(shown.apply(net, images), images @ weight.T + bias)


def test_the_same_seed_gives_the_same_draws(shown):
    assert all(
        torch.equal(a, b)
        for a, b in zip(
            shown.weights(shown.make("Net")), shown.weights(shown.make("Net")), strict=True
        )
    )


def test_a_network_is_handed_out_with_the_judges_weights(shown):
    network = Network.build("tiny-cnn", 3)
    ref = shown.network(network)
    for sent, there in zip(network.module.state_dict().values(), shown.weights(ref), strict=True):
        assert torch.equal(sent, there)
    images = torch.rand(2, 1, 28, 28)
    torch.testing.assert_close(shown.apply(ref, images), network.module(images))
    traces = shown.traces(ref)
    assert traces["hooks"] == traces["gradients"] == 0
    assert all(shown.traces(shown.network(network, training=True))["training"])


def test_a_defence_is_handed_out_around_the_judges_network(shown):
    network = Network.build("tiny-cnn", 3)
    images = torch.rand(2, 1, 28, 28)
    for name, number in (("quantised", 4.0), ("scaled-logits", 100.0)):
        ref = shown.defence(name, network, number)
        expected = defences.build(name, network.module, number)
        torch.testing.assert_close(shown.apply(ref, images), expected(images))
        assert not any(shown.traces(ref)["training"])


def test_inputs_changed_in_place_stay_as_they_were_here(shown):
    images = torch.zeros(2, 3)
    assert torch.equal(shown.call("spoil", images), torch.full((2, 3), 0.5))
    assert torch.equal(images, torch.zeros(2, 3))


def test_printing_is_harmless_and_goes_nowhere(shown, capfd):
    assert shown.call("chatter") == 1
    assert capfd.readouterr() == ("", "")


def test_the_worker_knows_no_secret_of_the_judge(shown):
    known = repr(shown.call("surroundings"))
    assert SECRET not in known
    assert "COURSE_SECRET" not in known

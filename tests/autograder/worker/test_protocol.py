"""The protocol between judge and worker: values that can be sent, and frames that are refused."""

import json
import math
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict
from types import MappingProxyType

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import Malformed
from autograder.worker.protocol import (
    DTYPES,
    MAX_PAYLOAD,
    MAX_TENSORS,
    PREFIX,
    Message,
    Opaque,
    Ref,
    decode,
    encode,
    pack,
    unpack,
)


def frame_parts(frame: bytes) -> tuple[bytes, bytes]:
    _, size, _ = PREFIX.unpack(frame[: PREFIX.size])
    return frame[PREFIX.size : PREFIX.size + size], frame[PREFIX.size + size :]


def across(value):
    """The value as the other process gets it."""
    tensors: list[torch.Tensor] = []
    frame = encode(Message({"result": pack(value, tensors)}, tensors))
    message = decode(*frame_parts(frame))
    return unpack(message.header["result"], message.tensors)


def header(specs, **more) -> bytes:
    return json.dumps({"tensors": specs, **more}).encode()


# --- values that cross ----------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 0, 2), (2, 3), (1, 2, 3, 4)])
@pytest.mark.parametrize("dtype", DTYPES.values(), ids=list(DTYPES))
def test_tensors_arrive_as_they_were_sent(dtype, shape):
    sent = (torch.arange(math.prod(shape)).reshape(shape) % 2).to(dtype)
    got = across(sent)
    assert got.dtype == dtype
    assert got.shape == sent.shape
    assert torch.equal(got, sent)


@pytest.mark.parametrize(
    "sent",
    [
        torch.arange(12.0).reshape(3, 4).T,
        torch.arange(12.0)[::3],
        torch.tensor([1.0]).expand(3, 2),
        torch.zeros(2, 3, 4, 5).to(memory_format=torch.channels_last),
        torch.randn(4, dtype=torch.complex64).conj().imag,
        torch.ones(3, requires_grad=True) * 2,
        torch.nn.Parameter(torch.ones(2)),
    ],
    ids=["transposed", "strided", "expanded", "channels-last", "negated", "graph", "parameter"],
)
def test_layout_and_history_stay_behind(sent):
    got = across(sent)
    assert torch.equal(got, sent.detach())
    assert type(got) is torch.Tensor
    assert got.is_contiguous()
    assert not got.requires_grad


def test_what_arrives_is_a_copy():
    sent = torch.zeros(3)
    got = across(sent)
    got += 1
    assert torch.equal(sent, torch.zeros(3))


def test_special_floats_cross():
    got = across([math.nan, math.inf, -math.inf, -0.0])
    assert math.isnan(got[0])
    assert got[1:3] == [math.inf, -math.inf]
    assert math.copysign(1, got[3]) == -1
    assert torch.isnan(across(torch.tensor([math.nan]))).all()


def test_plain_values_cross():
    value = {"a": [1, 2.5, None, True], "b": {"c": "é\ud800"}, "$tensor": 0, "d": Ref("r1")}
    assert across(value) == value


def test_tuples_become_lists_and_names_of_objects_stay_names():
    assert across((1, (2,))) == [1, [2]]
    assert across(Ref("network")) == Ref("network")


# --- values that do not ---------------------------------------------------------------------------


class Images(torch.Tensor):
    pass


class Number(int):
    def __le__(self, other):
        return True


class Answers(dict):
    pass


@pytest.mark.parametrize(
    "value",
    [
        torch.zeros(2).half(),
        torch.zeros(2).bfloat16(),
        torch.zeros(2, dtype=torch.complex64),
        torch.zeros(2, dtype=torch.int8),
        torch.zeros(2).as_subclass(Images),
        torch.eye(2).to_sparse(),
        torch.empty(2, device="meta"),
        torch.zeros(1).expand(MAX_PAYLOAD),
        Number(3),
        {1: 2},
        {"a", "b"},
        b"bytes",
        10**30,
        10**5000,
        -(2**63) - 1,
        object(),
        print,
        torch.nn.Linear(1, 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_could_answer_for_itself_crosses_as_a_name_only(value):
    assert isinstance(across(value), Opaque)
    assert isinstance(across([value])[0], Opaque)


def test_what_behaves_as_a_list_or_dict_in_pytorch_and_python_crosses():
    assert across(torch.zeros(2, 3).shape) == [2, 3]
    assert across(OrderedDict(a=1)) == {"a": 1}
    assert across(defaultdict(list, a=[1])) == {"a": [1]}


@pytest.mark.parametrize(
    "value",
    [Answers(a=1), UserDict(a=1), MappingProxyType({"a": 1}), ChainMap({"a": 1}), Counter("a")],
    ids=lambda value: type(value).__name__,
)
def test_any_mapping_crosses_as_a_dictionary(value):
    assert across(value) == {"a": 1}
    assert across({"conv1": value}) == {"conv1": {"a": 1}}


def test_a_mapping_with_keys_that_are_no_text_crosses_as_a_name_only():
    assert isinstance(across(MappingProxyType({1: 2})), Opaque)


def test_the_name_of_a_refused_tensor_says_its_dtype():
    assert across(torch.zeros(2).half()) == Opaque("a tensor of float16")


def test_a_float_that_is_more_than_a_float_crosses_by_its_value():
    class Boastful(float):
        def __ge__(self, other):
            return True

    got = across(Boastful(0.1))
    assert type(got) is float
    assert got == 0.1


def test_depth_and_the_count_of_tensors_are_bounded():
    deep: list = []
    for _ in range(100):
        deep = [deep]
    assert "Opaque" in repr(across(deep))
    looped: list = []
    looped.append(looped)
    assert "Opaque" in repr(across(looped))
    got = across([torch.zeros(1)] * (MAX_TENSORS + 1))
    assert isinstance(got[-1], Opaque)
    assert isinstance(got[-2], torch.Tensor)


# --- false frames ---------------------------------------------------------------------------------

LIES = {
    "not JSON": (b"{", b""),
    "not UTF-8": (b"\xff\xfe", b""),
    "no object": (b"[]", b""),
    "a number": (b"7", b""),
    "null": (b"null", b""),
    "no tensors": (b"{}", b""),
    "tensors no list": (header({}), b""),
    "too many tensors": (header([{"dtype": "bool", "shape": [0]}] * (MAX_TENSORS + 1)), b""),
    "spec no object": (header([1]), b""),
    "no dtype": (header([{"shape": [1]}]), b"1234"),
    "unknown dtype": (header([{"dtype": "float16", "shape": [1]}]), b"12"),
    "dtype a list": (header([{"dtype": [], "shape": [1]}]), b"12"),
    "shape a number": (header([{"dtype": "uint8", "shape": 1}]), b"1"),
    "rank": (header([{"dtype": "uint8", "shape": [1] * 9}]), b"1"),
    "negative size": (header([{"dtype": "uint8", "shape": [-1, -1]}]), b"1"),
    "size is a bool": (header([{"dtype": "uint8", "shape": [True]}]), b"1"),
    "size is a float": (header([{"dtype": "uint8", "shape": [1.0]}]), b"1"),
    "size is NaN": (b'{"tensors": [{"dtype": "uint8", "shape": [NaN]}]}', b"1"),
    "size is text": (header([{"dtype": "uint8", "shape": ["1"]}]), b"1"),
    "huge size": (header([{"dtype": "uint8", "shape": [10**18]}]), b"1"),
    "product overflows": (header([{"dtype": "float64", "shape": [2**29] * 8}]), b"1"),
    "fewer bytes": (header([{"dtype": "float32", "shape": [2]}]), b"1234"),
    "more bytes": (header([{"dtype": "float32", "shape": [1]}]), b"12345"),
    "bytes unannounced": (header([]), b"1"),
    "bool of 2": (header([{"dtype": "bool", "shape": [1]}]), b"\x02"),
    "deep JSON": (b"[" * 100_000 + b"]" * 100_000, b""),
    "deep in the header": (b'{"tensors": [], "r": ' + b'{"a":' * 9_999 + b"1" + b"}" * 10_000, b""),
    "huge integer": (b'{"tensors": [{"dtype":"uint8","shape":[' + b"9" * 5_000 + b"]}]}", b"1"),
    "surrogate": (b'{"tensors": [{"dtype":"\\ud800","shape":[1]}]}', b"1"),
}


@pytest.mark.parametrize("lie", LIES, ids=list(LIES))
def test_a_frame_that_lies_is_malformed(lie):
    with pytest.raises(Malformed):
        decode(*LIES[lie])


def test_of_duplicate_keys_one_counts():
    raw = b'{"tensors": [{"dtype": "uint8", "shape": [9]}], "tensors": [], "r": 1, "r": 2}'
    assert decode(raw, b"").header == {"r": 2}


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"a": 1},
        {"$tensor": 0, "more": 1},
        {"$tensor": 1},
        {"$tensor": -1},
        {"$tensor": True},
        {"$tensor": 0.0},
        {"$ref": 1},
        {"$opaque": None},
        {"$dict": []},
        {"$dict": {"a": {}}},
        {"$pickle": "gASV"},
        [[[{"$dict": {"x": {"$dict": 1}}}]]],
        10**400,
        [2**63],
    ],
    ids=repr,
)
def test_values_of_no_known_kind_are_malformed(value):
    with pytest.raises(Malformed):
        unpack(value, [torch.zeros(1)])


def test_values_nested_too_deep_are_malformed():
    deep: object = 1
    for _ in range(900):
        deep = {"$dict": {"a": deep}}
    with pytest.raises(Malformed):
        unpack(deep, [])


def test_a_name_that_came_across_is_short():
    got = unpack({"$opaque": "x" * 10_000}, [])
    assert len(got.type_name) <= 60


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["$tensor", "$ref", "$dict", "$opaque", "x"]), inner)
    ),
    max_leaves=8,
)
sizes = st.sampled_from([0, 1, 2, 3, -1, 2**31, 2**63, True, 1.5, None])
spec_values = st.fixed_dictionaries(
    {"dtype": st.sampled_from([*DTYPES, "float16", ""]), "shape": st.lists(sizes, max_size=9)}
)


def read(head: bytes, payload: bytes) -> None:
    """A message or Malformed: any other error fails the test."""
    try:
        message = decode(head, payload)
        unpack(message.header.get("result"), message.tensors)
    except Malformed:
        pass


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=64))
def test_arbitrary_bytes_are_a_message_or_malformed(head, payload):
    read(head, payload)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(spec_values, max_size=4) | json_values,
    json_values,
    st.binary(max_size=64),
)
def test_arbitrary_headers_are_a_message_or_malformed(specs, result, payload):
    read(json.dumps({"tensors": specs, "result": result}).encode(), payload)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_a_mutated_frame_is_a_message_or_malformed(place, noise):
    tensors = [torch.arange(6).reshape(2, 3), torch.tensor([True, False])]
    frame = encode(Message({"result": [{"$tensor": 0}, {"$tensor": 1}]}, tensors))
    head, payload = frame_parts(frame)
    body = head + payload
    place %= len(body)
    body = body[:place] + noise + body[place + len(noise) :]
    read(body[: len(head)], body[len(head) :])

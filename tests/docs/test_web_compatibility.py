"""docs/webassembly.md says what docs/studies/web_compatibility.py measured, and that holds what the pages promise."""

import json

import pytest
import web_compatibility


@pytest.fixture(scope="module")
def recorded():
    return json.loads(web_compatibility.RESULTS.read_text())


def module(*imports: bytes) -> bytes:
    """The first sections of a WebAssembly module that imports these, each a kind with what belongs to it."""
    body = bytes([len(imports)]) + b"".join(b"\x01a\x01b" + entry for entry in imports)
    return b"\0asm\1\0\0\0" + b"\x01\x01\x00" + b"\x02" + bytes([len(body)]) + body


def test_memory_that_a_module_asks_for():
    function, table, constant = b"\x00\x07", b"\x01\x70\x00\x05", b"\x03\x7f\x00"
    bounded, open_ended = b"\x02\x03\x80\x02\x80\x80\x04", b"\x02\x00\x01"
    found = web_compatibility.imported_memory(module(function, table, constant, bounded))
    assert found == {"least_pages": 256, "most_pages": 65536, "shared": True}
    found = web_compatibility.imported_memory(module(open_ended))
    assert found == {"least_pages": 1, "most_pages": None, "shared": False}
    with pytest.raises(ValueError, match="no memory"):
        web_compatibility.imported_memory(module(function))


def test_cells():
    same = {"questions": 4, "equal": 4, "gap": 0.0}
    assert web_compatibility.cell(same) == "4 of 4"
    assert web_compatibility.cell({"questions": 4, "equal": 3, "gap": 0.0123}) == "3 of 4, 0.01"
    assert web_compatibility.cell({"refused": "int8 has no kernels"}) == "refused"


def test_what_was_measured_is_this_release(recorded):
    release = json.loads((web_compatibility.RELEASE / "manifest.json").read_text())
    assert recorded["model"] == release["version"]


def test_every_file_runs_in_webassembly_and_float32_is_exact(recorded):
    for where, found in recorded["places"].items():
        if "WebGPU" not in where:
            assert set(found) == set(web_compatibility.DTYPES) and not any(
                "refused" in cell for cell in found.values()
            )
            assert (found["fp32"]["equal"], found["fp32"]["gap"]) == (found["fp32"]["questions"], 0), where
            assert found["fp32"]["questions"] > 30


def test_int8_is_refused_on_webgpu(recorded):
    for engine in web_compatibility.WEBGPU_ENGINES:
        found = recorded["places"][web_compatibility.place(engine, "webgpu", 1)]
        assert all("refused" in found[dtype] for dtype in ("q8", "q4wire"))

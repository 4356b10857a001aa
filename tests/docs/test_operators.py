"""docs/operators.md says what was measured, and what is measured is told apart rightly."""

import json
import re

import diagram
import operators
import placement
import pytest

from configuration_odin import PRESETS, OdinConfig
from export.profiling import profile, shapes
from export.random_weights import export_random


PREFIX = "2026-01-01 00:00:00.000 [V:onnxruntime:, session_state.cc:1 VerifyEachNodeIsAssignedToAnEp] "


@pytest.fixture(scope="module")
def recorded():
    files = {name: operators.MEASUREMENTS / f"operators-{name}.json" for name in PRESETS}
    return {name: json.loads(path.read_text()) for name, path in files.items()}


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    config = OdinConfig(vocab_size=64, hidden_size=32, num_hidden_layers=2, head_dim=16, decay_rank=4, gate_rank=4)
    path = export_random(config, tmp_path_factory.mktemp("toy"))["fp32"]
    return profile(path, 1, 1), shapes(path, True)


def log(*lines):
    return ["something else", *(PREFIX + line for line in lines), "the end"]


def test_placements_of_two_providers():
    missing = "[I:onnxruntime:, x.cc:1 F] webgpu kernel not found in registries for Op type: Shape node name: /Shape"
    parsed = placement.parse(
        [
            missing,
            missing,  # asked twice
            *log(
                " Node(s) placed on [WebGpuExecutionProvider]. Number of nodes: 3",
                "  Mul (/a/Mul)",
                "  Mul (/b/Mul)",
                "  Add (/b/Add (1))",
                " Node(s) placed on [CPUExecutionProvider]. Number of nodes: 1",
                "  Shape (/Shape)",
            ),
        ]
    )
    assert parsed == {
        "nodes": {"WebGpuExecutionProvider": {"Add": 1, "Mul": 2}, "CPUExecutionProvider": {"Shape": 1}},
        "without_kernel": {"Shape": 1},
    }


def test_placements_of_one_provider():
    parsed = placement.parse(log(" All nodes placed on [CPUExecutionProvider]. Number of nodes: 294"))
    assert parsed == {"nodes": {"CPUExecutionProvider": {"all": 294}}, "without_kernel": {}}


@pytest.mark.parametrize(
    "lines", [(), (" Node(s) placed on [CPUExecutionProvider]. Number of nodes: 2", "  Mul (/a)")]
)
def test_a_log_without_its_nodes_is_refused(lines):
    with pytest.raises(ValueError, match="does not list the nodes"):
        placement.parse(log(*lines))


@pytest.mark.parametrize(
    "gpu, cpu, without, text",
    [
        (3, 0, 0, "yes"),
        (0, 2, 2, "2 on CPU (no kernel)"),
        (0, 2, 0, "2 on CPU (by choice)"),
        (3, 1, 1, "yes; 1 of 4 on CPU (no kernel for the type)"),
        (0, 0, 0, "folded on loading"),
    ],
)
def test_words_for_webgpu(gpu, cpu, without, text):
    nodes = {operators.GPU: {"Mul": gpu} if gpu else {}, "CPUExecutionProvider": {"Mul": cpu} if cpu else {}}
    placed = {"nodes": nodes, "without_kernel": {"Mul": without} if without else {}}
    assert operators.webgpu({"op_type": "Mul"}, placed) == text


def test_words_for_wasm_need_all_nodes():
    report = {"operators": [{"op_type": "Mul", "count": 2}, {"op_type": "Constant", "count": 9}]}
    for count, text in ((2, "yes"), (1, "not all")):
        nodes = {"CPUExecutionProvider": {"all": count}}
        assert operators.wasm({**report, "web": {"wasm, as exported": {"nodes": nodes}}}) == text
    assert operators.wasm({**report, "web": {"wasm, as exported": {"error": "no"}}}) == "does not load"


def test_every_node_of_a_layer_is_in_one_box(toy):
    run, of = toy
    text = diagram.block(run, of)
    labels = re.findall(r'^  n\d+\["(?:<b>.*?</b><br>)?(.*?)"\]$', text, re.M)
    counts = [re.fullmatch(r"(?:(\d+) )?\w+", part)[1] for line in labels for part in line.split(", ")]
    assert sum(int(count or 1) for count in counts) == sum(diagram.layer_of(node) == 0 for node in run.launches)
    assert re.search(r'n\d+\["LinearAttention"\]', text) and "<b>time_mixing/conv</b>" in text


@pytest.mark.parametrize("draw", [diagram.block, diagram.overview])
def test_a_diagram_flows_from_inputs_to_results(toy, draw):
    edges = re.findall(r"^  (\w+)(?:\(\[.*?\]\))? -->(?:\|.*?\|)? (\w+)", draw(*toy), re.M)
    order, waiting = set(), list(edges)
    sources = {source for source, _ in edges} - {target for _, target in edges}
    assert {"past_conv", "past_recurrent"} <= sources
    assert {"present_conv", "present_recurrent"} <= {target for _, target in edges} - {source for source, _ in edges}
    order |= sources
    while waiting:  # a cycle would never get ready
        ready = {t for _, t in waiting if all(s in order for s, other in edges if other == t)} - order
        assert ready, waiting
        order |= ready
        waiting = [(s, t) for s, t in waiting if t not in order]


def test_overview_refuses_layers_that_differ(toy):
    run, of = toy
    last = next(node for node in reversed(run.launches) if diagram.layer_of(node) == 1)
    with pytest.raises(ValueError, match="differ"):
        diagram.overview(type(run)([n for n in run.launches if n is not last], run.inputs, run.results, 0, 0), of)


def test_document_is_that_of_the_measurements(recorded):
    document = operators.DOCUMENT.read_text()
    for name, reports in recorded.items():
        for report in reports.values():
            table = operators.kernel_table if name == "odin-nano" else operators.operator_table
            assert table(report) in document
        assert operators.launch_table(reports["fp32"]["fused"]) in document, name
    assert operators.web_table(recorded) in document
    assert operators.footprint_table(recorded) in document
    runtimes = json.loads((operators.MEASUREMENTS / "operators-runtimes.json").read_text())
    assert operators.runtime_table(runtimes) in document


def test_every_operator_runs_in_webassembly_and_says_the_same(recorded):
    """What the Space relies on."""
    # Natively q4 rounds activations to 8 bits (`accuracy_level` of MatMulNBits), which the browser's kernels do not.
    limits = {"fp32": 1e-3, "int8": 1e-3, "q4": 0.3}
    for dtype, report in recorded["odin-nano"].items():
        assert operators.wasm(report) == "yes"
        assert all(placed["logit_error"] < limits[dtype] for placed in report["web"].values())


def test_both_sizes_have_the_same_operators(recorded):
    """So that what is known of the kernels of one holds for the other.

    But for Identity: odin-100m is untrained, and the exporter stores the equal weights of its layers once.
    """
    for dtype in operators.DTYPES:
        small, large = (
            {(e["domain"], e["op_type"], e["since_version"]) for e in recorded[name][dtype]["operators"]}
            for name in PRESETS
        )
        assert {op for op in large if op[1] != "Identity"} == small
        assert recorded["odin-100m"][dtype]["missing"] == []

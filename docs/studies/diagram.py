"""Mermaid diagrams of what onnxruntime runs: a module's nodes in one box, edges with the shapes that flow along."""

import re
from collections import Counter

from export.profiling import Launch, Run


# Where tensors of different meaning meet or part: a box of their own.
HUBS = ("Split", "LinearAttention")
# The first layer's norm reads the embedding; every other norm of the stream adds to it what it reads.
ALIKE = {"SkipSimplifiedLayerNormalization": "RMSNormalization"}
LAYER = re.compile(r"^model/layers\.(\d+)/")


def module(node: Launch) -> str:
    """The module that the node comes from, by its name: `/model/layers.0/time_mixing/conv/Mul` is of `.../conv`."""
    parts = node.name.strip("/").split("/")
    end = next((i for i, part in enumerate(parts) if part[:1].isupper()), len(parts))
    return "/".join(parts[:end])


def layer_of(node: Launch) -> int | None:
    match = LAYER.match(node.name.strip("/"))
    return int(match[1]) if match else None


def box_numbers(nodes: list[Launch], leaves: set[str]) -> list[int]:
    """A box for each node: one for each module that holds no other, else one for each chain of neighbours.

    Args:
        leaves: modules whose nodes belong together, connected or not.
    """
    number = list(range(len(nodes)))
    producer = {name: i for i, node in enumerate(nodes) for name in node.outputs}
    first: dict[str, int] = {}

    def find(i: int) -> int:
        while number[i] != i:
            i = number[i]
        return i

    for i, node in enumerate(nodes):
        own = module(node)
        if own in leaves:
            number[i] = find(first.setdefault(own, i))
            continue
        for source in (producer[name] for name in node.inputs if name in producer):
            # A layer's own nodes are its two sums: one box would lie before and after the channel mixing.
            hub = node.op_type in HUBS or nodes[source].op_type in HUBS or LAYER.fullmatch(own + "/")
            if module(nodes[source]) == own and not hub:
                number[find(i)] = find(source)
    return [find(i) for i in range(len(nodes))]


def label(nodes: list[Launch], name: str = "") -> str:
    """The module's name and its operators with their numbers."""
    counts = Counter(node.op_type for node in nodes)
    text = ", ".join(op if count == 1 else f"{count} {op}" for op, count in counts.items())
    return f"<b>{name}</b><br>{text}" if name else text


def mermaid(boxes: list[tuple[str, list[Launch]]], run: Run, shapes: dict[str, tuple[str, str]]) -> str:
    """The flow chart of `(label, nodes)`; tensors that come from or go elsewhere are round."""
    place = {name: i for i, (_, nodes) in enumerate(boxes) for node in nodes for name in node.outputs}
    shown = {node.name for _, nodes in boxes for node in nodes}
    computed = {name for node in run.launches for name in node.outputs}
    leaving = {name for node in run.launches if node.name not in shown for name in node.inputs}
    edges: dict[tuple[str, str], list[str]] = {}
    for i, (_, nodes) in enumerate(boxes):
        for node in nodes:
            for name in node.inputs:
                if name in place and place[name] != i:
                    edges.setdefault((f"n{place[name]}", f"n{i}"), []).append(name)
                elif name in run.inputs or name in computed - set(place):
                    edges.setdefault((outer(name, run, "in"), f"n{i}"), []).append(name)
            for name in node.outputs:
                if name in run.results or name in leaving:
                    edges.setdefault((f"n{i}", outer(name, run, "out")), []).append(name)
    lines = ["```mermaid", "flowchart TD"]
    lines += [f'  n{i}["{text}"]' for i, (text, _) in enumerate(boxes)]
    for (source, target), names in edges.items():
        text = ", ".join(sorted({shapes[name][1] for name in names if name in shapes}))
        lines.append(f'  {source} -->|"{text}"| {target}' if text else f"  {source} --> {target}")
    return "\n".join([*lines, "```"])


def outer(name: str, run: Run, direction: str) -> str:
    """A round node for an input or result, without its layer's number, or for what another part of the graph has."""
    if name in run.inputs or name in run.results:
        name = re.sub(r"\.\d+$", "", name)
        return f'{name}(["{name}"])'
    return f'x_{direction}(["x"])'


def block(run: Run, shapes: dict[str, tuple[str, str]], layer: int = 0) -> str:
    """One layer."""
    nodes = [node for node in run.launches if layer_of(node) == layer]
    modules = {module(node) for node in nodes}
    leaves = {m for m in modules if not any(other.startswith(m + "/") for other in modules)}
    grouped: dict[int, list[Launch]] = {}
    for node, number in zip(nodes, box_numbers(nodes, leaves), strict=True):
        grouped.setdefault(number, []).append(node)
    boxes = []
    for members in grouped.values():
        name = module(members[0])
        boxes.append((label(members, name.split("/", 2)[-1] if name in leaves else ""), members))
    return mermaid(boxes, run, shapes)


def overview(run: Run, shapes: dict[str, tuple[str, str]]) -> str:
    """The whole graph, equal layers in one box.

    Raises:
        ValueError: the layers are not alike, so that one box would hide something.
    """
    layers: dict[int, list[Launch]] = {}
    grouped: dict[str, list[Launch]] = {}
    needed: set[str] = set()  # by a layer: what is of no module makes the mask, or else chooses the logits' positions
    for node in reversed(run.launches):
        if layer_of(node) is not None or needed.intersection(node.outputs):
            needed.update(node.inputs)
    for node in run.launches:
        layer = layer_of(node)
        if layer is None:
            name = module(node) or str(bool(needed.intersection(node.outputs)))
            grouped.setdefault(name, []).append(node)
        else:
            layers.setdefault(layer, []).append(node)
            grouped.setdefault("layers", []).append(node)
    kinds = {tuple(sorted(ALIKE.get(node.op_type, node.op_type) for node in nodes)) for nodes in layers.values()}
    if len(kinds) != 1:
        raise ValueError("the layers differ in their operators")
    each = len(next(iter(layers.values())))
    boxes = [(label(nodes, name if "/" in name or "_" in name else ""), nodes) for name, nodes in grouped.items()]
    place = list(grouped).index("layers")
    boxes[place] = (f"<b>{len(layers)} layers</b><br>{each} nodes each", grouped["layers"])
    return mermaid(boxes, run, shapes)

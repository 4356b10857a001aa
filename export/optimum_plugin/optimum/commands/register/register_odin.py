"""Makes `optimum-cli` know ODIN: it imports every file installed in the namespace `optimum.commands.register`."""

from optimum.exporters.tasks import TasksManager


def odin_onnx_config(*args, **kwargs):
    """`OdinOnnxConfig`, imported only when an export begins: here it would slow down every optimum-cli command."""
    from export.onnx_config import OdinOnnxConfig

    return OdinOnnxConfig(*args, **kwargs)


odin_onnx_config.SUPPORTS_PAST = True  # type: ignore[attr-defined]
TasksManager.create_register("onnx")("odin", "text-generation", "text-generation-with-past")(odin_onnx_config)

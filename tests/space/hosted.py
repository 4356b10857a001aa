"""What every host should say of every kind of file: one table for nginx and for Cloudflare's `_headers`."""

from pathlib import Path


SHA256 = "0123456789abcdef" * 4
EVERYWHERE = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
AGAIN = EVERYWHERE | {"Cache-Control": "no-cache"}
LASTING = EVERYWHERE | {"Cache-Control": "public, max-age=31536000, immutable"}
SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag",
}
# Address, type, headers. The empty address is the page.
FILES = [
    ("", "text/html", AGAIN),
    ("sw.js", "text/javascript", AGAIN),
    ("manifest.webmanifest", "application/manifest+json", AGAIN),
    ("leaderboard.json", "application/json", AGAIN),
    ("icon.svg", "image/svg+xml", AGAIN),
    ("icons/icon-192.png", "image/png", AGAIN),
    ("assets/index-BWuo1FgP.js", "text/javascript", LASTING),
    ("assets/settings-PFPaMBU-.js", "text/javascript", LASTING),
    ("assets/index-BXmibN1P.css", "text/css", LASTING),
    ("ort/ort-wasm-simd-threaded.mjs", "text/javascript", AGAIN),
    ("ort/ort-wasm-simd-threaded.wasm", "application/wasm", AGAIN),
    ("ort/ort-wasm-simd-threaded.asyncify.mjs", "text/javascript", AGAIN),
    ("ort/ort-wasm-simd-threaded.asyncify.wasm", "application/wasm", AGAIN),
    ("pyodide/stdlib-fa1957e5.zip", "application/zip", LASTING),
    ("models/toy/manifest.json", "application/json", AGAIN | SHARED),
    ("models/toy/card.json", "application/json", AGAIN | SHARED),
    ("models/toy/README.md", "text/markdown", AGAIN | SHARED),
    ("models/toy/onnx/model.onnx", "application/octet-stream", AGAIN | SHARED),
    (f"models/toy/chunks/{SHA256}", "application/octet-stream", LASTING | SHARED),
]
PAGE = """<!doctype html><title>ODIN</title>
<script type="module" src="./assets/index-BWuo1FgP.js"></script>
<link rel="stylesheet" href="./assets/index-BXmibN1P.css">
"""


def make_site(folder: Path) -> Path:
    """A site with a file of each kind; the content is the file's address, repeated."""
    for path, _, _ in FILES:
        file = folder / (path or "index.html")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path * 300 if path else PAGE)
    return folder

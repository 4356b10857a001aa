/**
 * The build of onnxruntime with WebGPU, out of the parts that `pages.sh` cut it into: Cloudflare Pages takes no file
 * above 25 MiB. Of the site it is the only address that runs code; `_headers` says nothing about such answers, so its
 * headers are here.
 */

const HEADERS = {
  "Content-Type": "application/wasm",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Cache-Control": "no-cache",
};

export async function onRequest({ request, env, waitUntil }) {
  if (!["GET", "HEAD"].includes(request.method)) {
    return new Response(null, { status: 405, headers: { Allow: "GET, HEAD" } });
  }
  const parts = [];
  for (;;) {
    const part = await env.ASSETS.fetch(new Request(`${new URL(request.url).href.split("?")[0]}.part${parts.length}`));
    if (part.status === 200) parts.push(part);
    else {
      await part.body?.cancel(); // what nobody reads keeps its connection
      break;
    }
  }
  if (parts.length === 0) return new Response("not found", { status: 404 });
  const etag = `W/"${parts.map((part) => part.headers.get("etag")?.replace(/[^\w-]/g, "")).join("-")}"`;
  const headers = { ...HEADERS, ETag: etag };
  const unchanged = request.headers.get("if-none-match")?.split(/,\s*/).includes(etag);
  if (unchanged || request.method === "HEAD") {
    await Promise.all(parts.map((part) => part.body?.cancel()));
    return new Response(null, { status: unchanged ? 304 : 200, headers });
  }
  const { readable, writable } = new TransformStream();
  waitUntil(join(parts, writable).catch(() => {})); // the visitor has gone
  return new Response(readable, { headers });
}

/** Whole bodies at a time, which the host moves without running a script for each piece. */
async function join(parts, writable) {
  for (const part of parts.slice(0, -1)) await part.body.pipeTo(writable, { preventClose: true });
  await parts.at(-1).body.pipeTo(writable);
}

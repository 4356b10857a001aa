import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ModelFolder } from "../runtime/files";
import type { Progress } from "../runtime/protocol";

// A real server: what a broken connection looks like is for the network to say.
const weights = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 31) % 251));
let files: Record<string, Buffer>;
let cut: string | undefined;
let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const name = request.url!.slice("/model/".length);
    const body = files[name];
    if (!body) return response.writeHead(404).end();
    response.writeHead(200, { "content-length": body.length });
    if (name !== cut) return response.end(body);
    response.write(body.subarray(0, body.length / 2), () => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model/`;
});

beforeEach(() => {
  cut = undefined;
  const sha256 = createHash("sha256").update(weights).digest("hex");
  const manifest = { files: { "model.onnx": { bytes: weights.length, sha256 } } };
  files = { "model.onnx": weights, "manifest.json": Buffer.from(JSON.stringify(manifest)) };
});

afterAll(() => server.close());

const open = (onProgress: (progress: Progress) => void = () => {}) => ModelFolder.open(base, onProgress);

test("a whole file arrives, with progress that ends at its size", async () => {
  const seen: Progress[] = [];
  const folder = await open((progress) => seen.push(progress));
  folder.expect(["model.onnx"]);
  expect(Buffer.from(await folder.read("model.onnx")).equals(weights)).toBe(true);
  expect(seen.at(-1)).toEqual({ loaded: weights.length, total: weights.length, file: "model.onnx" });
  expect(seen.every(({ loaded, total }) => loaded <= total)).toBe(true);
});

test("without a manifest the announced length is what counts", async () => {
  delete files["manifest.json"];
  expect((await (await open()).read("model.onnx")).length).toBe(weights.length);
  cut = "model.onnx";
  await expect((await open()).read("model.onnx")).rejects.toMatchObject({ code: "truncated" });
});

test("a cut download names how far it came", async () => {
  cut = "model.onnx";
  await expect((await open()).read("model.onnx")).rejects.toMatchObject({
    code: "truncated",
    message: expect.stringMatching(/model\.onnx stopped after .* of 200\.0 kB/),
  });
});

test("a shorter file than the manifest names is truncated, another one is corrupt", async () => {
  files["model.onnx"] = weights.subarray(0, 1000);
  await expect((await open()).read("model.onnx")).rejects.toMatchObject({ code: "truncated" });
  files["model.onnx"] = Buffer.alloc(weights.length);
  await expect((await open()).read("model.onnx")).rejects.toMatchObject({ code: "corrupt" });
});

test("a missing file is an error, an optional one is undefined", async () => {
  await expect((await open()).read("config.json")).rejects.toMatchObject({ code: "not-found" });
  expect(await (await open()).json("config.json", { optional: true })).toBeUndefined();
});

test("a web page in place of JSON is named as such", async () => {
  files["config.json"] = Buffer.from("<!doctype html>");
  await expect((await open()).json("config.json")).rejects.toMatchObject({
    code: "corrupt",
    message: expect.stringContaining("web page"),
  });
});

test("an unreachable server is a network error", async () => {
  const folder = ModelFolder.open("http://127.0.0.1:9/", () => {});
  await expect(folder).rejects.toMatchObject({ code: "network" });
});

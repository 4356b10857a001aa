import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { download, type FileList } from "../app/python/download";
import { OUTPUT_LIMIT } from "../app/python/protocol";
import { RunRecord } from "../app/python/record";
import { capped } from "../app/python/worker/output";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("the frame's script", () => {
  it("is the one that its policy and the page's allow", () => {
    const frame = readFileSync(new URL("../app/python/frame.html", import.meta.url), "utf8");
    const script = /<script>(.*?)<\/script>/s.exec(frame)![1]!;
    const allowed = `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
    const page = readFileSync(new URL("../index.html", import.meta.url), "utf8");
    for (const html of [frame, page]) expect(/script-src[^;"]*/.exec(html)![0]).toContain(allowed);
    expect(/worker-src[^;"]*/.exec(page)![0]).toContain("data:");
  });
});

describe("output", () => {
  const written = (chunks: Uint8Array[]) => {
    const sent: string[] = [];
    const output = capped((text) => sent.push(text));
    for (const chunk of chunks) output.write(chunk);
    output.flush();
    return sent;
  };

  it("is sent as it comes while it is little", () => {
    expect(written([bytes("a\n"), bytes("b\n")])).toEqual(["a\n", "b\n"]);
  });

  it("keeps characters whole that came in two parts", () => {
    const [first, second] = [bytes("é").slice(0, 1), bytes("é").slice(1)];
    expect(written([first, second]).join("")).toBe("é");
  });

  it("is cut, says so once, and comes in few messages", () => {
    const sent = written(Array.from({ length: 100_000 }, () => bytes("ab")));
    const text = sent.join("");
    expect(text.slice(0, OUTPUT_LIMIT)).toBe("ab".repeat(OUTPUT_LIMIT / 2));
    expect(text.slice(OUTPUT_LIMIT)).toBe("\n[The output was cut after 64 kB.]\n");
    expect(sent.length).toBeLessThan(250);
  });

  it("that fits exactly is not cut", () => {
    expect(written([bytes("a".repeat(OUTPUT_LIMIT))]).join("")).toBe("a".repeat(OUTPUT_LIMIT));
  });
});

describe("the record of a run", () => {
  const tests = ["assert f(1)", "assert f(2)", "assert f(3)"];
  const passed = (test: string) => ({ kind: "test", result: { test, outcome: "passed" } });

  it("holds output, error and tests", () => {
    const record = new RunRecord(tests);
    record.take({ kind: "output", text: "a" });
    record.take({ kind: "output", text: "b" });
    record.take({ kind: "program", error: null });
    for (const test of tests) expect(record.take(passed(test))).toBe(false);
    expect(record.take({ kind: "done", ms: 1 })).toBe(true);
    const result = record.result(7, "itself");
    expect(result).toMatchObject({ stdout: "ab", ms: 7, timedOut: false, stopped: false });
    expect(result.error).toBeUndefined();
    expect(result.tests).toEqual(tests.map((test) => ({ test, outcome: "passed" })));
  });

  it("tells the test that took too long from those that were not run", () => {
    const record = new RunRecord(tests);
    record.take({ kind: "program", error: null });
    record.take(passed(tests[0]!));
    expect(record.result(5000, "timeout")).toMatchObject({
      timedOut: true,
      tests: [{ outcome: "passed" }, { outcome: "error", message: "it took too long" }, { outcome: "not-run" }],
    });
  });

  it("runs no test of a program that did not end", () => {
    const outcomes = new RunRecord(tests).result(5000, "timeout").tests.map(({ outcome }) => outcome);
    expect(outcomes).toEqual(["not-run", "not-run", "not-run"]);
  });

  it("keeps the program's error, and an interpreter that broke down is one", () => {
    const failed = new RunRecord(tests);
    failed.take({ kind: "program", error: { type: "ValueError", message: "no", line: 3, traceback: "…" } });
    expect(failed.result(1, "itself").error).toEqual({ type: "ValueError", message: "no", line: 3, traceback: "…" });
    const broken = new RunRecord(tests);
    expect(broken.take({ kind: "broken", message: "out of memory" })).toBe(true);
    expect(broken.result(1, "itself").error?.message).toContain("out of memory");
  });

  it("believes no message of a wrong shape", () => {
    const record = new RunRecord(["assert True"]);
    for (const message of [null, 1, "done", [], { kind: "test" }, { kind: "test", result: { outcome: "<b>" } }]) {
      expect(record.take(message)).toBe(false);
    }
    record.take({ kind: "output", text: { toString: () => "object" } });
    for (let i = 0; i < 20; i++) record.take({ kind: "output", text: "x".repeat(1_000_000) });
    record.take({ kind: "program", error: { type: 1, message: {}, line: "3", traceback: "x".repeat(1_000_000) } });
    const { stdout, error, tests } = record.result(1, "itself");
    expect(stdout).toMatch(/^x+$/);
    expect(stdout.length).toBeLessThan(OUTPUT_LIMIT + 200);
    expect(error).toMatchObject({ type: "Error", message: "" });
    expect(error).not.toHaveProperty("line");
    expect(error!.traceback.length).toBeLessThan(20_000);
    expect(tests).toEqual([{ test: "assert True", outcome: "error" }]);
  });
});

describe("the download", () => {
  const files: FileList = {
    worker: { address: "pyodide/worker.js", bytes: 3 },
    wasm: { address: "pyodide/python.wasm", bytes: 4 },
    stdlib: { address: "pyodide/stdlib.zip", bytes: 5 },
  };
  const answers: Record<string, () => Response> = {};

  beforeEach(() => {
    vi.stubGlobal("document", { baseURI: "https://page.test/space/" });
    vi.stubGlobal("fetch", async (url: URL, { signal }: { signal: AbortSignal }) => {
      signal.throwIfAborted();
      return answers[url.href]!();
    });
    for (const { address, bytes } of Object.values(files)) {
      answers[`https://page.test/space/${address}`] = () => new Response(new Uint8Array(bytes).fill(bytes));
    }
  });
  afterEach(() => vi.unstubAllGlobals());

  it("gives the files, and says how far it is", async () => {
    const seen: number[] = [];
    const onProgress = ({ loaded, total }: { loaded: number; total: number }) => {
      expect(total).toBe(12);
      seen.push(loaded);
    };
    const { wasm } = await download(files, { onProgress });
    expect([...new Uint8Array(wasm)]).toEqual([4, 4, 4, 4]);
    expect(seen.at(-1)).toBe(12);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it.each([
    ["a missing file", () => new Response("", { status: 404 }), "status 404"],
    ["a page instead of the file", () => new Response("<!doctype html>"), "15 bytes instead of 5"],
    ["half a file", () => new Response("ab"), "2 bytes instead of 5"],
  ])("refuses %s, and can be tried again", async (_, answer, words) => {
    const good = answers["https://page.test/space/pyodide/stdlib.zip"]!;
    answers["https://page.test/space/pyodide/stdlib.zip"] = answer;
    await expect(download(files)).rejects.toMatchObject({ name: "PythonError", code: "download" });
    await expect(download(files)).rejects.toThrow(words);
    answers["https://page.test/space/pyodide/stdlib.zip"] = good;
    await expect(download(files)).resolves.toBeDefined();
  });

  it("says so when the connection fails, and throws the reason of a stop", async () => {
    answers["https://page.test/space/pyodide/worker.js"] = () => {
      throw new TypeError("Failed to fetch");
    };
    await expect(download(files)).rejects.toMatchObject({ code: "download", message: /connection/ });
    await expect(download(files, { signal: AbortSignal.abort(new Error("stopped")) })).rejects.toThrow("stopped");
  });
});

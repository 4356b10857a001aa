/** The interpreter: Pyodide in a worker, which runs one program with its tests and is then thrown away. */

import { answerFetch, closeScope } from "./environment";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import { info } from "pyodide/pyodide-lock.json";
import { loadPyodide, type PyodideInterface } from "pyodide";
import type { PyProxy } from "pyodide/ffi";
import type { Boot, FromInterpreter, Job, ProgramError, TestResult } from "../protocol";
import runnerSource from "../runner.py?raw";
import { limitFiles } from "./files";
import { capped } from "./output";

const USUAL_MODULES =
  "ast, bisect, collections, dataclasses, decimal, fractions, functools, heapq, itertools, json, linecache, math, " +
  "random, re, statistics, string, sys, traceback, types, typing";

type Runner = PyProxy & { program(source: string): string; test(line: string): string };

interface Started {
  runner: Runner;
  /** Made when none was given. */
  snapshot?: ArrayBuffer;
}

/** Loads Python, with nothing of JavaScript in reach of its programs. */
async function start({ wasm, stdlib, snapshot }: Boot, output: (bytes: Uint8Array) => void): Promise<Started> {
  answerFetch({
    "pyodide.asm.wasm": { content: wasm, type: "application/wasm" },
    "python_stdlib.zip": { content: stdlib, type: "application/zip" },
  });
  const python = await loadPyodide({
    createPyodideModule,
    indexURL: "https://pyodide.invalid/",
    lockFileContents: { info, packages: {} } as never,
    jsglobals: {},
    env: { HOME: "/home/program", PYTHON_COLORS: "0" },
    ...(snapshot ? { _loadSnapshot: new Uint8Array(snapshot) } : { _makeSnapshot: true }),
  });
  const made = snapshot ? undefined : makeSnapshot(python);
  limitFiles(python);
  closeScope();
  const write = (bytes: Uint8Array) => (output(bytes), bytes.length);
  // WebKit (WebKitGTK 2.50) ends a worker only where it runs JavaScript, not in a loop of WebAssembly. With a buffer to
  // look into, which stays empty, Python comes by JavaScript every few instructions.
  python.setInterruptBuffer(new Uint8Array(1));
  python.setStdin({ stdin: () => null, isatty: false });
  python.setStdout({ write, isatty: true }); // buffered by lines: a killed program has said all that it had said
  python.setStderr({ write, isatty: true });
  return { runner: load(python), ...(made ? { snapshot: made } : {}) };
}

/** Python's memory before anything has run in it, with what the runner and most programs import. */
function makeSnapshot(python: PyodideInterface): ArrayBuffer {
  python.runPython(`import ${USUAL_MODULES}`);
  return python.makeMemorySnapshot({}).buffer as ArrayBuffer;
}

function load(python: PyodideInterface): Runner {
  const globals = python.globals.get("dict")() as PyProxy;
  python.runPython(runnerSource, { globals, filename: "runner.py" });
  const runner = python.runPython("__file__ = 'runner.py'; Runner()", { globals }) as Runner;
  python.runPython("import random; random.seed()"); // a snapshot would repeat its numbers in every run
  python.unregisterJsModule("pyodide_js");
  python.runPython("import sys; sys.modules.pop('pyodide_js', None)");
  return runner;
}

type Post = (message: FromInterpreter) => void;

function execute(runner: Runner, { program, tests }: Job, post: Post, flush: () => void): void {
  const began = performance.now();
  const error = JSON.parse(runner.program(program)) as ProgramError | null;
  flush();
  post({ kind: "program", error });
  for (const test of error ? [] : tests) {
    const result = JSON.parse(runner.test(test)) as TestResult;
    flush();
    post({ kind: "test", result });
  }
  post({ kind: "done", ms: performance.now() - began });
}

self.onmessage = ({ ports: [port] }: MessageEvent) => {
  if (!port) return;
  const post: Post = (message) => port.postMessage(message);
  const output = capped((text) => post({ kind: "output", text }));
  let started: Promise<Started> | undefined;
  port.onmessage = async ({ data }: MessageEvent<Boot | Job>) => {
    try {
      if ("wasm" in data) {
        started = start(data, output.write);
        const { snapshot } = await started;
        port.postMessage({ kind: "ready", ...(snapshot ? { snapshot } : {}) } satisfies FromInterpreter);
      } else if (started) {
        const { runner } = await started;
        execute(runner, data, post, output.flush);
      }
    } catch (error) {
      output.flush();
      post({ kind: "broken", message: error instanceof Error ? error.message : String(error) });
    }
  };
};

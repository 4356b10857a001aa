import { expect, test } from "vitest";
import { withDocstrings } from "../app/code/docstring";

const DOCSTRING = '    """Add 1.\n\n    >>> f(1)\n    2\n    """\n';

test("what the visitor wrote about a function stays with it", () => {
  const before = `def f(n):\n${DOCSTRING}    return ____\n`;
  expect(withDocstrings(before, "def f(n):\n    return n + 1")).toBe(`def f(n):\n${DOCSTRING}    return n + 1`);
  // Types may come and go, imports too.
  expect(withDocstrings(before, "import re\n\n\ndef f(n: int) -> int:\n    return n + 1")).toBe(
    `import re\n\n\ndef f(n: int) -> int:\n${DOCSTRING}    return n + 1`,
  );
});

test("a program that ends with its docstring", () => {
  const before = "def f(n):\n    '''Costs $1 & $&.'''";
  expect(withDocstrings(before, "def f(n):\n    return n")).toBe("def f(n):\n    '''Costs $1 & $&.'''\n    return n");
});

test("each function has its own", () => {
  const before = 'def g(n):\n    return n\n\ndef f(n):\n    """F."""\n    return ____\n\ndef ff(n):\n    """FF."""\n';
  const after = "def ff(n):\n    return 2\n\ndef f(n):\n    return 1\n\ndef g(n):\n    return n";
  expect(withDocstrings(before, after)).toBe(
    'def ff(n):\n    """FF."""\n    return 2\n\ndef f(n):\n    """F."""\n    return 1\n\ndef g(n):\n    return n',
  );
});

test("other names and docstrings of the answer are left alone", () => {
  const before = `def f(n):\n${DOCSTRING}`;
  for (const code of ["def g(n):\n    return n", 'def f(n):\n    """Mine."""\n    return n', "f = 1", ""]) {
    expect(withDocstrings(before, code)).toBe(code);
  }
});

test("a long text that is no program costs little", () => {
  const start = performance.now();
  expect(withDocstrings('def f(n):\n    """'.repeat(6000), "def f(n):\n    return 1")).toContain("return 1");
  expect(withDocstrings("    \n".repeat(20_000), "x")).toBe("x");
  expect(performance.now() - start).toBeLessThan(1000);
});

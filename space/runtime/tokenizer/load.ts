/** `loadTokenizer`: a tokenizer from wherever its files are. */

import { OdinError } from "../errors";
import { Tokenizer, type TokenizerConfig } from "./tokenizer";

/** The files of a tokenizer. A `chatTemplate` goes before the one in `config`, as in Python. */
export interface TokenizerFiles {
  /**
   * tokenizer.json: its bytes, or what it holds. Of an object the JSON is hashed, which is not the hash of the file.
   */
  tokenizer: Uint8Array | Blob | object;
  /** What tokenizer_config.json holds. */
  config?: object | undefined;
  /** chat_template.jinja. */
  chatTemplate?: string | undefined;
}

/**
 * The address of a model folder or of a tokenizer.json, beside which tokenizer_config.json and chat_template.jinja
 * are used when they are there; a tokenizer.json itself; or files.
 */
export type TokenizerSource = string | URL | Blob | TokenizerFiles;

export interface LoadTokenizerOptions {
  /** What fetches an address, such as a download that is resumed or checked. Default: the global `fetch`. */
  fetch?: (url: string) => Promise<Response>;
}

/**
 * @throws OdinError `not-found`, `network`, `corrupt` (not JSON, or no tokenizer), `foreign-model` (of a kind that is
 *   not known to give the same tokens as in Python), `bad-option` (no address).
 */
export async function loadTokenizer(
  source: TokenizerSource,
  { fetch = (url) => globalThis.fetch(url) }: LoadTokenizerOptions = {},
): Promise<Tokenizer> {
  const files = await resolved(source, fetch);
  const config = { ...files.config } as TokenizerConfig;
  if (files.chatTemplate !== undefined) config.chat_template = files.chatTemplate;
  return new Tokenizer(await bytesOf(files.tokenizer), config);
}

async function resolved(source: TokenizerSource, fetch: Fetch): Promise<TokenizerFiles> {
  if (source instanceof Blob) return { tokenizer: source };
  if (typeof source !== "string" && !(source instanceof URL)) return source;
  const url = absolute(source);
  const [tokenizer, config, chatTemplate] = await Promise.all([
    read(url, fetch),
    optional(new URL("tokenizer_config.json", url), fetch),
    optional(new URL("chat_template.jinja", url), fetch),
  ]);
  return { tokenizer, config: config === undefined ? {} : configOf(config, url), chatTemplate };
}

type Fetch = NonNullable<LoadTokenizerOptions["fetch"]>;

/** The address of the tokenizer.json. */
function absolute(source: string | URL): URL {
  let url: URL;
  try {
    url = new URL(source, globalThis.document?.baseURI ?? globalThis.location?.href);
  } catch {
    throw new OdinError("bad-option", `'${String(source)}' is not an absolute address. Give one, or the files.`);
  }
  if (url.pathname.endsWith(".json")) return url;
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return new URL("tokenizer.json", url);
}

async function get(url: URL, fetch: Fetch): Promise<Response> {
  return fetch(url.href).catch(() => {
    throw unreachable(url);
  });
}

async function read(url: URL, fetch: Fetch): Promise<Uint8Array> {
  const response = await get(url, fetch);
  if (!response.ok) {
    const why = response.status === 404 ? "is not there (404)" : `was refused (status ${response.status})`;
    throw new OdinError("not-found", `${url.href} ${why}. Give the address of a model folder or of a tokenizer.json.`);
  }
  return new Uint8Array(
    await response.arrayBuffer().catch(() => {
      throw unreachable(url);
    }),
  );
}

async function optional(url: URL, fetch: Fetch): Promise<string | undefined> {
  const response = await get(url, fetch);
  // Servers of single-page apps answer with the page for what is not there.
  const missing = response.status === 404 || response.headers.get("content-type")?.startsWith("text/html");
  if (missing) return undefined;
  if (!response.ok) {
    throw new OdinError("not-found", `${url.href} was refused (status ${response.status}). Try again later.`);
  }
  return response.text().catch(() => {
    throw unreachable(url);
  });
}

function configOf(text: string, url: URL): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    throw new OdinError("corrupt", `The tokenizer_config.json beside ${url.href} is not JSON.`);
  }
}

function unreachable(url: URL): OdinError {
  return new OdinError("network", `${url.href} could not be reached. Check the connection and try again.`);
}

async function bytesOf(tokenizer: TokenizerFiles["tokenizer"]): Promise<Uint8Array> {
  if (tokenizer instanceof Uint8Array) return tokenizer;
  if (tokenizer instanceof Blob) return new Uint8Array(await tokenizer.arrayBuffer());
  return new TextEncoder().encode(JSON.stringify(tokenizer));
}

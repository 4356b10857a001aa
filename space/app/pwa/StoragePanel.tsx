/** Lists what this page keeps on the device, and deletes it. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { clearCache, formatBytes, type StoredModel } from "../../runtime/index";
import { share } from "../analytics/share";
import { leaveAll } from "../chat/state";
import { release } from "../session";
import { clearEverything, persist, storageSummary, type StorageSummary } from "./storage";

export function StoragePanel() {
  const summary = useSignal<StorageSummary | undefined>(undefined);
  const busy = useSignal(false);
  const said = useSignal("");
  const cleared = useSignal(false);
  const confirmation = useRef<HTMLDialogElement>(null);

  const work = async (task: () => Promise<string>) => {
    busy.value = true;
    said.value = await task().catch((error: unknown) => String(error));
    summary.value = await storageSummary();
    busy.value = false;
  };
  useEffect(() => void work(async () => ""), []);

  const deleteModel = (model: StoredModel) =>
    work(async () => {
      await clearCache(model.base);
      return `${nameOf(model)} was deleted. What is in memory works until the page is closed.`;
    });
  const deleteAll = () => {
    confirmation.current?.close();
    return work(async () => {
      // Or what is being answered would be written down again.
      leaveAll();
      share(false);
      await release();
      const left = remaining(await clearEverything());
      cleared.value = true;
      if (left === "") return "Everything was deleted.";
      return `This could not be deleted: ${left}. Close the page's other tabs.`;
    });
  };
  const keepIt = () =>
    work(async () => {
      const kept = await persist();
      if (kept === undefined) return "The browser gave no answer.";
      return kept ? "Now it stays until you delete it." : "The browser refused: it may delete it when room is short.";
    });

  const state = summary.value && !busy.value ? "ready" : "busy";
  const { models = [], shell = 0, files = 0, learned = 0, conversations = 0, settings = [] } = summary.value ?? {};
  const { usage, persisted } = summary.value ?? {};
  return (
    <section class="card storage" aria-labelledby="storage-title" id="storage" data-state={state}>
      <h2 id="storage-title">What this page keeps on your device</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">How much</th>
            <th scope="col">
              <span class="visually-hidden">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model.base}>
              <th scope="row">
                Model {nameOf(model)} {model.version}
              </th>
              <td>{formatBytes(model.bytes)}</td>
              <td>
                <button
                  type="button"
                  aria-label={`Delete the model ${nameOf(model)}`}
                  data-delete-model={nameOf(model)}
                  disabled={busy.value}
                  onClick={() => void deleteModel(model)}
                >
                  Delete
                </button>
              </td>
            </tr>
          ))}
          <tr>
            <th scope="row">The page itself, for when there is no network</th>
            <td id="storage-shell">{formatBytes(shell)}</td>
            <td />
          </tr>
          <tr>
            <th scope="row">onnxruntime and Python, once used</th>
            <td id="storage-files">{formatBytes(files)}</td>
            <td />
          </tr>
          <tr>
            <th scope="row">What models were taught here</th>
            <td id="storage-learned">{formatBytes(learned)}</td>
            <td />
          </tr>
          <tr>
            <th scope="row">Conversations</th>
            <td id="storage-conversations">{conversations}</td>
            <td />
          </tr>
          <tr>
            <th scope="row">Settings</th>
            <td id="storage-settings">{settings.length}</td>
            <td />
          </tr>
        </tbody>
      </table>
      <p class="hint">
        {usage !== undefined && `The browser counts ${formatBytes(usage)} for the whole site. `}
        {persisted ? "It keeps it until you delete it." : "It may delete it when the device has little room left."}
      </p>
      <p class="storage-said" role="status" id="storage-said">
        {said.value}
      </p>
      <div class="controls">
        {!persisted && "storage" in navigator && (
          <button type="button" id="persist" disabled={busy.value} onClick={() => void keepIt()}>
            Keep it
          </button>
        )}
        <button type="button" id="delete-all" disabled={busy.value} onClick={() => confirmation.current?.showModal()}>
          Delete everything …
        </button>
        {cleared.value && (
          <button type="button" class="primary" id="start-again" onClick={() => location.reload()}>
            Start again
          </button>
        )}
      </div>
      <dialog class="confirm" ref={confirmation} aria-labelledby="confirm-title" id="confirm-delete">
        <h2 id="confirm-title">Delete everything?</h2>
        <p>
          Models, what they were taught, conversations and settings of this page go from this device. There is no copy
          anywhere else.
        </p>
        <div class="controls">
          <button type="button" id="delete-cancel" autofocus onClick={() => confirmation.current?.close()}>
            Cancel
          </button>
          <button type="button" class="danger" id="delete-confirm" onClick={() => void deleteAll()}>
            Delete everything
          </button>
        </div>
      </dialog>
    </section>
  );
}

function nameOf({ base, model }: StoredModel): string {
  return model ?? base.split("/").at(-2) ?? base;
}

/** What is left, in words; empty when it is nothing. */
function remaining({ models, shell, files, learned, conversations, settings }: StorageSummary): string {
  const left = [
    models.length > 0 && "models",
    shell + files > 0 && "files of the page",
    learned > 0 && "what models were taught",
    conversations > 0 && "conversations",
    settings.length > 0 && "settings",
  ];
  return left.filter(Boolean).join(", ");
}

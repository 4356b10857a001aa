/** What the model answers by: its release, or what it has learned, which can be taken along, loaded and forgotten. */

import { adapter } from "../session";
import { Icon } from "../ui/Icon";
import { save } from "../ui/save";
import { CONFIG, TENSORS } from "./files";
import { preparing } from "./preparing";
import { busy, exported, forget, kept, loadFiles, problem, record, takeUp, task } from "./state";

export function Learned() {
  const used = adapter.value;
  const lesson = kept.value;
  const unfinished = used?.source === "training" && lesson && lesson.step < lesson.total;
  const take = async (name: typeof TENSORS | typeof CONFIG) => {
    const content = (await exported())?.[name];
    if (content !== undefined) save(name, content, "application/octet-stream");
  };
  return (
    <section class="card" id="learned" aria-labelledby="learned-title" data-source={used?.source ?? "release"}>
      <h2 id="learned-title">What it knows now</h2>
      <p id="learned-says" role="status">
        {says()}
      </p>
      <fieldset disabled={busy.value}>
        {used && (
          <div class="controls">
            {unfinished && (
              <button type="button" id="continue-lesson" onClick={() => void takeUp()}>
                <Icon name="play" /> Go on with the lesson
              </button>
            )}
            <button type="button" id="download-tensors" onClick={() => void take(TENSORS)}>
              <Icon name="down" /> What it learned
            </button>
            <button type="button" id="download-config" onClick={() => void take(CONFIG)}>
              <Icon name="down" /> Its configuration
            </button>
            {record.value !== undefined && (
              <button
                type="button"
                id="download-record"
                onClick={() => save("training-record.json", record.value!, "application/json")}
              >
                <Icon name="down" /> Record of the lesson
              </button>
            )}
            <button type="button" id="forget" onClick={() => void forget()}>
              <Icon name="bin" /> Forget it
            </button>
          </div>
        )}
        <label class="field adapter-files">
          <span>
            Load an adapter: {TENSORS} and {CONFIG}, of this page or of PEFT in Python
          </span>
          <input
            id="adapter-files"
            type="file"
            multiple
            accept=".safetensors,.json"
            onChange={({ currentTarget }) => {
              const chosen = [...(currentTarget.files ?? [])];
              currentTarget.value = "";
              if (chosen.length > 0) void loadFiles(chosen);
            }}
          />
        </label>
      </fieldset>
      {problem.value?.of === "adapter" && (
        <p class="error" role="alert" id="adapter-problem" data-code={problem.value.error.code}>
          {problem.value.error.message}
        </p>
      )}
    </section>
  );
}

function says(): string {
  if (task.value === "adapter") return preparing();
  const used = adapter.value;
  if (!used) return "The model answers as it was released.";
  if (used.source === "file") return "The model answers by the adapter that you loaded, in every mode.";
  const { title = "", step = 0, total = 0 } = kept.value ?? {};
  const from = title === "" ? "" : ` (${title}, ${step} of ${total} steps)`;
  return `The model answers by what it learned here${from}, in every mode. Its two files are an adapter for PEFT.`;
}

/** Statistics and error reports: whether there are any, what they say, and the button that sends them. */

import { useEffect } from "preact/hooks";
import { eventsInWords, MOST_WAITING, type Outbox } from "./outbox";
import { host, outbox, share, sharing } from "./share";
import "../styles/share.css";

export function SharePanel() {
  return (
    <section class="card share" aria-labelledby="share-title" id="share">
      <h2 id="share-title">Share statistics</h2>
      {outbox ? (
        <Choice outbox={outbox} />
      ) : (
        <p>This site has nowhere to send anything: it counts no visits, and errors are told to nobody but you.</p>
      )}
    </section>
  );
}

function Choice({ outbox }: { outbox: Outbox }) {
  return (
    <>
      <p>
        Those who run this site would like to know which modes are used, how fast the model is, and what goes wrong.
        It is off until you switch it on. Even then this page only keeps a list, until you close it: you see each entry
        as it would be sent to <strong>{host}</strong>, and nothing is sent before you press the button. No entry holds
        what you type, what the model writes, a time, or anything that tells you from others. As with everything that a
        browser sends, that server sees your network address and the name of your browser.
      </p>
      <label class="tick">
        <input
          type="checkbox"
          id="share-on"
          checked={sharing.value}
          onChange={({ currentTarget }) => share(currentTarget.checked)}
        />{" "}
        Keep a list of statistics and error reports
      </label>
      {sharing.value && <Waiting outbox={outbox} />}
    </>
  );
}

function Waiting({ outbox }: { outbox: Outbox }) {
  const bodies = outbox.waiting.value;
  const full = bodies.length >= MOST_WAITING ? " The list is full: nothing further is noted." : "";
  // What was said belongs to the visit to this panel in which it happened.
  useEffect(() => () => void (outbox.said.value = ""), []);
  return (
    <>
      <h3 id="share-waiting">
        {bodies.length === 0 ? "Nothing waits" : `${eventsInWords(bodies.length)} in the list`}.{full}
      </h3>
      {bodies.length > 0 && (
        <div class="waiting-list" tabIndex={0} role="region" aria-labelledby="share-waiting">
          {bodies.map((body, i) => (
            <pre key={i}>{body}</pre>
          ))}
        </div>
      )}
      <p class="share-said" role="status" id="share-said">
        {outbox.sending.value ? "Sending …" : outbox.said.value}
      </p>
      <div class="controls">
        <button type="button" class="primary" id="share-send" onClick={() => void outbox.send()}>
          Send these
        </button>
        <button type="button" id="share-clear" onClick={() => outbox.clear("The list is empty. Nothing was sent.")}>
          Throw away
        </button>
      </div>
    </>
  );
}

/** The examples that were chosen: how many, and how they look. */

import { MOST_ASKED, type Material } from "./material";

const ROWS = 4;

export function Preview({ material }: { material: Material }) {
  const { title, rule, learn, heldOut, ask, repeated, columns } = material;
  return (
    <section class="card" id="material" aria-labelledby="material-title">
      <h2 id="material-title">{title}</h2>
      {rule && (
        <p class="rule">
          {rule}. <span class="aside">The model is not told: it has to find out.</span>
        </p>
      )}
      <p role="status" id="material-count">
        <b data-count="learn">{learn.length}</b> examples to learn from,{" "}
        <b data-count="held-out">{heldOut.length}</b> held out
        {heldOut.length > ask.length ? `, of which ${MOST_ASKED} are asked` : ""}.
        {repeated > 0 && ` ${repeated} repeated others and ${repeated === 1 ? "was" : "were"} left out.`}
        {columns && ` Taken from the columns ${columns.question} and ${columns.answer}.`}
      </p>
      <div class="wide" tabIndex={0} role="group" aria-label="The first examples">
        <table id="examples-table">
          <thead>
            <tr>
              <th scope="col">Question</th>
              <th scope="col">Answer</th>
            </tr>
          </thead>
          <tbody>
            {learn.slice(0, ROWS).map(({ question, answer }) => (
              <tr key={question}>
                <td dir="auto">{question}</td>
                <td dir="auto">{answer}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

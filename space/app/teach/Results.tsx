/** What the model answered to what was held out, before the lesson and after it. */

import { Icon } from "../ui/Icon";
import { after, before, questions } from "./state";
import { accuracy, resultOf, type Asked } from "./score";

export function Results() {
  const [were, are] = [before.value, after.value];
  return (
    <section class="card" id="results" aria-labelledby="results-title">
      <h2 id="results-title">3. What it answers</h2>
      <div class="scores">
        <Score name="before" label="Before" asked={were} />
        <Icon name="send" />
        <Score name="after" label="After" asked={are} />
      </div>
      <p class="hint">
        {questions.value.length} questions that it has not seen. An answer is right when what it comes to is: what
        follows the last ####, or, where no #### is expected, the whole text.
      </p>
      <div class="wide answers" tabIndex={0} role="group" aria-label="Answers before and after">
        <table id="taught-answers">
          <thead>
            <tr>
              <th scope="col">Question</th>
              <th scope="col">Expected</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {questions.value.map(({ question, answer }, i) => (
              <tr key={question} data-question={question}>
                <th scope="row" dir="auto">
                  {question}
                </th>
                <td dir="auto">{resultOf(answer)}</td>
                <Answer asked={were[i]} />
                <Answer asked={are[i]} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Score({ name, label, asked }: { name: string; label: string; asked: readonly Asked[] }) {
  const right = asked.filter((one) => one.right).length;
  return (
    <p class="score" data-score={name} data-right={right} data-asked={asked.length}>
      <span>{label}</span>
      <strong>{asked.length > 0 ? `${Math.round(100 * accuracy(asked))}%` : "–"}</strong>
      <span>{asked.length > 0 ? `${right} of ${asked.length} right` : "not asked yet"}</span>
    </p>
  );
}

function Answer({ asked }: { asked: Asked | undefined }) {
  if (!asked) return <td />;
  return (
    <td dir="auto" data-right={asked.right} title={asked.given}>
      <Icon name={asked.right ? "check" : "cross"} />
      <span class="visually-hidden">{asked.right ? "Right: " : "Wrong: "}</span>
      <span>{resultOf(asked.given) || "nothing"}</span>
    </td>
  );
}

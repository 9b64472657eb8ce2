/** Three short hints at first use; and what the map can tell, with the keys, whenever asked for. */

import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useExplorer } from "../context";
import { KEYS } from "../keys";
import "./Hints.css";

const REMEMBERED = "semascope: hints are read"; // in the browser's store

const step = signal<number | null>(wereRead() ? null : 0); // the hint that is shown; null: none

export function Hints() {
  const { source } = useExplorer();
  const at = step.value;
  if (at === null) return null;
  const hints = [
    "Point at a dot to read it. Click it to see its neighbors, with lines to those that the map tore away.",
    source.live
      ? "Type above to search by meaning: the words need not be the same."
      : "Type above to search by words. No model runs in this page.",
    `Draw around passages, or pick clusters, to see what is in them${source.live ? " and to compare them" : ""}.`,
  ];
  const last = at === hints.length - 1;
  return (
    <aside class="hint" aria-label="Hints">
      <p role="status"><b>{at + 1} of {hints.length}</b> {hints[at]}</p>
      <div>
        {!last && <button onClick={dismiss}>Hide hints</button>}
        <button class="main" onClick={() => (last ? dismiss() : (step.value = at + 1))}>{last ? "Done" : "Next"}</button>
      </div>
    </aside>
  );
}

export function HelpButton() {
  const open = useSignal(false);
  return (
    <>
      <button class="help" aria-label="Help" title="Help and keys (?)" onClick={() => (open.value = true)}>?</button>
      {open.value && <Help onClose={() => (open.value = false)} />}
    </>
  );
}

function Help({ onClose }: { onClose(): void }) {
  const { about, source } = useExplorer();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  const close = () => dialog.current!.close(); // which gives the focus back
  const again = () => {
    close();
    step.value = 0;
  };
  return (
    <dialog
      ref={dialog}
      class="about"
      aria-labelledby="about-title"
      onClose={onClose}
      onKeyDown={(event) => event.stopPropagation()}
      onClick={(event) => event.target === event.currentTarget && close()}
    >
      <div>
        <h2 id="about-title">What this map can tell</h2>
        <ul>
          <li>Each dot is a passage. Dots that lie close together mostly mean something similar.</li>
          <li>How far apart two groups lie, and in which direction, means nothing.</li>
          <li>
            A flat map tears some neighbors apart: of a passage's nearest in meaning, {Math.round(100 * about.kept)}%
            are kept beside it on average. Color by honesty to see where; lines lead to those torn away.
          </li>
          <li>Names of clusters are words that set them apart. Every passage is in exactly one cluster of each level.</li>
          <li>
            Meaning is what the model <span dir="auto">{about.model}</span> makes of a text
            {source.live ? "." : "; it does not run in this page, so that search is by words."}
          </li>
        </ul>
        <h2>Keys</h2>
        <dl>
          {KEYS.map(([key, what]) => (
            <div key={key}>
              <dt>{key.split(" ").map((each) => <kbd key={each}>{each}</kbd>)}</dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <div class="actions">
          <button class="plain" onClick={again}>Show the hints again</button>
          <button class="main" onClick={close}>Close</button>
        </div>
      </div>
    </dialog>
  );
}

function dismiss(): void {
  step.value = null;
  try {
    localStorage.setItem(REMEMBERED, "yes");
  } catch {
    // no store is at hand, as in a notebook's frame
  }
}

function wereRead(): boolean {
  try {
    return localStorage.getItem(REMEMBERED) !== null;
  } catch {
    return true; // where nothing is remembered they would come at every run of a cell
  }
}

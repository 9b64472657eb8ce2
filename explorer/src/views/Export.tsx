/** The selection as a file, or as the line of Python that gives the same rows. */

import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useExplorer } from "../context";
import type { Selection } from "../contract";
import { toBits } from "../selection";

const READY = 60_000; // ms that a file stays to be fetched by the browser

export function Export() {
  const { about, attempt, chosen, passing, selection, source } = useExplorer();
  const busy = useSignal(false);
  const shown = useSignal<string | null>(null); // a line that could not be copied
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.select(), [shown.value]);
  useSignalEffect(() => {
    void selection.value;
    shown.value = null;
  });

  async function save(format: "csv" | "parquet"): Promise<void> {
    busy.value = true;
    const blob = await attempt(source.export(toBits(selection.value, about.passages), format));
    busy.value = false;
    if (blob) download(blob, `${about.name.replace(/[^\p{L}\p{N}._-]+/gu, "-")}.${format}`);
  }

  function selected(): Selection {
    const region = chosen.region.value;
    if (region && "polygon" in region) { // its numbers are those that pass the filters
      return { filters: [], clusters: null, numbers: toBits(selection.value, about.passages) };
    }
    const clusters = region && { level: region.level, numbers: region.clusters };
    return { filters: chosen.filters.value, clusters, numbers: null };
  }

  async function copy(): Promise<void> {
    const line = await attempt(source.python(selected()));
    if (line === null) return;
    [shown.value, passing.message.value] = [null, ""];
    try {
      await navigator.clipboard.writeText(line);
      passing.message.value = `Copied: ${line.length > 160 ? `${line.slice(0, 159)}…` : line}`;
    } catch {
      shown.value = line;
    }
  }

  return (
    <div class="actions" role="group" aria-label="Take along">
      <button class="plain" disabled={busy.value} onClick={() => save("csv")}>CSV</button>
      <button class="plain" disabled={busy.value} onClick={() => save("parquet")}>Parquet</button>
      <button class="plain" onClick={copy}>Copy as Python</button>
      {busy.value && <span class="muted" role="status">Writing the file …</span>}
      {shown.value !== null && (
        <label>
          <span class="muted">Copy this line:</span>
          <textarea ref={field} readOnly rows={3} value={shown.value} />
        </label>
      )}
    </div>
  );
}

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), READY);
}

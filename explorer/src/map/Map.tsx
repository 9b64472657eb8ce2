/** The map: a canvas that follows the state, names and a card above it, and a hand that moves it. */

import { batch, effect, signal, untracked, useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useExplorer } from "../context";
import { toMap, torn, type Spot } from "../geometry";
import { radiusOf } from "../paint";
import { Card } from "./Card";
import { follow } from "./hand";
import { Key } from "./Key";
import { Names } from "./Names";
import { createLocator } from "./locate";
import { measureRoom } from "./room";
import { draw } from "./scene";
import { Tools } from "./Tools";
import "./Map.css";

export function Map() {
  const app = useExplorer();
  const { about, camera, chosen, passing, positions, points, selection } = app;
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useMemo(() => signal<readonly Spot[]>([]), []);
  const locator = useComputed(() => createLocator(positions.value));
  const far = useComputed(() => {
    const near = passing.neighbors.value?.map(({ number }) => number) ?? [];
    const selected = chosen.selected.value;
    return selected === null ? new Set<number>() : torn(points, selected, near);
  });

  useSignalEffect(() => {
    void [chosen.left.value, chosen.right.value, chosen.table.value]; // which panels there are
    const element = stage.current!;
    const watching = new ResizeObserver(() => {
      camera.size.value = { width: element.clientWidth, height: element.clientHeight };
      camera.room.value = measureRoom(element);
    });
    const frame = requestAnimationFrame(() => {
      for (const part of element.parentElement!.children) watching.observe(part);
    });
    return () => {
      cancelAnimationFrame(frame);
      watching.disconnect();
    };
  });

  useEffect(() => {
    const pen = canvas.current!.getContext("2d", { alpha: false })!;
    let image: ImageData | null = null;
    let frame = 0;
    const paint = () => {
      frame = 0;
      const { width, height } = camera.size.value;
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      const [across, down] = [Math.max(Math.round(width * ratio), 1), Math.max(Math.round(height * ratio), 1)];
      const target = canvas.current!;
      if (target.width !== across || target.height !== down) [target.width, target.height] = [across, down];
      if (image?.width !== across || image.height !== down) image = pen.createImageData(across, down);
      draw(pen, image, app, {
        view: camera.view.value,
        size: camera.size.value,
        ratio,
        zoom: camera.zoom.value,
        far: far.value,
        drawing: drawing.value,
      });
      target.dataset["drawn"] = String(Number(target.dataset["drawn"] ?? 0) + 1);
    };
    const end = effect(() => {
      // What the drawing depends on; it happens once a frame, however much has changed.
      void [
        camera.view.value, camera.size.value, positions.value, selection.value, app.hits.value,
        app.coloring.value, chosen.mark.value, chosen.selected.value, chosen.pair.value, chosen.region.value,
        app.against.value, chosen.against.value, passing.columns.value, passing.hovered.value, passing.dark.value, far.value,
        drawing.value,
      ];
      frame ||= requestAnimationFrame(paint);
    });
    return () => {
      end();
      cancelAnimationFrame(frame);
    };
  }, []);

  useEffect(() => {
    const find = ([px, py]: Spot, reach: number) => {
      const { view, size, zoom } = camera;
      const [x, y] = toMap(view.value, size.value, px, py);
      const within = (radiusOf(about.passages, zoom.value) + reach) / view.value.scale;
      return locator.value.nearest(x, y, within, selection.value);
    };
    const middle = (): Spot => {
      const { left, right, top, bottom } = camera.room.value;
      return [(left + right) / 2, (top + bottom) / 2];
    };
    return follow(canvas.current!, {
      pan: camera.pan,
      zoom: camera.zoomBy,
      showAll: camera.showAll,
      hover: (at) => {
        batch(() => {
          passing.onMap.value = at !== null;
          passing.hovered.value = at && find(at, 4);
        });
      },
      choose: (at, reach, extend) => {
        const number = find(at ?? middle(), reach);
        if (extend && number !== null && chosen.selected.value !== null) chosen.pair.value = number;
        else app.select(number);
      },
      draw: (line, complete) => {
        drawing.value = complete ? [] : [...line];
        if (!complete) return;
        if (passing.tool.value === "lasso against") chosen.against.value = camera.enclose(line);
        else app.selectRegion(camera.enclose(line));
        chosen.right.value = "selection";
        passing.tool.value = "move";
      },
      isDrawing: () => passing.tool.value !== "move",
      isEmbedded: () => app.embedded && !document.fullscreenElement,
      hint: () => {
        passing.message.value = "To zoom, hold Ctrl or ⌘, or let the map fill the window.";
      },
    });
  }, []);

  useSignalEffect(() => {
    const number = chosen.selected.value;
    void camera.room.value;
    if (number !== null) untracked(() => camera.show(number));
  });

  return (
    <div class="stage" ref={stage}>
      <canvas
        ref={canvas}
        class={passing.tool.value === "move" ? (passing.hovered.value === null ? "" : "over") : "drawing"}
        tabIndex={0}
        aria-label={`Map of ${about.passages.toLocaleString("en")} passages. Arrow keys move it, plus and minus zoom, 0 shows all, Enter reads the passage in the middle.`}
        role="application"
      />
      <Names />
      <Ends />
      <Card />
      <Key />
      <Tools />
    </div>
  );
}

/** What the ends of the reader's own axes mean. */
function Ends() {
  const { camera, chosen, passing } = useExplorer();
  const { left, right, top, bottom } = camera.room.value;
  const ends = [];
  const { x, y } = chosen;
  const along = passing.along.value;
  if (x.value && along.x) {
    ends.push(<span class="end" style={{ left: `${left}px`, top: `${bottom - 28}px` }}>← {x.value.low}</span>);
    ends.push(<span class="end right" style={{ left: `${right - 64}px`, top: `${bottom - 28}px` }}>{x.value.high} →</span>);
  }
  if (y.value && along.y) {
    ends.push(<span class="end" style={{ left: `${left}px`, top: `${top + 56}px` }}>↑ {y.value.high}</span>);
    ends.push(<span class="end" style={{ left: `${left}px`, top: `${bottom - 56}px` }}>↓ {y.value.low}</span>);
  }
  return <>{ends}</>;
}


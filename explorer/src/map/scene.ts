/** What is drawn on the canvas, back to front: points or density, marks, lines, rings, regions. */

import { DARK, LIGHT } from "../color";
import type { Explorer } from "../explorer";
import { toPixels, type Positions, type Size, type Spot, type View } from "../geometry";
import { density, paint, radiusOf, toPixel, type Image } from "../paint";
import { has, type Mask } from "../selection";

export interface Frame {
  readonly view: View;
  readonly size: Size;
  readonly ratio: number; // device pixels to each CSS pixel
  readonly zoom: number; // 1 where all of the map is shown
  readonly far: ReadonlySet<number>; // neighbors of the selected passage that the map tore away
  readonly drawing: readonly Spot[]; // a lasso that is being drawn, in pixels
}

const CELL = 4; // pixels of a cell of the density
const MARK = 14; // pixels of a short text on the map, at least
const MOST_MARKS = 4_000; // short texts drawn at a time; the others are dots
const TORN = { light: "#b34700", dark: "#e69f00" };
const ACCENT = { light: "#0064a0", dark: "#6cb6ee" };

export function draw(pen: CanvasRenderingContext2D, image: ImageData, explorer: Explorer, frame: Frame): void {
  const { chosen, passing, positions, selection, against, hits, coloring } = explorer;
  const dark = passing.dark.value;
  const ground = dark ? DARK : LIGHT;
  const target: Image = {
    pixels: new Uint32Array(image.data.buffer),
    width: image.width,
    height: image.height,
  };
  const { view, size, ratio, zoom } = frame;
  const places = positions.value;
  const found = hits.value;
  const mask = selection.value.bits;
  const radius = radiusOf(places.x.length, zoom);
  target.pixels.fill(toPixel(ground.background));
  const put = (reach: number, colors: Uint32Array | number, bits: Uint8Array | null, wanted: 0 | 1) =>
    paint(target, places, view, size, ratio, reach, colors, { mask: bits, wanted });

  const mark = chosen.mark.value;
  if (mark !== "density" || found) {
    if (mask) put(radius, toPixel(ground.dim), mask, 0);
    const reach = typeof mark === "object" ? 1 : selection.value.count < 1000 ? Math.max(radius, 3) : radius;
    const colors = found ? toPixel(ground.rest) : coloring.value.pixels;
    put(reach, colors, mask, 1);
    if (chosen.against.value) put(reach, colors, against.value.bits, 1);
  }
  if (found && typeof mark !== "object") put(Math.max(radius + 2, 5), coloring.value.pixels, found.bits, 1);
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.putImageData(image, 0, 0);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);

  if (mark === "density" && !found) drawDensity(pen, explorer, frame, mask);
  if (typeof mark === "object") drawMarks(pen, explorer, frame, mark.column, found ?? selection.value);
  drawRegions(pen, explorer, frame, dark);
  drawLines(pen, explorer, frame, radius, dark);
}

/** A surface whose color tells how many points lie there. */
function drawDensity(pen: CanvasRenderingContext2D, explorer: Explorer, frame: Frame, mask: Uint8Array | null): void {
  const { view, size } = frame;
  const { shares, columns, rows } = density(explorer.positions.value, view, size, CELL, { mask, wanted: 1 });
  const shades = (explorer.passing.dark.value ? explorer.about.shades.dark : explorer.about.shades.light).map(toPixel);
  const surface = new ImageData(columns, rows);
  const pixels = new Uint32Array(surface.data.buffer);
  // Dense is what stands out: dark on white, bright on black.
  const order = explorer.passing.dark.value ? shades : shades.toReversed();
  shares.forEach((share, at) => {
    if (share <= 0) return;
    const opacity = Math.round(255 * Math.min(1, share * 4));
    const shade = order[Math.min(Math.floor(share * order.length), order.length - 1)]!;
    pixels[at] = ((shade & 0xffffff) | (opacity << 24)) >>> 0;
  });
  const small = new OffscreenCanvas(columns, rows);
  small.getContext("2d")!.putImageData(surface, 0, 0);
  pen.imageSmoothingEnabled = true;
  pen.drawImage(small, 0, 0, columns * CELL, rows * CELL);
}

/** Short texts in the place of points, where there is room for them. */
function drawMarks(pen: CanvasRenderingContext2D, explorer: Explorer, frame: Frame, column: number, shown: Mask): void {
  const values = explorer.passing.columns.value[column];
  if (!values || !("codes" in values)) return;
  const ground = explorer.passing.dark.value ? DARK : LIGHT;
  const letters = Math.min(MARK * frame.zoom ** 0.35, 40);
  const taken = new Set<number>();
  const across = Math.ceil(frame.size.width / letters) + 1;
  pen.font = `${letters}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = ground.ink;
  const { x, y } = explorer.positions.value;
  for (let at = 0; at < x.length && taken.size < MOST_MARKS; at++) {
    const code = values.codes[at]!;
    if (code < 0 || !has(shown, at)) continue;
    const [px, py] = toPixels(frame.view, frame.size, x[at]!, y[at]!);
    if (px < 0 || py < 0 || px > frame.size.width || py > frame.size.height) continue;
    const cell = Math.round(py / letters) * across + Math.round(px / letters);
    if (taken.has(cell)) continue;
    taken.add(cell);
    pen.fillText(values.names[code]!, px, py);
  }
}

/** The outlines of what is selected, and of what it is compared with. */
function drawRegions(pen: CanvasRenderingContext2D, explorer: Explorer, frame: Frame, dark: boolean): void {
  const outline = (spots: readonly Spot[], dashed: boolean) => {
    if (spots.length < 2) return;
    pen.strokeStyle = dark ? ACCENT.dark : ACCENT.light;
    pen.lineWidth = 2;
    pen.setLineDash(dashed ? [6, 4] : []);
    pen.beginPath();
    spots.forEach(([px, py], at) => (at ? pen.lineTo(px, py) : pen.moveTo(px, py)));
    pen.closePath();
    pen.stroke();
    pen.setLineDash([]);
  };
  const { region, against, x, y } = explorer.chosen;
  const hasAxes = x.value !== null || y.value !== null; // a line has its place where it was drawn
  for (const [part, dashed] of [[region.value, false], [against.value, true]] as const) {
    if (part && "polygon" in part && Boolean(part.along) === hasAxes) {
      outline(part.polygon.map(([x, y]) => toPixels(frame.view, frame.size, x, y)), dashed);
    }
  }
  outline(frame.drawing, explorer.passing.tool.value === "lasso against");
}

/** Lines from the passage that is read to its neighbors, wherever the map put them, and rings. */
function drawLines(pen: CanvasRenderingContext2D, explorer: Explorer, frame: Frame, radius: number, dark: boolean): void {
  const { chosen, passing, positions } = explorer;
  const ink = (dark ? DARK : LIGHT).ink;
  const at = (number: number) => pixelsOf(positions.value, frame, number);
  const ring = (number: number, width: number) => {
    pen.strokeStyle = ink;
    pen.lineWidth = width;
    pen.beginPath();
    pen.arc(...at(number), radius + 4, 0, 2 * Math.PI);
    pen.stroke();
  };
  const selected = chosen.selected.value;
  if (selected !== null) {
    for (const { number } of passing.neighbors.value ?? []) {
      const torn = frame.far.has(number);
      pen.strokeStyle = torn ? (dark ? TORN.dark : TORN.light) : ink;
      pen.lineWidth = torn ? 1.5 : 1;
      pen.globalAlpha = torn ? 0.9 : 0.6;
      pen.setLineDash(torn ? [6, 4] : []);
      pen.beginPath();
      pen.moveTo(...at(selected));
      pen.lineTo(...at(number));
      pen.stroke();
      pen.globalAlpha = 1;
      pen.setLineDash([]);
      ring(number, 1);
    }
    ring(selected, 3);
  }
  if (chosen.pair.value !== null) ring(chosen.pair.value, 2.5);
  if (passing.hovered.value !== null) ring(passing.hovered.value, 2);
}

function pixelsOf({ x, y }: Positions, { view, size }: Frame, number: number): [number, number] {
  return toPixels(view, size, x[number]!, y[number]!);
}

/**
 * Points to pixels. Each disc is blended straight into an image: with a million points ten times
 * as fast as WebGL where there is no GPU, and the same picture on every machine.
 */

import { extent, toPixels, type Positions, type Size, type View } from "./geometry";

/** An image: one number a pixel, its bytes red, green, blue, alpha from the lowest. */
export interface Image {
  readonly pixels: Uint32Array;
  readonly width: number; // device pixels
  readonly height: number;
}

/** Which points are drawn: those whose mask is `wanted`; all without a mask. */
export interface Drawn {
  readonly mask: Uint8Array | null;
  readonly wanted: 0 | 1;
}

const PASSES = 5; // of a blur over three cells: near a Gaussian of two cells
const OPACITY = 0.85; // discs that overlap show through one another

/** "#rrggbb" as one number of an image. */
export function toPixel(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return ((255 << 24) | (blue! << 16) | (green! << 8) | red!) >>> 0;
}

/** Radius of a point in CSS pixels: grows with zoom, and shrinks with the number of points. */
export function radiusOf(count: number, zoom: number): number {
  const base = Math.min(Math.max(130 / Math.sqrt(count || 1), 0.7), 5);
  return Math.min(base * Math.max(zoom, 0.2) ** 0.4, 7);
}

/** How much of each pixel a disc covers: its offset in the image, and 0 to 256. */
function disc(radius: number, width: number): { offsets: Int32Array; shares: Int32Array } {
  const offsets: number[] = [];
  const shares: number[] = [];
  const reach = Math.ceil(radius);
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const share = Math.min(Math.max(radius + 0.5 - Math.hypot(dx, dy), 0), 1) * OPACITY;
      if (share > 0.02) {
        offsets.push(dy * width + dx);
        shares.push(Math.round(share * 256));
      }
    }
  }
  return { offsets: Int32Array.from(offsets), shares: Int32Array.from(shares) };
}

/**
 * Blend a disc for each point into the image.
 *
 * `size` is that of the window in CSS pixels, `ratio` the device pixels to each. `colors` holds a
 * pixel's value for each point, or is one for all.
 */
export function paint(
  image: Image,
  { x, y }: Positions,
  view: View,
  size: Size,
  ratio: number,
  radius: number,
  colors: Uint32Array | number,
  { mask, wanted }: Drawn,
): void {
  const { pixels, width, height } = image;
  const { offsets, shares } = disc(radius * ratio, width);
  const margin = Math.ceil(radius * ratio);
  const scale = view.scale * ratio;
  const [originX, originY] = toPixels(view, size, 0, 0).map((pixel) => pixel * ratio + 0.5);
  const [right, bottom] = [width - margin, height - margin];
  const one = typeof colors === "number" ? colors : null;
  const many = typeof colors === "number" ? null : colors;
  for (let point = 0; point < x.length; point++) {
    if (mask && mask[point] !== wanted) continue;
    const px = Math.floor(originX! + x[point]! * scale);
    const py = Math.floor(originY! - y[point]! * scale);
    if (px < margin || py < margin || px >= right || py >= bottom) continue;
    const at = py * width + px;
    const color = one ?? many![point]!;
    const redBlue = color & 0xff00ff;
    const green = color & 0x00ff00;
    for (let k = 0; k < offsets.length; k++) {
      const pixel = at + offsets[k]!;
      const share = shares[k]!;
      const old = pixels[pixel]!;
      const oldRedBlue = old & 0xff00ff;
      const oldGreen = old & 0x00ff00;
      // Red and blue are blended in one product: there are eight zero bits between them.
      pixels[pixel] =
        0xff000000 |
        ((oldRedBlue + (((redBlue - oldRedBlue) * share) >> 8)) & 0xff00ff) |
        ((oldGreen + (((green - oldGreen) * share) >> 8)) & 0x00ff00);
    }
  }
}

/**
 * How many points lie in each cell of a grid over the window, blurred, from 0 to 1 on a scale of
 * square roots, (columns × rows).
 */
export function density(
  { x, y }: Positions,
  view: View,
  size: Size,
  cell: number,
  { mask, wanted }: Drawn,
): { shares: Float32Array; columns: number; rows: number } {
  const [columns, rows] = [Math.ceil(size.width / cell), Math.ceil(size.height / cell)];
  const counts = new Float32Array(columns * rows);
  const [originX, originY] = toPixels(view, size, 0, 0);
  for (let point = 0; point < x.length; point++) {
    if (mask && mask[point] !== wanted) continue;
    const column = Math.floor((originX + x[point]! * view.scale) / cell);
    const row = Math.floor((originY - y[point]! * view.scale) / cell);
    if (column >= 0 && row >= 0 && column < columns && row < rows) counts[row * columns + column]!++;
  }
  let blurred: Float32Array = counts;
  for (let pass = 0; pass < PASSES; pass++) blurred = blur(blurred, columns, rows);
  const [, most] = extent(blurred);
  return { shares: blurred.map((count) => Math.sqrt(count / (most || 1))), columns, rows };
}

/** The mean of each cell and its eight neighbors. */
function blur(cells: Float32Array, columns: number, rows: number): Float32Array {
  const across = new Float32Array(cells.length);
  const down = new Float32Array(cells.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const left = column > 0 ? cells[at - 1]! : 0;
      const right = column < columns - 1 ? cells[at + 1]! : 0;
      across[at] = (left + cells[at]! + right) / 3;
    }
  }
  for (let at = 0; at < cells.length; at++) {
    down[at] = ((across[at - columns] ?? 0) + across[at]! + (across[at + columns] ?? 0)) / 3;
  }
  return down;
}

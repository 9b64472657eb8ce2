/** Where things are: pure functions over numbers and typed arrays, free of the page. */

/** The part of the map that is looked at. */
export interface View {
  readonly x: number; // map position in the middle of the window
  readonly y: number;
  readonly scale: number; // pixels per map unit
}

export interface Size {
  readonly width: number; // CSS pixels
  readonly height: number;
}

/** A rectangle of the window, in pixels from its top left corner. */
export interface Room {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export type Spot = readonly [number, number];

/** Coordinates of N points: those of the map, or along axes of the reader's own. */
export interface Positions {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Map coordinates to pixels; y grows downward in the window, upward on the map. */
export function toPixels(view: View, size: Size, x: number, y: number): [number, number] {
  return [size.width / 2 + (x - view.x) * view.scale, size.height / 2 - (y - view.y) * view.scale];
}

/** Pixels to map coordinates. */
export function toMap(view: View, size: Size, px: number, py: number): [number, number] {
  return [view.x + (px - size.width / 2) / view.scale, view.y - (py - size.height / 2) / view.scale];
}

/** The view that shows all points within a rectangle of the window. */
export function fit({ x, y }: Positions, size: Size, room: Room): View {
  const [left, right] = extent(x);
  const [low, high] = extent(y);
  if (!(left <= right)) return { x: 0, y: 0, scale: 1 };
  const [width, height] = [Math.max(room.right - room.left, 1), Math.max(room.bottom - room.top, 1)];
  const scale = Math.min(width / (right - left || 1e-6), height / (high - low || 1e-6), 1e6);
  return {
    x: (left + right) / 2 - ((room.left + room.right) / 2 - size.width / 2) / scale,
    y: (low + high) / 2 + ((room.top + room.bottom) / 2 - size.height / 2) / scale,
    scale,
  };
}

/** Least and largest of some numbers, NaN left out; [Infinity, -Infinity] of none. */
export function extent(values: ArrayLike<number>): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** The view after zooming by a factor, with the map under pixel (px, py) kept in place. */
export function zoomAt(view: View, size: Size, [px, py]: Spot, factor: number, [least, most]: Spot): View {
  const scale = Math.min(Math.max(view.scale * factor, least), most);
  const shift = 1 / view.scale - 1 / scale;
  return {
    x: view.x + (px - size.width / 2) * shift,
    y: view.y - (py - size.height / 2) * shift,
    scale,
  };
}

/** The view moved no more than it takes for a point to lie within a rectangle of the window. */
export function bringInto(view: View, size: Size, room: Room, x: number, y: number): View {
  const [px, py] = toPixels(view, size, x, y);
  const dx = px - clamp(px, room.left, room.right);
  const dy = py - clamp(py, room.top, room.bottom);
  return { ...view, x: view.x + dx / view.scale, y: view.y - dy / view.scale };
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

/** Whether a point lies inside a polygon, by the number of its edges that a ray crosses. */
export function inPolygon(polygon: readonly Spot[], x: number, y: number): boolean {
  let inside = false;
  for (let at = 0, before = polygon.length - 1; at < polygon.length; before = at++) {
    const [ax, ay] = polygon[at]!;
    const [bx, by] = polygon[before]!;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/**
 * Which of a point's neighbors lie far away on the map: where more than one point in a hundred
 * lies nearer, and more than three times as many as it has neighbors. As Map.torn of the library.
 */
export function torn({ x, y }: Positions, point: number, near: readonly number[]): Set<number> {
  const square = (other: number) => (x[other]! - x[point]!) ** 2 + (y[other]! - y[point]!) ** 2;
  const distances = near.map(square);
  const nearer = new Array<number>(near.length).fill(-1); // the point itself does not count
  for (let other = 0; other < x.length; other++) {
    const distance = square(other);
    for (let at = 0; at < near.length; at++) if (distance < distances[at]!) nearer[at]!++;
  }
  const most = Math.max(0.01 * x.length, 3 * near.length);
  return new Set(near.filter((_, at) => nearer[at]! > most));
}

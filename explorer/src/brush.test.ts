import { expect, test } from "vitest";
import { dragged, grasp } from "./brush";

test.each([
  [5, null, "new"],
  [5, [4.8, 8], "low"],
  [7.9, [4, 8], "high"],
  [6, [4, 8], "all"],
  [2, [4, 8], "new"],
  [3.9, [4, 4], "low"], // both ends at one place: the one on the pointer's side
  [4.1, [4, 4], "high"],
] as const)("at %d over %j the pointer grasps %s", (at, span, part) => {
  expect(grasp(at, span, 0.3).part).toBe(part);
});

test.each([
  ["from left to right", 2.5, null, 4.2, [2, 4]],
  ["from right to left", 4.2, null, 2.5, [2, 4]],
  ["beyond the end", 8.5, null, 10, [8, 9]],
  ["the lower end", 2, [2, 5], 3.4, [3, 4]],
  ["the lower end not over the upper", 2, [2, 5], 9, [4, 4]],
  ["the upper end", 5, [2, 5], 7.6, [2, 7]],
  ["the upper end not over the lower", 5, [2, 5], 0, [2, 2]],
  ["all of it", 3.5, [2, 5], 5.4, [4, 6]],
  ["all of it no further than the end", 3.5, [2, 5], 10, [7, 9]],
  ["all of it no further than the beginning", 3.5, [2, 5], 0, [0, 2]],
] as const)("drawn %s", (_, from, span, to, expected) => {
  expect(dragged(grasp(from, span, 0.3), to, 10)).toEqual(expected);
});

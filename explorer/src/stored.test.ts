import { tableFromArrays, tableFromColumns, columnFromArray, tableToIPC, utf8, float32, int32, float64, type Table } from "@uwdata/flechette";
import { describe, expect, test } from "vitest";
import { Refusal, type About, type Filter } from "./contract";
import { createStored, type StoredData } from "./stored";

const TEXTS = [
  "Farmers need rain. A farmer waits.",
  "The farm is dry, and the farmers of the dry counties wait for rain that does not come, year after year.",
  "Élysée: un café près de l'eau",
  "東京タワーは高い",
  "<img src=x onerror=alert(1)> rain",
  "unfarmed land, no rain",
];
const YEARS = [1900, 1936, NaN, 1988, 2001, 1950];
const K = 2;

async function packed(table: Table): Promise<string> {
  const bytes = tableToIPC(table, { format: "stream" })!;
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream("gzip"));
  const zipped = new Uint8Array(await new Response(stream).arrayBuffer());
  return btoa(String.fromCharCode(...zipped));
}

async function stored(): Promise<StoredData> {
  const n = TEXTS.length;
  const zeros = Int32Array.from({ length: n }, (_, at) => at % 2);
  const places = Float32Array.from({ length: n }, (_, at) => at / n);
  const about = {
    passages: n,
    command: "semascope open farms.lance",
    columns: [{ name: "year", kind: "number", whole: true, short: false, dated: true }],
  } as unknown as About;
  return {
    about,
    points: await packed(tableFromArrays({ x: places, y: places, honesty: places, coarse: zeros, medium: zeros, fine: zeros })),
    columns: [await packed(tableFromColumns({ value: columnFromArray(YEARS, float64()) }))],
    texts: await packed(tableFromColumns({ text: columnFromArray(TEXTS, utf8()) })),
    values: await packed(tableFromColumns({ 0: columnFromArray(["1900", "1936", null, "1988", "2001", "1950"], utf8()) })),
    neighbors: await packed(tableFromColumns({
      number: columnFromArray([1, 5, 0, -1, -1, -1, 2, 0, 1, 0, 0, 4], int32()),
      similarity: columnFromArray([0.75, 0.5, 0.75, 0, 0, 0, 0.25, 0.25, 0.5, 0.25, 0.5, 0.25], float32()),
      percentile: columnFromArray([99, 90, 99, NaN, NaN, NaN, NaN, 50, 90, 50, 90, 50], float32()),
    })),
    k: K,
  };
}

const source = createStored(await stored());
const never = new AbortController().signal;
const search = (query: string, filters: Filter[] = [], k = 10) =>
  source.search({ query, mode: "hybrid", k, filters }, never);
const numbers = async (...asked: Parameters<typeof search>) => (await search(...asked)).hits.map(({ number }) => number);

test("what is packed comes back as typed arrays, and once", async () => {
  const points = await source.points();
  expect(points.x).toBeInstanceOf(Float32Array);
  expect([...points.labels.fine]).toEqual([0, 1, 0, 1, 0, 1]);
  expect(await source.points()).toBe(points);
  const column = await source.column(0);
  expect("values" in column && [...column.values]).toEqual(YEARS);
});

test("rows come in the order asked for, an empty text for no value", async () => {
  expect(await source.rows([2, 0])).toEqual([
    { number: 2, text: TEXTS[2], values: [""] },
    { number: 0, text: TEXTS[0], values: ["1900"] },
  ]);
});

test("neighbors are those of the passage, without the places that are empty", async () => {
  expect(await source.neighbors(0)).toEqual([
    { number: 1, similarity: 0.75, percentile: 99 },
    { number: 5, similarity: 0.5, percentile: 90 },
  ]);
  expect(await source.neighbors(1)).toHaveLength(1);
  expect(await source.neighbors(2)).toEqual([]);
  expect((await source.neighbors(3))[0]!.percentile).toBeNull();
});

describe("keyword search", () => {
  test("finds words that begin with the query's, not those that end with it", async () => {
    expect(await numbers("farm")).toEqual([0, 1]); // 2 / sqrt(34) before 2 / sqrt(103); "unfarmed" is none
  });

  test("wants all words, whatever their order and case", async () => {
    expect(await numbers("RAIN dry")).toEqual([1]);
    expect(await numbers("dry unknown")).toEqual([]);
  });

  test("is not kept by accents, and gives words as they stand", async () => {
    const { hits } = await search("elysee CAFE");
    expect(hits.map(({ number, words }) => [number, words])).toEqual([[2, ["Élysée", "café"]]]);
    expect(await numbers("élysée")).toEqual([2]);
  });

  test("finds words inside texts whose script has no spaces", async () => {
    const { hits } = await search("タワー");
    expect(hits.map(({ number, words }) => [number, words])).toEqual([[3, ["タワー"]]]);
  });

  test("names the words that occur nowhere, whatever the filters leave", async () => {
    const none: Filter[] = [{ column: 0, low: 3000, high: 4000 }];
    expect((await search("Farm Drought rain", none)).unknown_words).toEqual(["Drought"]);
  });

  test("gives k of what passes the filters", async () => {
    expect(await numbers("rain", [{ column: 0, low: 1930, high: 2001 }])).toEqual([5, 4, 1]);
    expect(await numbers("rain", [{ column: 0, low: 1930, high: 2001 }], 2)).toEqual([5, 4]);
  });

  test("of nothing but signs finds nothing", async () => {
    expect(await search(" ?! \u0301 ")).toEqual({ hits: [], unknown_words: [] });
  });

  test("agrees with a search by regular expression on random texts", async () => {
    const { createKeywords } = await import("./keywords");
    let seed = 7;
    const random = (below: number) => (seed = (seed * 16807) % 2147483647) % below;
    const syllables = ["ab", "ba", "a", "b", "abb"];
    const word = () => Array.from({ length: 1 + random(3) }, () => syllables[random(5)]).join("");
    const texts = Array.from({ length: 200 }, () => Array.from({ length: 1 + random(12) }, word).join(" "));
    const find = createKeywords(texts);
    for (let round = 0; round < 50; round++) {
      const words = [...new Set([word(), word()])];
      const worth = texts.map((text) => {
        const counts = words.map((each) => text.split(" ").filter((own) => own.startsWith(each)).length);
        return counts.every(Boolean) ? counts.reduce((a, b) => a + b) / Math.sqrt(text.length) : 0;
      });
      const expected = texts.map((_, at) => at).filter((at) => worth[at]).sort((a, b) => worth[b]! - worth[a]! || a - b);
      expect(find(words.join(" "), 200, { bits: null, count: 200 }).numbers).toEqual(expected);
    }
  });

  test("that is no longer wanted ends", async () => {
    await expect(source.search({ query: "rain", mode: "keyword", k: 1, filters: [] }, AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});

test("what takes the library is refused, with the command that has it", async () => {
  const asked = [
    source.why(0, 1), source.axis("a", "b"), source.contrast("", ""), source.duplicates(), source.outliers(),
    source.timeline(0, "fine"), source.export("", "csv"), source.python({ filters: [], clusters: null, numbers: null }),
  ];
  for (const answer of asked) {
    await expect(answer).rejects.toThrow(Refusal);
    await expect(answer).rejects.toThrow("semascope open farms.lance");
  }
});

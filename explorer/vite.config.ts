import { defineConfig } from "vitest/config";

// The page runs under script-src 'self' and style-src 'self': one script, one style sheet, nothing
// inline, nothing as data:. The names are fixed, because the server and the exported page name them.
export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/semascope/explorer/built",
    emptyOutDir: true,
    target: "es2022",
    cssTarget: ["chrome123", "firefox121", "safari17.5"], // the first with light-dark()
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    license: { fileName: "LICENSES.txt" },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: false,
        entryFileNames: "explorer.js",
        assetFileNames: "explorer[extname]",
      },
    },
  },
  test: { include: ["src/**/*.test.{ts,tsx}"] },
});

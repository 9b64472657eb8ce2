/** How views come by the explorer and the camera. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Explorer } from "./explorer";
import type { Camera } from "./map/camera";

export const Context = createContext<(Explorer & { readonly camera: Camera; readonly embedded: boolean }) | null>(null);

export type App = Explorer & { readonly camera: Camera; readonly embedded: boolean };

export function useExplorer(): App {
  const app = useContext(Context);
  if (!app) throw new Error("this view stands outside an explorer");
  return app;
}

/** The page begins here: find the collection, read the address, show the explorer. */

import "./style.css"; // first, so that each view's own sheet may differ from it
import { render } from "preact";
import { createServed } from "./served";
import { start } from "./start";
import { createStored, type StoredData } from "./stored";

const root = document.getElementById("explorer")!;
const data = document.getElementById("explorer-data"); // of a page that is one file
const source = data ? createStored(JSON.parse(data.textContent ?? "") as StoredData) : createServed();
void start(root, source, render);

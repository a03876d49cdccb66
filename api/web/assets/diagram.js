// Draws the diagram of a case or a process: tokens, the way taken, due times. It says nothing of its own: every text
// comes with the data, and the page holds the same in words.

const place = document.querySelector("[data-diagram]");

async function draw() {
  const answer = await fetch(place.dataset.diagram, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const data = await answer.json();
  const paper = place.querySelector(".drawing");
  const tools = place.querySelector(".drawing-tools");
  paper.hidden = false;
  const viewer = new window.BpmnJS({ container: paper });
  if (data.drawings.length > 1) tools.prepend(chooser(viewer, data));
  await show(viewer, data, drawingWithTokens(data));
  tools.hidden = false;
  tools.addEventListener("click", (event) => act(viewer, data, event.target.dataset.do));
  tools.querySelector('[data-do="here"]').hidden = data.tokens.length === 0;
  place.dataset.drawn = "yes";
}

function drawingWithTokens(data) {
  const held = (drawing) => data.tokens.some((token) => drawing.xml.includes(`id="${token.element}"`));
  const found = data.drawings.findIndex(held);
  return found < 0 ? 0 : found;
}

function chooser(viewer, data) {
  const list = document.createElement("select");
  list.setAttribute("aria-label", place.dataset.part);
  data.drawings.forEach((drawing, index) => list.add(new Option(drawing.name ?? drawing.file, index)));
  list.value = drawingWithTokens(data);
  list.addEventListener("change", () => show(viewer, data, Number(list.value)));
  return list;
}

async function show(viewer, data, index) {
  await viewer.importXML(data.drawings[index].xml);
  translate(viewer, data);
  mark(viewer, data);
  focus(viewer, data);
}

function translate(viewer, data) {
  const known = viewer.get("elementRegistry");
  const drawn = viewer.get("graphicsFactory");
  known.forEach((element) => {
    const named = element.businessObject;
    const words = named && (named.$type === "bpmn:Lane" ? data.lanes[named.name] : data.labels[named.id]);
    if (words) named.name = words;
  });
  known.forEach((element, graphics) => {
    if (element.parent) drawn.update(element.waypoints ? "connection" : "shape", element, graphics);
  });
}

function mark(viewer, data) {
  const canvas = viewer.get("canvas");
  const known = viewer.get("elementRegistry");
  const there = (id) => known.get(id) !== undefined;
  data.visited.filter(there).forEach((id) => canvas.addMarker(id, "was-here"));
  data.flows.filter(there).forEach((id) => canvas.addMarker(id, "was-taken"));
  const standing = new Map();
  for (const token of data.tokens.filter((one) => there(one.element))) {
    canvas.addMarker(token.element, token.state === "open" ? "is-here" : "is-inside");
    standing.set(token.element, [...(standing.get(token.element) ?? []), token]);
  }
  for (const [id, tokens] of standing) {
    const waiting = tokens.every((token) => token.state !== "open");
    if (waiting && known.get(id).children.length > 0) continue; // what runs inside is marked there
    const count = tokens.length > 1 ? ` ×${tokens.length}` : "";
    const left = tokens.map((token) => token.left).find(Boolean);
    put(viewer, id, { top: -14, left: 4 }, `${tokens[0].text}${count}${left ? " · " + left : ""}`, waiting ? "mark-token mark-waiting" : "mark-token");
  }
  const soonest = new Map();
  for (const due of data.due) if (there(due.element) && !soonest.has(due.element)) soonest.set(due.element, due);
  for (const [id, due] of soonest) put(viewer, id, { bottom: -6, left: -8 }, due.short, due.late ? "mark-due mark-due-late" : "mark-due", due.text);
}

function put(viewer, id, position, text, look, title) {
  const label = document.createElement("div");
  label.className = look;
  label.textContent = text;
  if (title) label.title = title;
  viewer.get("overlays").add(id, { position, html: label });
}

function focus(viewer, data) {
  const canvas = viewer.get("canvas");
  const known = viewer.get("elementRegistry");
  const token = data.tokens.find((one) => one.state === "open" && known.get(one.element)) ?? data.tokens.find((one) => known.get(one.element));
  canvas.zoom("fit-viewport", "auto");
  if (!token) return;
  const shape = known.get(token.element);
  const area = canvas.viewbox().outer;
  const width = Math.min(Math.max(area.width, 600), 1100);
  const height = (width * area.height) / area.width;
  canvas.viewbox({ x: shape.x + shape.width / 2 - width / 2, y: shape.y + shape.height / 2 - height / 2, width, height });
}

function act(viewer, data, what) {
  const canvas = viewer.get("canvas");
  if (what === "in") canvas.zoom(canvas.zoom() * 1.3);
  if (what === "out") canvas.zoom(canvas.zoom() / 1.3);
  if (what === "all") canvas.zoom("fit-viewport", "auto");
  if (what === "here") focus(viewer, data);
}

if (place) {
  draw().catch((failure) => {
    console.error(failure);
    const told = document.createElement("p");
    told.className = "empty";
    told.textContent = place.dataset.failed;
    place.replaceChildren(told);
  });
}

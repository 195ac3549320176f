"use strict";

// Text from outside is always set as text, never as HTML.

const byId = (id) => document.getElementById(id);

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/// The contents of each row.
const shown = new WeakMap();

/// Updates the children of `list` to match `items`. An unchanged row stays the same element, so
/// that focus, selection and open details survive an update.
function show(list, items, key, make) {
  const old = new Map([...list.children].map((row) => [row.dataset.key, row]));
  let position = list.firstChild;
  for (const item of items) {
    const text = JSON.stringify(item);
    let row = old.get(String(key(item)));
    if (row && shown.get(row).text === text) {
      old.delete(row.dataset.key);
    } else {
      const next = make(item, row, row && shown.get(row).item);
      next.dataset.key = key(item);
      shown.set(next, { text, item });
      if (row) {
        const focused = row.contains(document.activeElement);
        if (position === row) position = next;
        row.replaceWith(next);
        old.delete(row.dataset.key);
        if (focused) (next.querySelector("summary") ?? next).focus();
      }
      row = next;
    }
    if (row === position) position = position.nextSibling;
    else list.insertBefore(row, position);
  }
  for (const row of old.values()) row.remove();
}

// The records.

/// What is shown of the records. The address has it too, so that a reload shows the same.
let view;

/// An email that is longer than a line is broken after its @.
function valueOf(field) {
  if (field.value === "") return [element("em", "", "empty")];
  return field.value.split(/(?<=@)/).flatMap((part, index) => (index ? [element("wbr"), part] : [part]));
}

function recordRow(record, _, before) {
  const known = before && new Set(before.fields.map((field) => JSON.stringify(field)));
  const fields = element("ul", "fields");
  for (const field of record.fields) {
    const isNew = known && !known.has(JSON.stringify(field));
    const item = element("li", isNew ? "fresh" : "", element("span", "key", field.key), " ");
    if (field.label) item.append(element("span", "label", field.label), " ");
    const value = element("span", "value", ...valueOf(field));
    if (field.type) value.append(element("span", "type", field.type));
    item.append(value);
    fields.append(item);
  }
  const id = element("th", "", String(record.id));
  id.scope = "row";
  const cell = element("td", "", fields);
  if (record.name) cell.prepend(element("div", "name", record.name));
  const row = element("tr", "", id, cell);
  row.tabIndex = 0;
  return row;
}

function option(entity) {
  const made = element("option", "", `${entity.path} (${entity.count.toLocaleString("en")})`);
  made.value = entity.path;
  return made;
}

function showRecords(records) {
  show(byId("entity"), records.entities, (entity) => entity.path, option);
  byId("entity").value = records.entity;
  // A row of another entity may have the same id.
  const key = (record) => `${records.entity}/${record.id}`;
  show(byId("records"), records.shown, key, recordRow);
  const number = (count) => count.toLocaleString("en");
  const last = records.first + records.shown.length - 1;
  const all = records.found === 0 ? "none"
    : `${number(records.first)}–${number(last)} of ${number(records.found)}`;
  byId("range").textContent = records.find === "" ? all : `${all} found`;
  byId("no-records").hidden = records.found > 0;
  for (const [id, isEnd] of [["previous", records.page === 1], ["next", records.page === records.pages]]) {
    // A button that is disabled would lose the focus.
    byId(id).setAttribute("aria-disabled", isEnd);
  }
  view.page = records.page;
}

// The requests.

function status(request) {
  if (request.status === null) {
    return request.over ? element("span", "status bad", "none") : element("span", "status odd", "…");
  }
  const kind = request.status < 300 ? "good" : "bad";
  return element("span", `status ${kind}`, String(request.status));
}

/// Returns the message of an error and its hint, as far as there are any.
const explained = (error) => [error.message, error.hint].filter(Boolean).join(" – ");

/// Returns what is to be marked in a body: the paths of the keys that had no effect, and of the calls
/// that failed.
function marks(request) {
  const path = (...parts) => JSON.stringify(parts);
  if (!request.isBatch) {
    return { dropped: new Set(request.dropped.map((key) => path(key))), failed: new Map() };
  }
  const [dropped, failed] = [new Set(), new Map()];
  const body = JSON.parse(request.body);
  const list = ["calls", "items", "ids"].find((name) => Array.isArray(body[name]));
  const errors = new Map(request.failed?.map((error) => [error.id, error]));
  (list === undefined ? [] : body[list]).forEach((call, index) => {
    const isMap = typeof call === "object" && call !== null;
    const id = String((isMap ? call.id : call) ?? index);
    if (errors.has(id)) failed.set(path(list, index), errors.get(id));
    const inner = list === "calls" ? ["params"] : [];
    const keys = isMap ? (list === "calls" ? call.params : call) : null;
    for (const key of Object.keys(keys ?? {})) {
      if (request.dropped.includes(`${id}.${key}`)) dropped.add(path(list, index, ...inner, key));
    }
  });
  return { dropped, failed };
}

/// Returns the body with its marks. A body that is cut, or not JSON, is shown as it is.
function bodyOf(request) {
  try {
    if (request.bodyIsCut) throw new SyntaxError("half a body");
    const { dropped, failed } = marks(request);
    return element("pre", "", ...layOut(request.body, (path, nodes) => {
      const here = JSON.stringify(path);
      const error = failed.get(here);
      if (dropped.has(here)) return [element("mark", "", ...nodes)];
      if (!error) return nodes;
      const reason = element("span", "reason", `  ← failed: ${error.code ?? "unknown code"}`);
      return [element("span", "failed", ...nodes, reason)];
    }));
  } catch {
    return element("pre", "", request.body, request.bodyIsCut ? "\n… and more" : "");
  }
}

function answerOf(request) {
  try {
    if (!request.answerIsCut) return element("pre", "", ...layOut(request.answer, (_, nodes) => nodes));
  } catch {
    // Not JSON, such as the page of a gateway.
  }
  return element("pre", "", request.answer, request.answerIsCut ? "\n… and more" : "");
}

/// Fills an open request. A long body or answer is asked for first: the state contains only their
/// beginnings.
async function open(details, request) {
  let whole = request;
  if (request.bodyIsCut || request.answerIsCut) {
    const answer = await fetch(`/request?serial=${request.serial}`).catch(() => null);
    if (answer?.ok) whole = await answer.json();
  }
  details.querySelector(".body").replaceWith(contents(whole, true));
}

/// Returns the notes on a request, its body and, if it is open, its answer.
function contents(request, isOpen) {
  const body = element("div", "body");
  const note = (...text) => body.append(element("p", "hint", ...text));
  if (request.dropped.length > 0) {
    note("Keys without effect: ", ...request.dropped.flatMap((key, index) =>
      [index ? ", " : "", element("mark", "", key)]));
  }
  for (const error of request.failed ?? []) {
    note("Call ", element("code", "", error.id), " failed: ",
      element("span", "bad", error.code ?? "unknown code"), ` ${explained(error)}`);
  }
  if (request.over && request.status === null) note("The request was not answered.");
  if (request.applied) note("The write was applied.");
  if (request.body) body.append(element("h3", "", "Body"), bodyOf(request));
  else note("No body.");
  if (isOpen && request.answer) body.append(element("h3", "", "Answer"), answerOf(request));
  return body;
}

function requestRow(request, old) {
  const path = request.path + (request.query === null ? "" : `?${request.query}`);
  const summary = element("summary", "", status(request), element("span", "method", request.method),
    element("span", "path", path));
  const tag = (kind, text) => summary.append(element("span", `tag ${kind}`, text));
  if (request.code) tag("bad", request.code);
  if (request.fault) tag("odd", `fault: ${request.fault}`);
  if (request.failed?.length > 0) tag("bad", `failed calls: ${request.failed.length}`);
  if (request.dropped.length > 0) tag("odd", `dropped: ${request.dropped.length}`);
  if (request.error) {
    summary.append(element("span", "explanation", explained(request.error)));
  }
  const details = element("details", "", summary, contents(request, false));
  details.addEventListener("toggle", () => {
    if (details.open) open(details, request);
  });
  details.open = old?.querySelector("details").open ?? false;
  return element("li", old || first ? "" : "fresh", details);
}

let first = true;

function render(state) {
  // What changed is highlighted until the next change. An animation would draw all the time.
  for (const old of document.querySelectorAll(".fresh")) old.classList.remove("fresh");
  showRecords(state.records);
  show(byId("log"), state.requests, (request) => request.serial, requestRow);
  const [count, all] = [state.requests.length, state.requestCount];
  const number = (count) => count.toLocaleString("en");
  byId("requests-count").textContent = count < all ? `${number(count)} of ${number(all)}` : number(all);
  byId("nothing").hidden = count > 0;
  first = false;
}

// The updates.

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

function showStatus(text) {
  // A screen reader would read the same text out again.
  if (byId("connection").textContent !== text) byId("connection").textContent = text;
}

/// The number of changes since the last update from which on clients are busy. A request is three.
const BUSY = 60;

/// Ends the request that waits for changes, because another view is wanted.
let another = new AbortController();

async function follow(revision) {
  for (;;) {
    another = new AbortController();
    const query = new URLSearchParams(view);
    if (revision !== null) query.set("after", revision);
    try {
      const answer = await fetch(`/state?${query}`, { signal: another.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const state = await answer.json();
      // The view may have changed on the way.
      if (another.signal.aborted) throw another.signal.reason;
      showStatus("Live");
      const isBusy = revision !== null && Math.abs(state.revision - revision) > BUSY;
      if (state.revision !== revision) render(state);
      revision = state.revision;
      // Leaves the machine to the sandbox and its clients while they are busy.
      await Promise.race([pause(isBusy ? 1000 : 150), aborted(another.signal)]);
    } catch {
      if (!another.signal.aborted) {
        showStatus("Cannot reach the sandbox: it was stopped or is restarting.");
        await pause(1000);
      }
    }
    if (another.signal.aborted) revision = null;
  }
}

const aborted = (signal) => new Promise((resolve) => signal.addEventListener("abort", resolve));

/// Shows other records.
function look(change) {
  view = { ...view, page: 1, ...change };
  const query = new URLSearchParams(Object.entries(view).filter(([, value]) => value !== ""));
  history.replaceState(null, "", `?${query}${location.hash}`);
  another.abort();
}

/// Moves the focus: arrow keys to the next row, Home and End to the first and the last.
function move(event) {
  const rows = [...event.currentTarget.querySelectorAll("summary, tr[tabindex]")];
  const here = rows.indexOf(document.activeElement);
  const there = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (here < 0 || there === undefined || !rows[there]) return;
  event.preventDefault();
  rows[there].focus();
}

function turn(button, step) {
  byId(button).addEventListener("click", () => {
    if (byId(button).getAttribute("aria-disabled") !== "true") look({ page: view.page + step });
  });
}

byId("base").textContent = `${location.origin}/v1`;
for (const id of ["records", "log"]) byId(id).addEventListener("keydown", move);
const begin = JSON.parse(byId("state").textContent);
view = { entity: begin.records.entity, find: begin.records.find, page: begin.records.page };
byId("find").value = view.find;
byId("entity").addEventListener("change", () => look({ entity: byId("entity").value }));
let typing;
byId("find").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => look({ find: byId("find").value.trim() }), 150);
});
turn("previous", -1);
turn("next", 1);
render(begin);
showStatus("Live");
follow(begin.revision);

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
    if (row && shown.get(row) === text) {
      old.delete(row.dataset.key);
    } else {
      const next = make(item, row);
      next.dataset.key = key(item);
      shown.set(next, text);
      if (!first) next.classList.add("fresh");
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

function values(entries) {
  const list = element("ul");
  for (const entry of entries) {
    list.append(element("li", "", entry.value, element("span", "type", entry.type)));
  }
  return element("td", "", list);
}

function contactRow(contact) {
  const id = element("th", "", String(contact.id));
  id.scope = "row";
  const row = element("tr", "", id, element("td", "", contact.name), element("td", "", contact.post),
    values(contact.phones), values(contact.emails));
  row.tabIndex = 0;
  return row;
}

function status(request) {
  if (request.status === null) {
    return request.over ? element("span", "status bad", "none") : element("span", "status odd", "…");
  }
  const kind = request.status < 300 ? "good" : "bad";
  return element("span", `status ${kind}`, String(request.status));
}

/// Returns the body with the keys that had no effect marked. A body that is not a map is unchanged.
function bodyOf(request) {
  const pre = element("pre", "");
  let fields = null;
  try {
    if (!request.bodyIsCut) fields = JSON.parse(request.body);
  } catch {
    // Not JSON: the answer already reported it.
  }
  if (fields === null || typeof fields !== "object" || Array.isArray(fields)) {
    pre.append(request.body, request.bodyIsCut ? "\n… and more" : "");
    return pre;
  }
  const entries = Object.entries(fields);
  pre.append("{\n");
  entries.forEach(([key, value], index) => {
    const text = `${JSON.stringify(key)}: ${JSON.stringify(value, null, 2).replaceAll("\n", "\n  ")}`;
    const isDropped = request.dropped.includes(key);
    pre.append("  ", isDropped ? element("mark", "", text) : text, index + 1 < entries.length ? ",\n" : "\n");
  });
  pre.append("}");
  return pre;
}

function requestRow(request, old) {
  const path = request.path + (request.query === null ? "" : `?${request.query}`);
  const summary = element("summary", "", status(request), element("span", "method", request.method),
    element("span", "path", path));
  if (request.code) summary.append(element("span", "tag bad", request.code));
  if (request.fault) summary.append(element("span", "tag odd", `fault: ${request.fault}`));
  if (request.dropped.length > 0) {
    summary.append(element("span", "tag odd", `dropped: ${request.dropped.length}`));
  }
  const body = element("div", "body");
  if (request.dropped.length > 0) {
    const keys = request.dropped.flatMap((key, index) => [index ? ", " : "", element("mark", "", key)]);
    body.append(element("p", "hint", "Keys without effect: ", ...keys));
  }
  if (request.over && request.status === null) {
    body.append(element("p", "hint", "The request was not answered."));
  }
  if (request.applied) body.append(element("p", "hint", "The write was applied."));
  body.append(request.body ? bodyOf(request) : element("p", "hint", "No body."));
  const details = element("details", "", summary, body);
  details.open = old?.querySelector("details").open ?? false;
  return element("li", "", details);
}

let first = true;

function render(state) {
  show(byId("contacts"), state.contacts, (contact) => contact.id, contactRow);
  show(byId("log"), state.requests, (request) => request.serial, requestRow);
  const part = (shown, all) => (shown < all ? `${shown} of ${all}` : String(all));
  byId("contacts-count").textContent = part(state.contacts.length, state.contactCount);
  byId("requests-count").textContent = part(state.requests.length, state.requestCount);
  byId("nothing").hidden = state.requests.length > 0;
  first = false;
}

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

function showStatus(text) {
  // A screen reader would read the same text out again.
  if (byId("connection").textContent !== text) byId("connection").textContent = text;
}

async function follow(revision) {
  for (;;) {
    try {
      const answer = await fetch(`/state?after=${revision}`);
      if (!answer.ok) throw new Error(String(answer.status));
      const state = await answer.json();
      showStatus("Live");
      if (state.revision !== revision) render(state);
      revision = state.revision;
      // Leaves time to draw while a client is busy.
      await pause(150);
    } catch {
      showStatus("Cannot reach the sandbox: it was stopped or is restarting.");
      await pause(1000);
    }
  }
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

byId("base").textContent = `${location.origin}/v1`;
for (const id of ["contacts", "log"]) byId(id).addEventListener("keydown", move);
const begin = JSON.parse(byId("state").textContent);
render(begin);
showStatus("Live");
follow(begin.revision);

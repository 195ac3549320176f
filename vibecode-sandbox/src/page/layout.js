"use strict";

/// Lays out JSON with one value per line, and changes nothing else: a number keeps its digits, and a
/// key that occurs twice is shown twice. Passes the path and the nodes of each entry to `decorate`,
/// which returns the nodes to show. Throws if the text is not JSON.
function layOut(text, decorate) {
  JSON.parse(text);
  // The text is JSON, so these are all of its tokens.
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g);
  let index = 0;
  function value(path, indent) {
    const token = tokens[index++];
    const end = { "{": "}", "[": "]" }[token];
    if (!end) return [token];
    const nodes = [token];
    const inner = `${indent}  `;
    for (let position = 0; tokens[index] !== end; position += 1) {
      if (tokens[index] === ",") {
        nodes.push(",");
        index += 1;
      }
      const entry = [];
      let key = position;
      if (end === "}") {
        key = JSON.parse(tokens[index]);
        entry.push(tokens[index], ": ");
        index += 2;
      }
      const here = [...path, key];
      const shown = decorate(here, joined([...entry, ...value(here, inner)]));
      nodes.push("\n", inner, ...shown);
    }
    index += 1;
    if (nodes.length > 1) nodes.push("\n", indent);
    nodes.push(end);
    return joined(nodes);
  }
  return value([], "");
}

/// Joins texts that follow each other.
function joined(nodes) {
  const result = [];
  for (const node of nodes) {
    const last = result.length - 1;
    if (typeof node === "string" && typeof result[last] === "string") result[last] += node;
    else result.push(node);
  }
  return result;
}

/* The figure "Walk through a graph" of the chapter on layers: values forward, gradients backward, one operation a step.
 *
 * Goes in: an element of class `graph-walk` whose `data-inputs` holds, as JSON, the first values of w, x and b; the page's
 * Python cell writes it. Comes out: an SVG of the graph, buttons, fields for the inputs, and a table of values and
 * gradients. Needs no library, no server and no other host. A test compares all numbers with solutions/layers/values.py.
 */
(() => {
  "use strict";

  /* Nodes in topological order. An operation: its parents, its value, and its slope with respect to each parent. */
  const nodes = {
    w: { text: "w", at: [66, 40] },
    x: { text: "x", at: [206, 40] },
    b: { text: "b", at: [354, 40] },
    a: { text: "a = w · x", parents: ["w", "x"], at: [136, 146], value: (w, x) => w * x, slopes: (w, x) => [x, w], terms: (w, x) => `${w} · ${x}`, by: ["x", "w"] },
    z: { text: "z = a + b", parents: ["a", "b"], at: [240, 252], value: (a, b) => a + b, slopes: () => [1, 1], terms: (a, b) => `${a} + ${b}`, by: ["1", "1"] },
    p: { text: "p = exp z", parents: ["z"], at: [126, 358], value: Math.exp, slopes: (z) => [Math.exp(z)], terms: (z) => `exp ${z}`, by: ["exp z"] },
    q: { text: "q = sin z", parents: ["z"], at: [354, 358], value: Math.sin, slopes: (z) => [Math.cos(z)], terms: (z) => `sin ${z}`, by: ["cos z"] },
    s: { text: "s = p + q", parents: ["p", "q"], at: [240, 464], value: (p, q) => p + q, slopes: () => [1, 1], terms: (p, q) => `${p} + ${q}`, by: ["1", "1"] },
    f: { text: "f = s²", parents: ["s"], at: [240, 570], value: (s) => s * s, slopes: (s) => [2 * s], terms: (s) => `${s}²`, by: ["2s"] },
  };
  const names = Object.keys(nodes);
  const operations = names.filter((name) => nodes[name].parents);
  const users = (name) => operations.filter((user) => nodes[user].parents.includes(name));
  const LAST = 2 * operations.length + 1; // forward, then gradient 1 for the result, then backward

  /**
   * What is known after so many steps: values and gradients by node, shares by edge ("p>z"), and the nodes whose
   * gradient is complete.
   */
  function walk(inputs, steps) {
    const known = { values: { ...inputs }, gradients: {}, shares: {}, complete: [] };
    const forward = operations.slice(0, steps);
    for (const name of forward) {
      const { parents, value } = nodes[name];
      known.values[name] = value(...parents.map((parent) => known.values[parent]));
    }
    if (steps <= operations.length) return known;
    known.gradients.f = 1;
    for (const name of operations.slice().reverse().slice(0, steps - operations.length - 1)) {
      const { parents, slopes } = nodes[name];
      slopes(...parents.map((parent) => known.values[parent])).forEach((slope, i) => {
        const share = known.gradients[name] * slope;
        known.shares[`${name}>${parents[i]}`] = share;
        known.gradients[parents[i]] = (known.gradients[parents[i]] || 0) + share;
      });
    }
    known.complete = names.filter((name) => name in known.gradients && users(name).every((user) => `${user}>${name}` in known.shares));
    return known;
  }

  window.graphWalk = { nodes, walk, last: LAST };

  /** Numbers as people read them: few digits, a real minus. */
  function shown(value) {
    if (!Number.isFinite(value)) return "too large";
    const size = Math.abs(value);
    const text = size !== 0 && (size < 0.0005 || size >= 10000) ? value.toExponential(1) : value.toFixed(3);
    return text.replaceAll("-", "−");
  }

  const bracketed = (value) => (value < 0 ? `(${shown(value)})` : shown(value));

  /** The operation of a step: computed on the way forward, passing on its gradient on the way back. */
  function active(step) {
    if (step === 0) return null;
    return step <= operations.length ? operations[step - 1] : step === operations.length + 1 ? null : operations[LAST - step];
  }

  /** What happened in a step, in words. */
  function told(inputs, step) {
    const { values, gradients, shares, complete } = walk(inputs, step);
    const name = active(step);
    if (step === 0) return "The inputs are given. Nothing is computed yet.";
    if (step === operations.length + 1) return "Backward begins at the result: the gradient of f with respect to f is 1.";
    const { text, parents, terms, by } = nodes[name];
    if (step <= operations.length) return `Forward: ${text} = ${terms(...parents.map((parent) => bracketed(values[parent])))} = ${shown(values[name])}.`;
    const passed = parents.map((parent, i) => {
      const share = `${shown(gradients[name])} × ${by[i]} = ${shown(shares[`${name}>${parent}`])} to ${parent}`;
      if (users(parent).length === 1) return share;
      const shared = users(parent).map((user) => shares[`${user}>${parent}`]).filter((value) => value !== undefined).reverse();
      return complete.includes(parent)
        ? `${share}. Both shares are there: ${shared.map(bracketed).join(" + ")} = ${shown(gradients[parent])}`
        : `${share}, which has to wait: the share of ${users(parent).find((user) => !(`${user}>${parent}` in shares))} is still to come`;
    });
    return `Backward: ${name} passes on ${passed.join(", and ")}.${step === LAST ? " Done: all gradients are there." : ""}`;
  }

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function drawn(tag, attributes = {}, text = "") {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.textContent = text;
    return made;
  }

  const HALF = [60, 36]; // half width and height of a node

  function build(root) {
    const given = JSON.parse(root.dataset.inputs);
    const state = { inputs: { ...given }, step: 0 };
    const parts = {}; // drawn parts by node and by edge

    /* The picture. What it shows stands in the table too, so it has one name for those who do not see it. */
    const svg = drawn("svg", { viewBox: "0 0 420 612", role: "img", "aria-label": "The graph of f. The table holds its numbers." });
    const marker = drawn("marker", { id: "graph-walk-arrow", viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 8, markerHeight: 8, orient: "auto", markerUnits: "userSpaceOnUse" });
    marker.append(drawn("path", { d: "M0 0L10 5L0 10Z" }));
    const [edges, boxes, labels] = [drawn("g"), drawn("g"), drawn("g")];
    svg.append(marker, edges, boxes, labels);
    for (const name of operations) {
      const [x1, y1] = nodes[name].at;
      for (const parent of nodes[name].parents) {
        const [x0, y0] = nodes[parent].at;
        // From the parent's lower side to the node's upper side; at the node, parents arrive side by side.
        const spread = Math.sign(x0 - x1) * 22;
        const from = [x0 + Math.sign(x1 - x0) * 22, y0 + HALF[1]];
        const to = [x1 + spread, y1 - HALF[1]];
        const line = drawn("line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1], "marker-end": "url(#graph-walk-arrow)" });
        // Shares stand outside: where edges meet in a node, and where they part from one.
        const left = users(parent).length > 1 ? x1 < x0 : x0 <= x1;
        const label = drawn("text", { x: (from[0] + to[0]) / 2 + (left ? -8 : 8), y: (from[1] + to[1]) / 2 + 5, "text-anchor": left ? "end" : "start", class: "share" });
        edges.append(line);
        labels.append(label);
        parts[`${name}>${parent}`] = { line, label };
      }
    }
    for (const name of names) {
      const [x, y] = nodes[name].at;
      const group = drawn("g");
      const [value, gradient] = [drawn("text", { x, y: y + 5, class: "value" }), drawn("text", { x, y: y + 26, class: "gradient" })];
      group.append(drawn("rect", { x: x - HALF[0], y: y - HALF[1], width: 2 * HALF[0], height: 2 * HALF[1], rx: 8 }));
      group.append(drawn("text", { x, y: y - 16, class: "name" }, nodes[name].text), value, gradient);
      boxes.append(group);
      parts[name] = { group, value, gradient };
    }

    /* The controls. */
    const inputs = element("fieldset", {}, element("legend", {}, "Inputs"));
    for (const name of Object.keys(given)) {
      const field = element("input", { type: "number", step: "0.1", id: `graph-walk-${name}`, value: given[name] });
      field.addEventListener("input", () => {
        if (!Number.isFinite(field.valueAsNumber)) return;
        state.inputs[name] = field.valueAsNumber;
        draw();
      });
      inputs.append(element("label", {}, element("span", {}, name), field));
    }
    const button = (text, id, step) => {
      const made = element("button", { type: "button", id: `graph-walk-${id}` }, text);
      made.addEventListener("click", () => {
        state.step = Math.min(Math.max(step(), 0), LAST);
        draw();
      });
      return made;
    };
    const buttons = element(
      "div",
      { class: "buttons" },
      button("Next step", "next", () => state.step + 1),
      button("Step back", "back", () => state.step - 1),
      button("To the end", "end", () => LAST),
      button("Start again", "restart", () => 0),
    );
    const said = element("p", { class: "said", id: "graph-walk-said", "aria-live": "polite" });

    const body = element("tbody");
    for (const name of names) {
      const cells = ["value", "gradient"].map((kind) => element("td", { "data-node": name, "data-kind": kind }));
      body.append(element("tr", {}, element("th", { scope: "row" }, nodes[name].text), ...cells));
      [parts[name].valueCell, parts[name].gradientCell] = cells;
    }
    const head = element("tr", {}, ...["node", "value", "gradient of f"].map((text) => element("th", { scope: "col" }, text)));
    const table = element("table", {}, element("caption", {}, "Values and gradients so far"), element("thead", {}, head), body);

    function write(cell, value, note = "") {
      cell.textContent = value === undefined ? "" : shown(value) + note;
      if (value === undefined) delete cell.dataset.number;
      else cell.dataset.number = value;
    }

    function draw() {
      const { values, gradients, shares, complete } = walk(state.inputs, state.step);
      const now = active(state.step);
      const back = state.step > operations.length;
      for (const name of names) {
        const { group, value, gradient, valueCell, gradientCell } = parts[name];
        const waiting = name in gradients && !complete.includes(name);
        group.setAttribute("class", [name === now || (back && now === null && name === "f") ? (back ? "now back" : "now") : "", name in values ? "" : "open"].join(" "));
        value.textContent = name in values ? shown(values[name]) : "";
        gradient.textContent = name in gradients ? `∂ ${shown(gradients[name])}${waiting ? " + …" : ""}` : "";
        write(valueCell, values[name]);
        write(gradientCell, gradients[name], waiting ? " so far" : "");
      }
      for (const name of operations) {
        for (const parent of nodes[name].parents) {
          const { line, label } = parts[`${name}>${parent}`];
          const share = shares[`${name}>${parent}`];
          line.setAttribute("class", name === now ? (back ? "now back" : "now") : share === undefined ? "" : "back");
          label.textContent = share === undefined ? "" : shown(share);
        }
      }
      said.textContent = `Step ${state.step} of ${LAST}. ${told(state.inputs, state.step)}`;
      svg.setAttribute("data-step", state.step);
    }

    root.replaceChildren(element("div", { class: "picture" }, svg), element("div", { class: "beside" }, inputs, buttons, said, table));
    draw();
  }

  function start() {
    for (const root of document.querySelectorAll(".graph-walk")) build(root);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();

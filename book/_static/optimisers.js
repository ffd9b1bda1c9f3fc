/* The figure "Four rules, one start" of the chapter on two-layer nets: paths of four update rules on two surfaces.
 *
 * Goes in: an element of class `optimisers` whose `data-settings` holds, as JSON, start and settings of the rules per
 * surface; the page's Python cell writes it. Comes out: an SVG of contours and paths, with controls. Needs no library, no
 * server and no other host. Formulas are those of solutions/two_layer_net/updates.py; a test compares them step by step.
 */
(() => {
  "use strict";

  const zeros = (w) => w.map(() => 0);

  /* Each rule: (w, dw, config) -> next w. `config` holds the settings and what the rule remembers. */
  const rules = {
    sgd: (w, dw, c) => w.map((x, i) => x - c.learning_rate * dw[i]),

    sgd_momentum: (w, dw, c) => {
      c.velocity = (c.velocity || zeros(w)).map((v, i) => c.momentum * v - c.learning_rate * dw[i]);
      return w.map((x, i) => x + c.velocity[i]);
    },

    rmsprop: (w, dw, c) => {
      c.cache = (c.cache || zeros(w)).map((s, i) => c.decay_rate * s + (1 - c.decay_rate) * dw[i] ** 2);
      return w.map((x, i) => x - (c.learning_rate * dw[i]) / Math.sqrt(c.cache[i] + c.epsilon));
    },

    adam: (w, dw, c) => {
      c.t = (c.t || 0) + 1;
      c.m = (c.m || zeros(w)).map((m, i) => c.beta1 * m + (1 - c.beta1) * dw[i]);
      c.v = (c.v || zeros(w)).map((v, i) => c.beta2 * v + (1 - c.beta2) * dw[i] ** 2);
      const m_hat = c.m.map((m) => m / (1 - c.beta1 ** c.t));
      const v_hat = c.v.map((v) => v / (1 - c.beta2 ** c.t));
      return w.map((x, i) => x - (c.learning_rate * m_hat[i]) / (Math.sqrt(v_hat[i]) + c.epsilon));
    },
  };

  /* Each surface: its loss, the gradient, the part that is drawn, and the heights of its contours. */
  const surfaces = {
    valley: {
      title: "narrow valley",
      loss: ([a, b]) => 0.5 * (a ** 2 + 25 * b ** 2),
      gradient: ([a, b]) => [a, 25 * b],
      x: [-4, 4],
      y: [-2, 2],
      levels: [0.1, 0.4, 1, 2, 4, 7, 12, 20, 30, 42],
    },
    saddle: {
      title: "saddle point",
      loss: ([a, b]) => 0.5 * a ** 2 + 0.25 * b ** 4 - 0.5 * b ** 2,
      gradient: ([a, b]) => [a, b ** 3 - b],
      x: [-4, 4],
      y: [-2, 2],
      levels: [-0.24, -0.2, -0.15, -0.08, 0, 0.1, 0.3, 0.7, 1.3, 2.2, 3.5, 5, 7],
    },
  };

  /** The points a rule visits: `steps` steps from `start`, which comes first. */
  function path(rule, surface, start, settings, steps) {
    const config = { ...settings };
    const points = [start];
    for (let step = 0; step < steps; step++) {
      const w = points[step];
      points.push(rules[rule](w, surfaces[surface].gradient(w), config));
    }
    return points;
  }

  window.optimisers = { rules, surfaces, path };

  const NAMES = { sgd: "SGD", sgd_momentum: "Momentum", rmsprop: "RMSProp", adam: "Adam" };
  const LABELS = { learning_rate: "rate η", momentum: "μ", decay_rate: "γ", beta1: "β₁", beta2: "β₂" };
  const SPOKEN = { learning_rate: "learning rate", momentum: "momentum", decay_rate: "decay rate", beta1: "beta 1", beta2: "beta 2" };
  const STEPS = { learning_rate: 0.001, momentum: 0.01, decay_rate: 0.001, beta1: 0.01, beta2: 0.001 };
  const LIMIT = 200; // steps of a run
  const WIDTH = 640, HEIGHT = 372, LEFT = 46, BOTTOM = 46, TOP = 8, RIGHT = 8;

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

  /** Numbers as people read them: few digits, a real minus. */
  function shown(value) {
    if (!Number.isFinite(value)) return "too large";
    const size = Math.abs(value);
    const text = size !== 0 && (size < 0.001 || size >= 10000) ? value.toExponential(1) : value.toFixed(3);
    return text.replace("-", "−");
  }

  /** SVG path data of one contour, by marching squares on a grid of nx × ny cells. */
  function contour(surface, level, place, nx = 120, ny = 72) {
    const { loss, x, y } = surface;
    const at = (i, j) => [x[0] + ((x[1] - x[0]) * i) / nx, y[0] + ((y[1] - y[0]) * j) / ny];
    const pieces = [];
    for (let i = 0; i < nx; i++) {
      for (let j = 0; j < ny; j++) {
        const corners = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
        const heights = corners.map((corner) => loss(corner) - level);
        const crossings = [];
        for (let k = 0; k < 4; k++) {
          const [p, q, u, v] = [corners[k], corners[(k + 1) % 4], heights[k], heights[(k + 1) % 4]];
          if (u < 0 === v < 0) continue;
          const share = u / (u - v);
          crossings.push(place([p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])]));
        }
        for (let k = 0; k + 1 < crossings.length; k += 2) {
          const [from, to] = [crossings[k], crossings[k + 1]];
          pieces.push(`M${from[0].toFixed(1)} ${from[1].toFixed(1)}L${to[0].toFixed(1)} ${to[1].toFixed(1)}`);
        }
      }
    }
    return pieces.join("");
  }

  const MARKS = {
    sgd: "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z",
    sgd_momentum: "M-5 -5H5V5H-5Z",
    rmsprop: "M0 -6L6 5H-6Z",
    adam: "M0 -7L6 0L0 7L-6 0Z",
  };

  function build(root) {
    const given = JSON.parse(root.dataset.settings);
    const state = { surface: "valley", start: [0, 0], steps: 0, timer: null, fields: {}, cells: {}, drawings: {} };
    const size = () => surfaces[state.surface];
    const place = ([a, b]) => {
      const { x, y } = size();
      return [
        LEFT + ((a - x[0]) / (x[1] - x[0])) * (WIDTH - LEFT - RIGHT),
        TOP + ((y[1] - b) / (y[1] - y[0])) * (HEIGHT - TOP - BOTTOM),
      ];
    };

    /* The picture. */
    const svg = drawn("svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      tabindex: "0",
      role: "application",
      "aria-label": "Contours and the paths of the rules. Arrow keys move the start, with Shift by larger steps; a click sets it.",
      "aria-describedby": "optimisers-said",
    });
    const clip = drawn("clipPath", { id: "optimisers-clip" });
    clip.append(drawn("rect", { x: LEFT, y: TOP, width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM }));
    const [ground, lines, axes] = [drawn("g", { class: "ground" }), drawn("g"), drawn("g", { class: "axes" })];
    for (const group of [ground, lines]) group.setAttribute("clip-path", "url(#optimisers-clip)");
    svg.append(clip, ground, lines, axes);
    const cross = drawn("path", { class: "start", d: "M-7 0H7M0 -7V7" });

    function landscape() {
      ground.replaceChildren(
        ...size().levels.map((level) => drawn("path", { class: "contour", d: contour(size(), level, place) })),
      );
      axes.replaceChildren(
        drawn("rect", { x: LEFT, y: TOP, width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM }),
      );
      const { x, y } = size();
      for (let a = x[0]; a <= x[1]; a += 2) {
        const at = place([a, y[0]]);
        axes.append(drawn("text", { x: at[0], y: at[1] + 20, "text-anchor": a === x[1] ? "end" : "middle" }, shown(a).replace(".000", "")));
      }
      for (let b = y[0]; b <= y[1]; b += 1) {
        const at = place([x[0], b]);
        axes.append(drawn("text", { x: at[0] - 6, y: at[1] + (b === y[1] ? 12 : b === y[0] ? 0 : 6), "text-anchor": "end" }, shown(b).replace(".000", "")));
      }
      axes.append(
        drawn("text", { x: (LEFT + WIDTH) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, "w₁"),
        drawn("text", { x: 2, y: (TOP + HEIGHT - BOTTOM) / 2 + 46 }, "w₂"),
      );
    }

    /* The controls. */
    const surfaceField = element("select", { id: "optimisers-surface" });
    for (const [name, { title }] of Object.entries(surfaces)) surfaceField.append(element("option", { value: name }, title));
    const startFields = ["w₁", "w₂"].map((name, axis) => {
      const field = element("input", { type: "number", step: "0.05", id: `optimisers-start-${axis + 1}` });
      field.addEventListener("change", () => {
        if (Number.isFinite(field.valueAsNumber)) moveTo(state.start.map((old, i) => (i === axis ? field.valueAsNumber : old)));
      });
      return [name, field];
    });
    const labelled = (text, field) => element("label", {}, element("span", {}, text), field);
    const where = element("fieldset", {}, element("legend", {}, "Surface and start"), labelled("surface", surfaceField));
    for (const [name, field] of startFields) where.append(labelled(`start ${name}`, field));

    const choices = element("div", { class: "rules" });
    for (const rule of Object.keys(rules)) {
      const on = element("input", { type: "checkbox", id: `optimisers-${rule}` });
      on.checked = true;
      on.addEventListener("change", draw);
      const sample = drawn("svg", { viewBox: "0 0 44 16", class: `sample ${rule}`, "aria-hidden": "true" });
      sample.append(drawn("path", { class: "path", d: "M1 8H43" }), drawn("path", { class: "mark", d: MARKS[rule], transform: "translate(22 8)" }));
      const box = element("fieldset", {}, element("legend", {}, element("label", {}, on, sample, NAMES[rule])));
      state.fields[rule] = { on };
      for (const name of Object.keys(given.valley[rule]).filter((key) => key in LABELS)) {
        const more = name === "learning_rate" ? {} : { max: "0.9999" };
        const spoken = `${NAMES[rule]}, ${SPOKEN[name]}`;
        const field = element("input", {
          type: "number", min: "0", step: STEPS[name], id: `optimisers-${rule}-${name}`, "aria-label": spoken, title: spoken, ...more,
        });
        field.addEventListener("input", draw);
        state.fields[rule][name] = field;
        box.append(labelled(LABELS[name], field));
      }
      choices.append(box);
    }

    const button = (text, id, action) => {
      const made = element("button", { type: "button", id: `optimisers-${id}` }, text);
      made.addEventListener("click", action);
      return made;
    };
    const run = button("Run", "run", () => (state.timer === null ? go() : pause()));
    const buttons = element(
      "div",
      { class: "buttons" },
      button("Step", "step", () => { pause(); advance(); }),
      run,
      button("Reset", "reset", () => { pause(); state.steps = 0; draw(); }),
      button("First settings", "defaults", () => { pause(); settle(); }),
    );
    const said = element("p", { id: "optimisers-said", class: "said", "aria-live": "polite" });

    const body = element("tbody");
    for (const rule of Object.keys(rules)) {
      const row = element("tr", {}, element("th", { scope: "row" }, NAMES[rule]));
      state.cells[rule] = ["w1", "w2", "loss"].map((name) => element("td", { "data-rule": rule, "data-of": name }));
      row.append(...state.cells[rule]);
      body.append(row);
    }
    const head = element("thead", {}, element("tr", {}, ...["rule", "w₁", "w₂", "loss"].map((text) => element("th", { scope: "col" }, text))));
    const numbers = element("table", {}, head, body);

    for (const rule of Object.keys(rules)) {
      const group = drawn("g", { class: rule });
      const [line, dots, mark] = [drawn("polyline", { class: "path" }), drawn("path", { class: "dots" }), drawn("path", { class: "mark", d: MARKS[rule] })];
      group.append(line, dots, mark);
      lines.append(group);
      state.drawings[rule] = { group, line, dots, mark };
    }
    lines.append(cross);

    /* What happens. */
    const settingsOf = (rule) => {
      const settings = { ...given[state.surface][rule] };
      for (const [name, field] of Object.entries(state.fields[rule])) {
        if (name !== "on" && Number.isFinite(field.valueAsNumber)) settings[name] = field.valueAsNumber;
      }
      return settings;
    };

    function draw() {
      cross.setAttribute("transform", `translate(${place(state.start).join(" ")})`);
      for (const rule of Object.keys(rules)) {
        const { group, line, dots, mark } = state.drawings[rule];
        const points = path(rule, state.surface, state.start, settingsOf(rule), state.steps);
        const visible = state.fields[rule].on.checked;
        group.style.display = visible ? "" : "none";
        // What has left the drawing by far is cut off: browsers do not draw infinite numbers.
        const drawable = points.filter((p) => p.every((v) => Math.abs(v) < 1e4)).map(place);
        line.setAttribute("points", drawable.map((p) => p.map((v) => v.toFixed(1)).join(",")).join(" "));
        dots.setAttribute("d", drawable.map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join(""));
        mark.setAttribute("transform", `translate(${drawable[drawable.length - 1].map((v) => v.toFixed(1)).join(" ")})`);
        const last = points[points.length - 1];
        [last[0], last[1], size().loss(last)].forEach((value, i) => {
          const cell = state.cells[rule][i];
          cell.textContent = visible ? shown(value) : "";
          cell.dataset.value = value;
        });
      }
      said.textContent = `${state.steps} ${state.steps === 1 ? "step" : "steps"} from (${state.start.map(shown).join(", ")})`;
    }

    function advance() {
      if (state.steps < LIMIT) state.steps += 1;
      else pause();
      draw();
    }

    function go() {
      if (state.steps >= LIMIT) state.steps = 0;
      run.textContent = "Pause";
      said.setAttribute("aria-live", "off"); // a number every tenth of a second is too much to be read out
      state.timer = setInterval(advance, 80);
    }

    function pause() {
      if (state.timer === null) return;
      clearInterval(state.timer);
      state.timer = null;
      run.textContent = "Run";
      said.setAttribute("aria-live", "polite");
      draw();
    }

    function moveTo(point) {
      const bounds = [size().x, size().y];
      state.start = point.map((v, i) => Math.min(Math.max(Math.round(v * 1000) / 1000, bounds[i][0]), bounds[i][1]));
      startFields.forEach(([, field], i) => (field.value = state.start[i]));
      draw();
    }

    /** Settings and start of the surface, as they were on opening the page; nothing walked yet. */
    function settle() {
      for (const [rule, fields] of Object.entries(state.fields)) {
        for (const [name, field] of Object.entries(fields)) if (name !== "on") field.value = given[state.surface][rule][name];
      }
      startFields.forEach(([, field], i) => {
        [field.min, field.max] = [size().x, size().y][i];
      });
      state.steps = 0;
      landscape();
      moveTo(given[state.surface].start);
    }

    surfaceField.addEventListener("change", () => {
      pause();
      state.surface = surfaceField.value;
      settle();
    });
    svg.addEventListener("click", (event) => {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const { x, y } = size();
      moveTo([
        x[0] + ((point.x - LEFT) / (WIDTH - LEFT - RIGHT)) * (x[1] - x[0]),
        y[1] - ((point.y - TOP) / (HEIGHT - TOP - BOTTOM)) * (y[1] - y[0]),
      ]);
      svg.focus({ preventScroll: true });
    });
    svg.addEventListener("keydown", (event) => {
      const by = event.shiftKey ? 0.5 : 0.05;
      const moves = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, by], ArrowDown: [0, -by] };
      const move = moves[event.key];
      if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation(); // the theme turns pages with these keys
      moveTo(state.start.map((v, i) => v + move[i]));
    });

    root.replaceChildren(where, svg, buttons, said, choices, numbers);
    settle();
  }

  function start() {
    for (const root of document.querySelectorAll(".optimisers")) build(root);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();

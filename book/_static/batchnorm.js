/* The figure "Batch normalisation of one feature": a batch's numbers before and after, in training and in test mode.
 *
 * A page needs exactly this (in a MyST cell: HTML(...) of it), and no heading with the label `batchnorm-figure`:
 *   <link rel="stylesheet" href="../_static/batchnorm.css">
 *   <div id="batchnorm-figure"><noscript><p>This figure needs JavaScript. With it, you move the input's mean and
 *   standard deviation, and the output keeps mean β and standard deviation |γ|.</p></noscript></div>
 *   <script defer src="../_static/batchnorm.js"></script>
 *
 * Below it belongs a still picture, which is what paper shows. Comes out: controls, an SVG, a sentence and two tables.
 * Needs no library, no server and no other host. A test compares all numbers with solutions/batchnorm/batch.py.
 */
(() => {
  "use strict";

  const EPS = 1e-5, MOMENTUM = 0.9;
  const LARGEST = 256; // numbers in the largest batch
  const KEPT = 20; // batches in which the example's landings are remembered
  const EXAMPLE = 1; // where the example stands in the distribution: one standard deviation above the mean
  const FIRST = { mean: 2, std: 1.5, size: 4, gamma: 1, beta: 0 }; // size: the batch holds 2 ** size numbers

  /** Mean, biased variance and standard deviation of numbers. */
  function statistics(numbers) {
    const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
    return { mean, variance, std: Math.sqrt(variance) };
  }

  /** gamma * x_hat + beta, with x_hat normalised by the given mean and variance. */
  function normalised(x, { mean, variance }, gamma, beta) {
    return x.map((one) => (gamma * (one - mean)) / Math.sqrt(variance + EPS) + beta);
  }

  /** Running statistics after one more training batch. */
  function updated(running, batch) {
    const moved = (name) => MOMENTUM * running[name] + (1 - MOMENTUM) * batch[name];
    return { mean: moved("mean"), variance: moved("variance") };
  }

  /** Draws the rest of a batch: standard normal numbers, the same ones on every visit. */
  function generator() {
    let state = 2718;
    const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
    return () => Array.from({ length: LARGEST - 1 }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
  }

  window.batchnormFigure = { statistics, normalised, updated, generator };

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

  /** Numbers as people read them: two digits behind the point, a real minus, no minus before zero. */
  function shown(value, digits = 2) {
    if (Math.abs(value) >= 10000) return value.toExponential(1).replaceAll("-", "−").replace("+", "");
    const text = value.toFixed(digits);
    return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
  }

  const counted = (count, noun, many = `${noun}s`) => `${count} ${count === 1 ? noun : many}`;

  /* Drawing. Heights in pixels, from the top; widths follow the page. */
  const LIMIT = 8; // both axes go from -LIMIT to LIMIT
  const MARGIN = 14;
  const INPUT = { title: 16, curve: [30, 92], strip: [100, 142], lanes: [170, 202], axis: 218 };
  const OUTPUT = { title: 274, top: 284, closed: 302, strip: [312, 354], lanes: [382, 416], axis: 434 };
  const HEIGHT = 472;

  /** The whole picture for a width: parts of an SVG, from back to front. */
  function picture(width, { settings, x, y, batch, running, output, landings, count, test, closed }) {
    const parts = [];
    const add = (tag, attributes, text) => parts.push(drawn(tag, attributes, text));
    const place = (value) => width / 2 + (value / LIMIT) * (width / 2 - MARGIN);
    const inside = (value) => Math.min(Math.max(value, -LIMIT), LIMIT);
    const left = MARGIN, right = width - MARGIN;

    /** Words above a mark in a lane: over the value, but never beyond the picture's sides. */
    function words(value, height, told, kind) {
      const text = told + (value > LIMIT ? " ▸" : value < -LIMIT ? " ◂" : "");
      const half = 4.3 * text.length; // about half their width, in a wide font
      const x = Math.min(Math.max(place(inside(value)), half), width - half);
      add("text", { class: `words ${kind}`, x, y: height - 11, "text-anchor": "middle" }, text);
    }

    /** A mean with one standard deviation to both sides, and words above it. */
    function lane(height, { mean, std }, kind, text) {
      const [from, at, to] = [mean - std, mean, mean + std].map((value) => place(inside(value)));
      const visible = [mean - std, mean, mean + std].map((value) => Math.abs(value) <= LIMIT);
      const ticks = [from, at, to].map((where, i) => (visible[i] ? `M${where} ${height - (i === 1 ? 8 : 5)}V${height + (i === 1 ? 8 : 5)}` : ""));
      add("path", { class: `lane ${kind}`, d: `M${from} ${height}H${to}` });
      add("path", { class: `lane ends ${kind}`, d: ticks.join("") });
      words(mean, height, text, kind);
    }

    /** The batch's numbers, each at a height of its own in the strip; how many lie beyond the axis stands at its ends. */
    function dots(numbers, [top, bottom], hollow) {
      const radius = numbers.length > 64 ? 2.2 : 3.4;
      numbers.forEach((value, i) => {
        if (i === 0 || Math.abs(value) > LIMIT) return; // the example comes first, and has a mark of its own
        const height = top + radius + ((i * 0.618034) % 1) * (bottom - top - 2 * radius);
        add("circle", { class: hollow(value) ? "dot closed" : "dot", cx: place(value), cy: height, r: radius });
      });
      const [low, high] = [numbers.filter((value) => value < -LIMIT), numbers.filter((value) => value > LIMIT)];
      if (low.length) add("text", { class: "beyond", x: left, y: bottom, "text-anchor": "start" }, `◂ ${low.length}`);
      if (high.length) add("text", { class: "beyond", x: right, y: bottom, "text-anchor": "end" }, `${high.length} ▸`);
    }

    function axis(height) {
      let d = `M${left} ${height}H${right}`;
      for (let value = -LIMIT; value <= LIMIT; value += 2) {
        d += `M${place(value)} ${height}v5`;
        add("text", { class: "tick", x: place(value), y: height + 20, "text-anchor": "middle" }, shown(value, 0));
      }
      add("path", { class: "axis", d });
    }

    const diamond = (value, height, up, aside = up) => `M${place(value)} ${height - up}l${aside} ${up}l${-aside} ${up}l${-aside} ${-up}Z`;

    /* Behind everything: the closed half, zero, and the way of the example from input to output. */
    const hatch = drawn("pattern", { id: "batchnorm-hatch", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
    hatch.append(drawn("path", { d: "M0 0V7" }));
    parts.push(hatch);
    add("rect", { class: "shut", x: left, y: OUTPUT.top, width: place(0) - left, height: OUTPUT.axis - OUTPUT.top });
    add("rect", { class: "hatched", x: left, y: OUTPUT.top, width: place(0) - left, height: OUTPUT.axis - OUTPUT.top });
    add("path", { class: "zero", d: `M${place(0)} ${INPUT.curve[0]}V${INPUT.axis}M${place(0)} ${OUTPUT.top}V${OUTPUT.axis}` });
    const heights = [INPUT, OUTPUT].map(({ strip }) => (strip[0] + strip[1]) / 2);
    add("path", { class: "way", d: `M${place(inside(x[0]))} ${heights[0]}L${place(inside(y[0]))} ${heights[1]}` });

    /* Input. */
    const { mean, std } = settings;
    const [top, bottom] = INPUT.curve;
    const outline = Array.from({ length: 121 }, (_, i) => mean + std * (i / 20 - 3)).filter((value) => Math.abs(value) <= LIMIT);
    const curve = outline.map((value) => `${place(value).toFixed(1)},${(bottom - (bottom - top) * Math.exp(-0.5 * ((value - mean) / std) ** 2)).toFixed(1)}`);
    add("polyline", { class: "outline", points: curve.join(" ") });
    dots(x, INPUT.strip, () => false);
    lane(INPUT.lanes[0], batch, test ? "batch idle" : "batch", `batch: ${shown(batch.mean)} ± ${shown(batch.std)}${test ? "" : " (used)"}`);
    lane(INPUT.lanes[1], running, test ? "running" : "running idle", `running: ${shown(running.mean)} ± ${shown(running.std)}${test ? " (used)" : ""}`);
    axis(INPUT.axis);
    add("text", { class: "title", x: left, y: INPUT.title }, `In: x, a batch of ${x.length}`);

    /* Output. */
    dots(y, OUTPUT.strip, (value) => !(value > 0));
    lane(OUTPUT.lanes[0], output, "batch", `output: ${shown(output.mean)} ± ${shown(output.std)}`);
    landings.filter((value) => Math.abs(value) <= LIMIT).forEach((value) => add("path", { class: "landing", d: diamond(value, OUTPUT.lanes[1], 8, 3) }));
    const recalled = landings.length === 1 ? "example in this batch" : `example in the last ${landings.length} batches`;
    words(statistics(landings).mean, OUTPUT.lanes[1], recalled, "landings");
    axis(OUTPUT.axis);
    add("text", { class: "title", x: left, y: OUTPUT.title }, "Out: y = γ x̂ + β");
    add("text", { class: "words", x: left + 6, y: OUTPUT.closed }, `closed by a ReLU: ${shown((100 * closed) / count, 0)} %`);
    add("text", { class: "tick", x: width / 2, y: HEIGHT - 2, "text-anchor": "middle" }, "value of the feature (no unit)");

    /* In front: the example. */
    [[x[0], heights[0]], [y[0], heights[1]]].forEach(([value, height]) => {
      if (Math.abs(value) <= LIMIT) add("path", { class: "example", d: diamond(value, height, 8) });
    });
    return parts;
  }

  function build(root) {
    const state = {};

    /* The controls. */
    const sliders = {
      mean: { text: "input mean", min: -4, max: 4, step: 0.1 },
      std: { text: "input standard deviation", min: 0.1, max: 2.5, step: 0.1 },
      size: { text: "batch size N", min: 0, max: Math.log2(LARGEST), step: 1, read: (value) => String(2 ** value) },
      gamma: { text: "scale γ", min: -2, max: 2, step: 0.1 },
      beta: { text: "shift β", min: -3, max: 3, step: 0.1 },
    };
    const controls = element("div", { class: "sliders" });
    for (const [name, slider] of Object.entries(sliders)) {
      const { text, min, max, step } = slider;
      slider.field = element("input", { type: "range", id: `batchnorm-${name}`, min, max, step });
      slider.value = element("span", { class: "chosen", id: `batchnorm-${name}-value` });
      slider.field.addEventListener("input", draw);
      controls.append(element("div", {}, element("label", { for: slider.field.id }, text), slider.value, slider.field));
    }

    const modes = ["training", "test"].map((mode) => {
      const field = element("input", { type: "radio", name: "batchnorm-mode", id: `batchnorm-${mode}`, value: mode });
      field.addEventListener("change", draw);
      return field;
    });
    const uses = ["training: the batch's own", "test: the running ones"];
    const mode = element("fieldset", {}, element("legend", {}, "Mean and variance to normalise with"), ...modes.map((field, i) => element("label", {}, field, uses[i])));

    const button = (text, id, action) => {
      const made = element("button", { type: "button", id: `batchnorm-${id}` }, text);
      made.addEventListener("click", () => {
        action();
        draw();
      });
      return made;
    };
    const buttons = element(
      "div",
      { class: "buttons" },
      button("Draw another batch", "draw", drawBatch),
      button(`Draw ${KEPT} batches`, "draw-many", () => { for (let i = 0; i < KEPT; i++) drawBatch(); }),
      button("Reset running statistics", "reset", forget),
      button("First settings", "first", settle),
    );

    /* What comes out. All numbers of the picture stand below it, so it has one name for those who do not see it. */
    const svg = drawn("svg", { role: "img", "aria-label": "The batch's numbers before and after normalisation. The sentence and the tables below hold its numbers." });
    const said = element("p", { class: "said", id: "batchnorm-said", "aria-live": "polite" });
    const cells = {};
    const cell = (of, kind) => (cells[`${of} ${kind}`] = element("td", { "data-of": of, "data-kind": kind }));
    const landed = element("span");
    const headed = (caption, names, ...rows) => {
      const head = element("tr", {}, ...names.map((name) => (name ? element("th", { scope: "col" }, name) : element("td", {}))));
      return element("table", {}, element("caption", {}, caption), element("thead", {}, head), element("tbody", {}, ...rows));
    };
    const heads = {};
    const rows = ["batch", "running", "output"].map((of) => {
      heads[of] = element("th", { scope: "row" });
      return element("tr", {}, heads[of], ...["mean", "variance", "std"].map((kind) => cell(of, kind)));
    });
    const tables = element(
      "div",
      { class: "tables" },
      headed("Statistics", ["", "mean", "variance", "std"], ...rows),
      headed(
        "The example (diamond): in every batch, at mean + std",
        ["example in", "example out", landed, "closed by a ReLU"],
        element("tr", {}, cell("example", "x"), cell("example", "y"), cell("example", "spread"), cell("output", "closed")),
      ),
    );

    /* What happens. */
    const chosen = () => Object.fromEntries(Object.entries(sliders).map(([name, { field }]) => [name, field.valueAsNumber]));

    /** The batch's numbers: the example, and as many drawn ones as the batch size leaves room for. */
    function numbers(drawnOnes, { mean, std, size }) {
      return [EXAMPLE, ...drawnOnes.slice(0, 2 ** size - 1)].map((z) => mean + std * z);
    }

    function drawBatch() {
      state.batches.push(state.next());
      state.batches.splice(0, state.batches.length - KEPT);
      state.drawn += 1;
      if (modes[1].checked) return; // test mode learns nothing
      state.running = updated(state.running, statistics(numbers(state.batches.at(-1), chosen())));
      state.gathered += 1;
    }

    function forget() {
      state.running = { mean: 0, variance: 1 };
      state.gathered = 0;
    }

    /** Everything as it is on opening the page: the first batch of training is drawn. */
    function settle() {
      for (const [name, { field }] of Object.entries(sliders)) field.value = FIRST[name];
      modes[0].checked = true;
      Object.assign(state, { next: generator(), batches: [], drawn: 0 });
      forget();
      drawBatch();
    }

    /** All that the figure shows, computed from settings, batches and running statistics. */
    function computed() {
      const settings = chosen();
      const test = modes[1].checked;
      const { gamma, beta } = settings;
      const running = { ...state.running, std: Math.sqrt(state.running.variance) };
      // Earlier batches are looked at with today's settings: what the example does then differs by the batch alone.
      const inputs = state.batches.map((drawnOnes) => numbers(drawnOnes, settings));
      const outputs = inputs.map((x) => normalised(x, test ? running : statistics(x), gamma, beta));
      const [x, y] = [inputs.at(-1), outputs.at(-1)];
      const landings = outputs.map(([example]) => example);
      return { settings, test, running, x, y, landings, batch: statistics(x), output: statistics(y), count: x.length, closed: y.filter((one) => !(one > 0)).length };
    }

    function told({ test, x, y, batch, running, output, landings, count, closed }) {
      const used = test ? running : batch;
      const last = landings.length === 1 ? "" : ` Its last ${landings.length} landings have standard deviation ${shown(statistics(landings).std)}.`;
      return (
        `${test ? "Test" : "Training"} mode, batch ${state.drawn} with ${counted(count, "number")}: normalised with ${test ? "running " : "its "}` +
        `mean ${shown(used.mean)} and standard deviation ${shown(used.std)}. The output has mean ${shown(output.mean)} and standard deviation ${shown(output.std)}. ` +
        `A ReLU would close ${closed} of ${counted(count, "number")}. The example goes from ${shown(x[0])} to ${shown(y[0])}.${last}`
      );
    }

    function write(name, value, text = shown(value)) {
      cells[name].textContent = text;
      cells[name].dataset.number = value;
    }

    function draw() {
      const now = computed();
      const { settings, test, x, y, landings, count, closed } = now;
      for (const [name, { field, value, read = (number) => shown(number, 1) }] of Object.entries(sliders)) {
        value.textContent = read(settings[name]);
        field.setAttribute("aria-valuetext", value.textContent);
      }
      paint(now);
      for (const name of ["x", "y", "landings"]) svg.setAttribute(`data-${name}`, JSON.stringify(now[name]));
      for (const of of ["batch", "running", "output"]) for (const kind of ["mean", "variance", "std"]) write(`${of} ${kind}`, now[of][kind]);
      heads.batch.textContent = `x of this batch${test ? "" : " (used)"}`;
      heads.running.textContent = `running, from ${counted(state.gathered, "batch", "batches")}${test ? " (used)" : ""}`;
      heads.output.textContent = "output y";
      write("example x", x[0]);
      write("example y", y[0]);
      landed.textContent = landings.length === 1 ? "std of 1 landing" : `std of its last ${landings.length} landings`;
      write("example spread", statistics(landings).std);
      write("output closed", closed, `${closed} of ${count}`);
      // A slider on its way changes many times a second: what is read out waits until it rests.
      clearTimeout(state.telling);
      state.telling = setTimeout(() => (said.textContent = told(now)), said.textContent ? 250 : 0);
    }

    function paint(now) {
      const width = Math.max(root.clientWidth, 300);
      svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
      svg.replaceChildren(...picture(width, now));
    }

    root.replaceChildren(controls, mode, buttons, svg, said, tables);
    settle();
    draw();
    new ResizeObserver(() => paint(computed())).observe(root);
  }

  function start() {
    const root = document.querySelector("div#batchnorm-figure");
    if (root) build(root);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();

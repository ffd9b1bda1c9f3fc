/* The figure "A filter slides over an image": window, products, sum and output of a convolution, place by place.
 *
 * A page needs exactly this (in a MyST cell: HTML(...) of it), and no heading with the label `convolution-figure`:
 *   <link rel="stylesheet" href="../_static/convolution.css">
 *   <div id="convolution-figure"><noscript><p>This figure needs JavaScript. With it, you set pixels and weights, and
 *   walk a 3 by 3 filter over the image, place by place.</p></noscript></div>
 *   <script defer src="../_static/convolution.js"></script>
 *
 * Below it belongs a still picture, which is what paper shows. Comes out: an image to edit, a filter, products, output
 * and a sentence. Needs no library, no server and no other host. A test compares all numbers with
 * solutions/cnn/naive.py.
 */
(() => {
  "use strict";

  const SIDE = 7, WINDOW = 3; // pixels of the image and of the filter, in both directions
  const BRIGHTEST = 4; // pixels are whole numbers from 0 to this
  const HEAVIEST = 9; // weights lie between minus this and this
  const STRIDES = [1, 2, 3], PADS = [0, 1];
  const PACE = 600; // milliseconds from place to place

  const IMAGES = {
    box: ["0000000", "0444440", "0400040", "0400040", "0400040", "0444440", "0000000"],
    cross: ["4000004", "0400040", "0040400", "0004000", "0040400", "0400040", "4000004"],
    "half and half": ["0004444", "0004444", "0004444", "0004444", "0004444", "0004444", "0004444"],
    slope: ["0112234", "0112234", "0112234", "0112234", "0112234", "0112234", "0112234"],
    "one pixel": ["0000000", "0000000", "0000000", "0004000", "0000000", "0000000", "0000000"],
    empty: ["0000000", "0000000", "0000000", "0000000", "0000000", "0000000", "0000000"],
  };
  const FILTERS = {
    "upper left corner": [[1, 1, 1], [1, -1, -1], [1, -1, -1]],
    "upright edge": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "lying edge": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    "falling line": [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]],
    blur: [[0.0625, 0.125, 0.0625], [0.125, 0.25, 0.125], [0.0625, 0.125, 0.0625]],
    identity: [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
  };

  /** How many places a window has along one axis; throws the sentence of solutions/cnn/shapes.py. */
  function outputSize(size, window, stride, pad, axis = "height") {
    const room = size + 2 * pad - window;
    if (room < 0) throw new RangeError(`A window of ${axis} ${window} does not fit into ${size} pixels padded by ${pad} on each side.`);
    if (room % stride) {
      throw new RangeError(
        `The stride does not divide: ${axis} ${size} + 2 * ${pad} (padding) - ${window} (window) = ${room} is no ` +
        `multiple of ${stride}. Choose another stride or padding.`,
      );
    }
    return room / stride + 1;
  }

  /** The pixels under the window whose upper left corner stands at (top, left) of the padded image; zeros outside. */
  function under(image, top, left, pad) {
    const rows = [...Array(WINDOW).keys()];
    return rows.map((u) => rows.map((v) => image[top + u - pad]?.[left + v - pad] ?? 0));
  }

  const sum = (rows) => rows.flat().reduce((total, number) => total + number, 0);
  const multiplied = (window, filter) => window.map((row, u) => row.map((pixel, v) => pixel * filter[u][v]));

  /** The output of a convolution: rows of numbers. Nothing is flipped, and there is no bias. */
  function convolved(image, filter, stride, pad) {
    const rows = outputSize(image.length, filter.length, stride, pad);
    const columns = outputSize(image[0].length, filter[0].length, stride, pad, "width");
    return Array.from({ length: rows }, (_, i) =>
      Array.from({ length: columns }, (_, j) => sum(multiplied(under(image, i * stride, j * stride, pad), filter))),
    );
  }

  window.convolutionFigure = { outputSize, convolved, IMAGES, FILTERS };

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  /** Numbers as people read them: a real minus, no zeros behind the last digit, none before zero. */
  function shown(value, digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2) {
    const text = String(Number(value.toFixed(digits)));
    return (text === "-0" ? "0" : text).replace("-", "−");
  }

  const at = (i, j) => `row ${i + 1}, column ${j + 1}`;

  function build(root) {
    const state = { image: [], filter: [], place: 0, reached: 0, pixel: [0, 0], timer: null };

    /* What is chosen: image, filter, stride, padding. */
    function chooser(name, text, options, take) {
      const field = element("select", { id: `convolution-${name}` }, ...Object.keys(options).map((one) => element("option", { value: one }, one)));
      field.append(element("option", { value: "own", disabled: "" }, "your own"));
      field.addEventListener("change", () => {
        take(options[field.value]);
        draw();
      });
      return { field, label: element("label", {}, element("span", {}, text), field) };
    }
    const images = chooser("image", "image", IMAGES, (rows) => (state.image = rows.map((row) => [...row].map(Number))));
    const filters = chooser("filter", "filter", FILTERS, takeFilter);

    function radios(name, text, values) {
      const fields = values.map((value) => element("input", { type: "radio", name: `convolution-${name}`, id: `convolution-${name}-${value}`, value }));
      fields.forEach((field) => field.addEventListener("change", laidOut));
      fields[0].checked = true;
      const set = element("fieldset", {}, element("legend", {}, text), ...fields.map((field) => element("label", {}, field, field.value)));
      return { set, chosen: () => Number(fields.find((field) => field.checked).value) };
    }
    const strides = radios("stride", "stride", STRIDES);
    const pads = radios("pad", "padding", PADS);

    /* The image: a grid of pixels, one of which the Tab key reaches; arrow keys go from pixel to pixel. */
    const pixels = [...Array(SIDE).keys()].map((i) =>
      [...Array(SIDE).keys()].map((j) => {
        const made = element("button", { type: "button", role: "gridcell", class: "pixel", id: `convolution-pixel-${i}-${j}`, tabindex: -1 });
        made.style.gridArea = `${i + 2} / ${j + 2}`;
        made.addEventListener("click", () => setPixel(i, j, (state.image[i][j] + 1) % (BRIGHTEST + 1)));
        made.addEventListener("focus", () => hold(i, j));
        made.addEventListener("keydown", (event) => typed(event, i, j));
        return made;
      }),
    );
    const ring = [];
    for (let i = -1; i <= SIDE; i++) {
      for (let j = -1; j <= SIDE; j++) {
        if (i >= 0 && i < SIDE && j >= 0 && j < SIDE) continue;
        const zero = element("span", { class: "padding", "aria-hidden": "true" }, "0");
        zero.style.gridArea = `${i + 2} / ${j + 2}`;
        ring.push(zero);
      }
    }
    const frame = element("span", { class: "frame", "aria-hidden": "true" });
    const gridName = `Image of ${SIDE} by ${SIDE} pixels. Arrow keys move, the keys 0 to ${BRIGHTEST} set a pixel, Enter raises it.`;
    const grid = element("div", { class: "pixels", role: "grid", "aria-label": gridName }, ...pixels.map((row) => element("div", { role: "row" }, ...row)));
    const field = element("div", { class: "field" }, grid, ...ring, frame);

    function setPixel(i, j, value) {
      state.image[i][j] = Math.min(Math.max(value, 0), BRIGHTEST);
      images.field.value = "own";
      draw();
    }

    /** Make one pixel the one that Tab reaches. */
    function hold(i, j) {
      pixels[state.pixel[0]][state.pixel[1]].tabIndex = -1;
      state.pixel = [i, j];
      pixels[i][j].tabIndex = 0;
    }

    function typed(event, i, j) {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const goes = { ArrowUp: [i - 1, j], ArrowDown: [i + 1, j], ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1], Home: [i, 0], End: [i, SIDE - 1] }[event.key];
      const raised = { "+": 1, "-": -1 }[event.key];
      if (goes) pixels[goes[0]]?.[goes[1]]?.focus();
      else if (raised) setPixel(i, j, state.image[i][j] + raised);
      else if (/^[0-9]$/.test(event.key) && Number(event.key) <= BRIGHTEST) setPixel(i, j, Number(event.key));
      else return;
      event.preventDefault();
    }

    /* The filter: nine fields. */
    const weights = [...Array(WINDOW).keys()].map((u) =>
      [...Array(WINDOW).keys()].map((v) => {
        const made = element("input", {
          type: "number", id: `convolution-weight-${u}-${v}`, min: -HEAVIEST, max: HEAVIEST, step: "any", placeholder: "0",
          "aria-label": `weight in ${at(u, v)} of the filter`,
        });
        made.addEventListener("input", () => {
          const given = made.valueAsNumber || 0; // an empty field counts as 0
          state.filter[u][v] = Math.min(Math.max(given, -HEAVIEST), HEAVIEST);
          filters.field.value = "own";
          draw();
        });
        made.addEventListener("change", () => (made.value = state.filter[u][v]));
        return made;
      }),
    );

    function takeFilter(rows) {
      state.filter = rows.map((row) => [...row]);
      weights.forEach((row, u) => row.forEach((one, v) => (one.value = rows[u][v])));
    }

    /* Products and output. */
    const products = weights.map((row) => row.map(() => element("td")));
    const productTable = element("table", { class: "products" }, element("caption", {}, "pixel · weight"), element("tbody", {}, ...products.map((row) => element("tr", {}, ...row))));
    const outputCaption = element("caption");
    const outputBody = element("tbody");
    const outputTable = element("table", { class: "found" }, outputCaption, outputBody);
    const imageCaption = element("p", { class: "caption" });
    const stage = element(
      "div",
      { class: "stage" },
      element("div", { class: "part" }, imageCaption, field),
      element(
        "div",
        { class: "part results" },
        element(
          "div",
          { class: "middle" },
          element("div", { role: "group", "aria-label": "filter" }, element("p", { class: "caption" }, "filter"), element("div", { class: "weights" }, ...weights.flat())),
          productTable,
        ),
        outputTable,
      ),
    );

    /* The walk. */
    const slider = element("input", { type: "range", id: "convolution-place", min: 1, step: 1 });
    const where = element("span", { class: "chosen" });
    slider.addEventListener("input", () => go(slider.valueAsNumber - 1));
    const walk = element("div", { class: "walk" }, element("label", { for: slider.id }, "the window stands at place"), where, slider);
    const button = (text, id, action) => {
      const made = element("button", { type: "button", id: `convolution-${id}` }, text);
      made.addEventListener("click", action);
      return made;
    };
    const play = button("Play", "play", () => (state.timer ? go(state.place) : start()));
    const steps = [
      button("Previous", "previous", () => go(state.place - 1)),
      button("Next", "next", () => go(state.place + 1)),
      play,
      button("Fill all", "fill", () => go(count() - 1)),
      button("Start again", "again", () => {
        state.reached = 0;
        go(0);
      }),
    ];
    const buttons = element("div", { class: "buttons", role: "group", "aria-label": "walk over the image" }, ...steps);
    buttons.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      go(state.place + step);
    });
    const equation = element("p", { class: "equation" });
    const said = element("p", { class: "said", id: "convolution-said", "aria-live": "polite" });

    const computed = () => convolved(state.image, state.filter, strides.chosen(), pads.chosen());
    function count() {
      try {
        const out = computed();
        return out.length * out[0].length;
      } catch {
        return 0;
      }
    }

    function move(place) {
      state.place = Math.min(Math.max(place, 0), Math.max(count() - 1, 0));
      state.reached = Math.max(state.reached, state.place);
      draw();
    }

    function go(place) {
      pause();
      move(place);
    }

    function pause() {
      clearInterval(state.timer);
      state.timer = null;
      play.textContent = "Play";
    }

    function start() {
      if (state.place === count() - 1) [state.place, state.reached] = [0, 0];
      play.textContent = "Pause";
      state.timer = setInterval(() => {
        if (state.place + 1 >= count() - 1) pause();
        move(state.place + 1);
      }, PACE);
      draw();
    }

    /** After another stride or padding: an output that was full is full again, any other is begun anew. */
    function laidOut() {
      pause();
      const full = state.places && state.reached === state.places - 1;
      state.reached = full ? count() - 1 : 0;
      if (count()) move(full ? count() - 1 : 0);
      else draw();
    }

    /* Drawing. */
    function draw() {
      const [stride, pad] = [strides.chosen(), pads.chosen()];
      let out = null, problem = "";
      try {
        out = computed();
      } catch (error) {
        problem = error.message;
      }
      for (const name of ["image", "filter"]) root.setAttribute(`data-${name}`, JSON.stringify(state[name]));
      root.setAttribute("data-out", JSON.stringify(out));
      ring.forEach((zero) => (zero.hidden = pad === 0));
      imageCaption.textContent = `image, ${SIDE} × ${SIDE}${pad ? `; padded, ${SIDE + 2 * pad} × ${SIDE + 2 * pad}` : ""}`;
      pixels.forEach((row, i) =>
        row.forEach((one, j) => {
          one.textContent = state.image[i][j];
          one.dataset.level = state.image[i][j];
          one.setAttribute("aria-label", `${at(i, j)}: ${state.image[i][j]}`);
        }),
      );
      frame.hidden = !out;
      steps.forEach((one) => (one.disabled = !out));
      slider.disabled = !out;
      if (out) drawPlace(out, stride, pad);
      else drawProblem(problem);
      // A walk or a slider on its way changes fast: what is read out waits until it rests.
      const sentence = out ? told(out) : problem;
      clearTimeout(state.telling);
      if (!state.timer) state.telling = setTimeout(() => (said.textContent = sentence), said.textContent ? 250 : 0);
    }

    function drawPlace(out, stride, pad) {
      const columns = out[0].length;
      state.places = out.length * columns;
      const [i, j] = [Math.floor(state.place / columns), state.place % columns];
      const [top, left] = [i * stride, j * stride];
      frame.style.gridArea = `${top + 2 - pad} / ${left + 2 - pad} / span ${WINDOW} / span ${WINDOW}`;
      const window = under(state.image, top, left, pad);
      const parts = multiplied(window, state.filter);
      products.forEach((row, u) =>
        row.forEach((cell, v) => {
          const factors = element("span", { class: "factors" }, `${window[u][v]} · ${shown(state.filter[u][v], 4)}`);
          cell.replaceChildren(factors, element("span", { class: "product" }, shown(parts[u][v], 4)));
          cell.dataset.number = parts[u][v];
        }),
      );
      const largest = Math.max(...out.flat().map(Math.abs)) || 1;
      outputCaption.textContent = `output, ${out.length} × ${columns}`;
      outputBody.replaceChildren(
        ...out.map((row, y) =>
          element("tr", {}, ...row.map((value, x) => {
            const place = y * columns + x;
            const cell = element("td", { class: place === state.place ? "now" : "" });
            if (place > state.reached) return cell;
            cell.append(element("span", {}, shown(value)));
            cell.dataset.number = value;
            cell.classList.add(value < 0 ? "negative" : "positive");
            cell.style.setProperty("--share", Math.abs(value) / largest);
            return cell;
          })),
        ),
      );
      const terms = parts.flat().map((one) => (one < 0 ? `− ${shown(-one, 4)}` : `+ ${shown(one, 4)}`)).join(" ").replace(/^\+ /, "").replace(/^− /, "−");
      equation.textContent = `${terms} = ${shown(sum(parts), 4)}`;
      slider.max = state.places;
      slider.value = state.place + 1;
      where.textContent = `${state.place + 1} of ${state.places}`;
      slider.setAttribute("aria-valuetext", `${where.textContent}, ${at(i, j)}`);
    }

    function drawProblem(problem) {
      state.places = 0;
      products.flat().forEach((cell) => {
        cell.replaceChildren();
        delete cell.dataset.number;
      });
      outputCaption.textContent = "no output";
      outputBody.replaceChildren();
      equation.textContent = problem;
      where.textContent = "none";
    }

    function told(out) {
      const columns = out[0].length;
      const flat = out.flat().slice(0, state.reached + 1);
      const largest = flat.reduce((best, value, k) => (value > flat[best] ? k : best), 0);
      const place = (k) => at(Math.floor(k / columns), k % columns);
      const filled = flat.length === out.flat().length ? "Largest" : "Largest so far";
      return (
        `Place ${state.place + 1} of ${state.places}, ${place(state.place)} of the output: the nine products add up to ${shown(flat[state.place], 4)}. ` +
        `${filled}: ${shown(flat[largest], 4)}, first at ${place(largest)}.`
      );
    }

    const controls = element("div", { class: "controls" }, images.label, filters.label, strides.set, pads.set);
    root.replaceChildren(controls, stage, equation, walk, buttons, said);
    for (const [chosen, options] of [[images, IMAGES], [filters, FILTERS]]) chosen.field.value = Object.keys(options)[0];
    state.image = Object.values(IMAGES)[0].map((row) => [...row].map(Number));
    takeFilter(Object.values(FILTERS)[0]);
    hold(0, 0);
    move(7); // where something is to be seen: the first row and a half are filled
  }

  function begin() {
    const root = document.querySelector("div#convolution-figure");
    if (root) build(root);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();

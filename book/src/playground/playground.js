// The playground: what is walked, how fast, and what is said about it. A chapter has small ones of a preset.
"use strict";

(function (walks) {
    const { element, swatch, number } = walks;
    /** A walk ends here, so that the page stays quick. */
    const LAST_STEP = 2000;
    const SPEEDS = [1, 5, 20, 60, 300];
    const CHOSEN = ["adagrad", "sgd", "adam"];
    /** Seconds between two pictures for readers who asked for less motion. */
    const CALM = 0.5;

    /** The small playgrounds: a surface, the rates of some optimizers on it, and the steps that are shown. */
    const PRESETS = {
        valley: { surface: "valley", rates: { adagrad: 1, sgd: 0.075 }, steps: 30, about: "A narrow valley" },
        rare: { surface: "rare", rates: { adagrad: 1, sgd: 0.1, adam: 0.1 }, steps: 100, about: "A rare feature" },
        falling: {
            surface: "rare",
            rates: { adagrad: 0.05, "adagrad-decay": 0.05 },
            steps: 1000,
            about: "A rate that only falls",
        },
    };

    let made = 0;

    class Playground {
        constructor(root, preset) {
            Object.assign(this, { root, preset, id: `walks-${made++}` });
            this.chosen = new Set(preset ? Object.keys(preset.rates) : CHOSEN);
            this.steps = this.shown = 0;
            this.playing = false;
            this.calm = matchMedia("(prefers-reduced-motion: reduce)");
            this.build();
            this.choose(walks.surfaces.find(({ name }) => name === preset?.surface) ?? walks.surfaces[0]);
            if (preset) {
                this.walkTo(preset.steps);
            } else {
                this.takeAddress();
            }
            new MutationObserver(() => this.draw()).observe(document.documentElement, {
                attributes: true,
                attributeFilter: ["class"],
            });
            new ResizeObserver(() => this.draw()).observe(this.canvas);
        }

        build() {
            this.canvas = element(
                "canvas",
                {
                    class: "walks-map",
                    tabindex: "0",
                    role: "application",
                    "aria-label":
                        "Contour lines of the loss, and the paths. Space plays and pauses, S makes a step, B goes a step back, R resets.",
                    "aria-describedby": `${this.id}-now`,
                    onpointerdown: (event) => this.drag(event),
                    onpointermove: (event) => event.buttons & 1 && this.drag(event),
                    onkeydown: (event) => this.onKey(event),
                },
                "The paths; the table has their places in numbers.",
            );
            this.picture = new walks.Picture(this.canvas);
            this.status = element("p", { class: "walks-status", role: "status" });
            this.rows = element("tbody");
            const charts = this.buildCharts();
            const parts = this.preset
                ? [this.buildTitle(), this.canvas, charts, this.buildButtons(), this.buildScrub(), this.status]
                : [
                      this.buildSurfaces(),
                      this.canvas,
                      charts,
                      this.buildButtons(),
                      this.buildScrub(),
                      this.status,
                      this.buildStart(),
                      this.buildOptimizers(),
                      this.buildTable(),
                  ];
            this.root.append(...parts);
            if (this.preset) {
                this.buildOptimizers();
            }
        }

        buildTitle() {
            const keys = walks.optimizers
                .filter(({ name }) => this.chosen.has(name))
                .map((optimizer) => {
                    const rate = this.preset.rates[optimizer.name];
                    return element("span", { class: "walks-key" }, swatch(optimizer), `${optimizer.title}, η = ${rate}`);
                });
            return element("p", { class: "walks-title" }, element("b", {}, this.preset.about), ...keys);
        }

        buildCharts() {
            const chart = (title, label, numbers) => {
                const canvas = element("canvas", { class: "walks-chart", role: "img", "aria-label": label }, label);
                return new walks.Chart(canvas, title, numbers);
            };
            const losses = (walk, step) => [walk.at(step).loss];
            const rates = (walk, step) => walk.at(step).effective;
            this.charts = [
                chart("Loss", "The loss of each walk by step, on a logarithmic axis.", losses),
                chart("Effective rate (dots: y)", "The effective rates of each walk by step, on a logarithmic axis.", rates),
            ];
            return element("div", { class: "walks-charts" }, ...this.charts.map(({ canvas }) => canvas));
        }

        buildSurfaces() {
            this.radios = walks.surfaces.map((surface) =>
                element("input", {
                    type: "radio",
                    name: `${this.id}-surface`,
                    value: surface.name,
                    onchange: () => this.choose(surface),
                }),
            );
            const labels = walks.surfaces.map(({ title }, i) => element("label", {}, this.radios[i], title));
            return element("fieldset", {}, element("legend", {}, "Surface"), ...labels);
        }

        buildButtons() {
            const button = (text, onclick) => element("button", { type: "button", onclick }, text);
            this.playButton = button("Play", () => this.play(!this.playing));
            this.stepButton = button("Step", () => this.stepOnce());
            this.counter = element("span", { class: "walks-step", id: `${this.id}-now` });
            const options = SPEEDS.map((speed) =>
                element("option", { value: speed, selected: speed === (this.preset ? 20 : 5) }, `${speed} a second`),
            );
            this.speed = element("select", { "aria-label": "Steps a second" }, ...options);
            const buttons = [this.playButton, this.stepButton, button("Reset", () => this.reset())];
            if (this.preset) {
                const link = element("a", { href: "playground.html" }, "Open in the playground");
                link.addEventListener("click", () => {
                    link.href = `playground.html#${this.address()}`;
                });
                return element("div", { class: "walks-row" }, ...buttons, this.speed, link, this.counter);
            }
            return element("div", { class: "walks-row" }, ...buttons, element("label", {}, "Steps: ", this.speed), this.counter);
        }

        buildScrub() {
            this.scrub = element("input", {
                type: "range",
                min: "0",
                max: "0",
                step: "1",
                "aria-label": "The step that is shown",
                oninput: () => {
                    this.play(false);
                    this.shown = this.scrub.valueAsNumber;
                    this.draw();
                },
            });
            return element("label", { class: "walks-scrub" }, "Back and forth ", this.scrub);
        }

        buildStart() {
            this.coordinates = ["x", "y"].map((axis, i) =>
                element("input", {
                    type: "number",
                    step: "any",
                    onchange: (event) => this.setCoordinate(i, event.target),
                }),
            );
            const labels = this.coordinates.map((input, i) => element("label", {}, `Start ${"xy"[i]} `, input));
            const all = () => {
                this.choose(this.surface);
                this.say("Start, rates and options are those to begin with.");
            };
            const defaults = element("button", { type: "button", onclick: all }, "Default start and rates");
            return element("div", { class: "walks-row" }, ...labels, defaults);
        }

        buildOptimizers() {
            /** Of each optimizer its rate and options, and the dials that set them. */
            this.settings = new Map();
            const rows = walks.optimizers.map((optimizer) => {
                const { name, title } = optimizer;
                const setting = { rate: NaN, options: { ...optimizer.options }, dials: new Map() };
                this.settings.set(name, setting);
                const box = element("input", {
                    type: "checkbox",
                    onchange: (event) => {
                        this.chosen[event.target.checked ? "add" : "delete"](name);
                        this.rebuild();
                    },
                });
                setting.box = box;
                const dial = (what) => {
                    const onset = (value) => {
                        this.set(optimizer, what, value);
                        this.rebuild();
                        this.say(`${title}: ${walks.settings[what].title} ${number(value)}.`);
                    };
                    const onwrong = (text) => this.say(text);
                    const made = walks.dial(what, title, onset, onwrong);
                    setting.dials.set(what, made);
                    return made.element;
                };
                const label = element("label", {}, box, swatch(optimizer), title);
                const options = Object.keys(optimizer.options).map(dial);
                const more = options.length
                    ? [element("details", {}, element("summary", {}, `Options of ${title}`), ...options)]
                    : [];
                return element("div", { class: "walks-optimizer" }, label, dial("rate"), ...more);
            });
            const legend = element("legend", {}, "Optimizers, their learning rates η, and their options");
            return element("fieldset", { class: "walks-optimizers" }, legend, ...rows);
        }

        buildTable() {
            const heads = ["Optimizer", "Step", "Weight", "Place", "Loss", "Accumulator", "Effective rate"];
            const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
            const name = { "aria-label": "Where the walks are" };
            const table = element("table", name, element("thead", {}, head), this.rows);
            const about = { class: "walks-table", role: "region", tabindex: "0", ...name };
            return element("div", about, table);
        }

        /** Sets the rate or an option of an optimizer. */
        set({ name }, what, value) {
            const setting = this.settings.get(name);
            if (what === "rate") {
                setting.rate = value;
            } else {
                setting.options[what] = value;
            }
            setting.dials.get(what).show(value);
        }

        /** Takes a surface, its start, and the rates and options to begin with on it. */
        choose(surface) {
            this.surface = surface;
            this.start = [...surface.start];
            for (const optimizer of walks.optimizers) {
                const rate = this.preset?.rates[optimizer.name] ?? optimizer.rates[surface.name];
                this.set(optimizer, "rate", rate);
                Object.entries(optimizer.options).forEach(([what, value]) => this.set(optimizer, what, value));
            }
            this.showChoices();
            this.reset();
            this.say(`${surface.title}. Press Play.`);
        }

        showChoices() {
            this.radios?.forEach((radio) => {
                radio.checked = radio.value === this.surface.name;
            });
            this.settings.forEach(({ box }, name) => {
                box.checked = this.chosen.has(name);
            });
            this.coordinates?.forEach((input, i) => {
                input.value = Number(this.start[i].toFixed(4));
                input.removeAttribute("aria-invalid");
            });
        }

        /** What the address of the page says. */
        takeAddress() {
            const text = decodeURIComponent(location.hash.slice(1));
            if (!text.includes("surface=")) {
                return;
            }
            const state = walks.fromText(text);
            if (state.surface) {
                this.choose(state.surface);
            }
            if (state.chosen.length) {
                this.chosen = new Set(state.chosen.map(({ optimizer }) => optimizer.name));
                for (const { optimizer, rate, options } of state.chosen) {
                    this.set(optimizer, "rate", rate);
                    Object.entries(options).forEach(([what, value]) => this.set(optimizer, what, value));
                }
            }
            this.start = state.start ?? this.start;
            this.showChoices();
            this.steps = 0;
            this.rebuild();
            this.walkTo(state.steps ?? 0);
            if (state.wrong.length) {
                this.say(`The address of the page has what cannot be used: ${state.wrong.join(", ")}.`);
            }
        }

        /** What is set, as text. */
        address() {
            const chosen = walks.optimizers
                .filter(({ name }) => this.chosen.has(name))
                .map((optimizer) => ({ optimizer, ...this.settings.get(optimizer.name) }));
            return walks.toText({ surface: this.surface, start: this.start, steps: this.steps, chosen });
        }

        /** Writes what is set into the address, once the reader pauses. */
        noteAddress() {
            clearTimeout(this.noting);
            this.noting = setTimeout(() => history.replaceState(null, "", `#${this.address()}`), 400);
        }

        drag(event) {
            const place = this.picture.toPlace(event.offsetX, event.offsetY);
            if (place) {
                const steps = this.steps;
                this.play(false);
                this.start = place.map((weight) => Number(weight.toFixed(3)));
                this.showChoices();
                this.rebuild();
                this.shown = steps;
                this.draw();
                this.say(`Start at x ${number(this.start[0])}, y ${number(this.start[1])}.`);
            }
        }

        setCoordinate(axis, input) {
            const value = input.valueAsNumber;
            if (Number.isFinite(value) && Math.abs(value) < 1e6) {
                this.start[axis] = value;
                this.showChoices();
                this.reset();
            } else {
                input.setAttribute("aria-invalid", "true");
                this.say(`Start ${"xy"[axis]} must be a number. The walk keeps ${number(this.start[axis])}.`);
            }
        }

        /** Walks anew, as many steps as before: a new rate shows its whole path at once. */
        rebuild() {
            const { shown, steps } = this;
            this.running = walks.optimizers
                .filter(({ name }) => this.chosen.has(name))
                .map((optimizer) => {
                    const { rate, options } = this.settings.get(optimizer.name);
                    return new walks.Walk(this.surface, optimizer, rate, this.start, { ...options });
                });
            this.steps = 0;
            this.advance(steps);
            this.shown = Math.min(shown, this.steps);
            this.draw();
        }

        /** Takes steps at the end of the walks, and shows it. */
        advance(steps) {
            const taken = Math.min(steps, LAST_STEP - this.steps);
            for (const walk of this.running) {
                for (let step = 0; step < taken && !walk.isLost; step++) {
                    walk.advance();
                }
            }
            this.steps += taken;
            this.shown = this.steps;
        }

        walkTo(step) {
            this.advance(Math.max(0, step - this.steps));
            this.draw();
        }

        /** Shows later steps: those that were walked, then new ones. */
        forward(steps) {
            const known = Math.min(steps, this.steps - this.shown);
            this.shown += known;
            if (steps > known) {
                this.advance(steps - known);
            }
            this.draw();
        }

        reset() {
            this.play(false);
            this.steps = this.shown = 0;
            this.rebuild();
            this.say("Back at the start.");
        }

        stepOnce() {
            this.play(false);
            this.forward(1);
            this.say(`Step ${this.shown}.`);
        }

        stepBack() {
            this.play(false);
            this.shown = Math.max(0, this.shown - 1);
            this.draw();
            this.say(`Step ${this.shown}.`);
        }

        play(playing) {
            if (playing === this.playing || (playing && this.shown >= LAST_STEP)) {
                return;
            }
            this.playing = playing;
            this.playButton.textContent = playing ? "Pause" : "Play";
            this.say(playing ? "Playing." : `Paused at step ${this.shown}.`);
            if (playing) {
                this.before = null;
                this.owed = 0;
                requestAnimationFrame((now) => this.frame(now));
            }
        }

        /** Takes the steps that are due since the last picture. */
        frame(now) {
            if (!this.playing) {
                return;
            }
            const passed = this.before === null ? 0 : (now - this.before) / 1000;
            if (this.before === null || !this.calm.matches || passed >= CALM) {
                this.before = now;
                // A page that was hidden does not catch up.
                this.owed += Math.min(passed, 2 * CALM) * Number(this.speed.value);
                const due = Math.floor(this.owed);
                this.owed -= due;
                if (due > 0) {
                    this.forward(due);
                }
            }
            if (this.shown >= LAST_STEP) {
                this.play(false);
                this.say(`The end: step ${LAST_STEP}.`);
            }
            requestAnimationFrame((now) => this.frame(now));
        }

        onKey(event) {
            if (event.altKey || event.ctrlKey || event.metaKey) {
                return;
            }
            const keys = {
                " ": () => this.play(!this.playing),
                s: () => this.stepOnce(),
                b: () => this.stepBack(),
                r: () => this.reset(),
            };
            const act = keys[event.key.toLowerCase()];
            if (act) {
                act();
                event.preventDefault();
                // S would open the book's search.
                event.stopPropagation();
            }
        }

        /** Tells those who do not see the picture; only of what the reader did, not of each step. */
        say(text) {
            this.status.textContent = text;
        }

        draw() {
            this.picture.draw(this.surface, this.running, this.shown);
            this.charts.forEach((chart) => chart.draw(this.running, this.steps, this.shown));
            this.counter.textContent = `Step ${this.shown}`;
            this.scrub.max = this.steps;
            this.scrub.value = this.shown;
            this.stepButton.disabled = this.playButton.disabled = this.shown >= LAST_STEP;
            if (!this.preset) {
                this.rows.replaceChildren(...this.running.flatMap((walk) => this.tableRows(walk)));
                if (this.steps > 0 || location.hash.includes("surface=")) {
                    this.noteAddress();
                }
            }
        }

        tableRows(walk) {
            const both = { rowspan: 2 };
            const { optimizer } = walk;
            const { step, place, loss, accumulator, effective, isLost } = walk.at(this.shown);
            const title = isLost ? `${optimizer.title}: too far away` : optimizer.title;
            const cells = (axis) => {
                const numbers = [place[axis], accumulator?.[axis], effective?.[axis]];
                const [at, sum, rate] = numbers.map((value) => element("td", {}, number(value)));
                return { name: element("td", {}, "xy"[axis]), at, sum, rate };
            };
            const [x, y] = [cells(0), cells(1)];
            const name = element("th", { scope: "rowgroup", ...both }, swatch(optimizer), title);
            const heights = [element("td", both, String(step)), x.name, x.at, element("td", both, number(loss))];
            return [
                element("tr", {}, name, ...heights, x.sum, x.rate),
                element("tr", {}, y.name, y.at, y.sum, y.rate),
            ];
        }
    }

    for (const root of document.querySelectorAll(".loss-walks")) {
        // The printed book has the scripts of several pages.
        if (!root.childElementCount) {
            new Playground(root, PRESETS[root.dataset.preset]);
        }
    }
})(globalThis.lossWalks);

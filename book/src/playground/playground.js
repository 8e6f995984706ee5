// The playground's controls: what is walked, how fast, and what is said about it.
"use strict";

(function (walks) {
    const { element, swatch } = walks;
    /** A walk ends here, so that the page stays quick. */
    const LAST_STEP = 2000;
    const SPEEDS = [1, 5, 20, 60, 300];
    const CHOSEN = ["adagrad", "sgd", "adam"];
    /** Seconds between two pictures for readers who asked for less motion. */
    const CALM = 0.5;

    class Playground {
        constructor(root) {
            this.root = root;
            this.chosen = new Set(CHOSEN);
            this.steps = 0;
            this.playing = false;
            this.calm = matchMedia("(prefers-reduced-motion: reduce)");
            this.build();
            this.choose(walks.surfaces[0]);
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
                    tabindex: "0",
                    role: "application",
                    "aria-label": "Contour lines of the loss, and the paths. Space plays and pauses, S makes a step, R resets.",
                    "aria-describedby": "walks-now",
                    onclick: (event) => this.startAt(event),
                    onkeydown: (event) => this.onKey(event),
                },
                "The paths; the table has their places in numbers.",
            );
            this.picture = new walks.Picture(this.canvas);
            this.status = element("p", { class: "walks-status", role: "status" });
            this.rows = element("tbody");
            this.root.append(
                this.buildSurfaces(),
                this.canvas,
                this.buildButtons(),
                this.status,
                this.buildStart(),
                this.buildOptimizers(),
                this.buildTable(),
            );
        }

        buildSurfaces() {
            this.radios = walks.surfaces.map((surface, i) =>
                element("input", {
                    type: "radio",
                    name: "walks-surface",
                    value: surface.name,
                    checked: i === 0,
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
            this.counter = element("span", { class: "walks-step", id: "walks-now" });
            const options = SPEEDS.map((speed) =>
                element("option", { value: speed, selected: speed === 5 }, `${speed} a second`),
            );
            this.speed = element("select", {}, ...options);
            return element(
                "div",
                { class: "walks-row" },
                this.playButton,
                this.stepButton,
                button("Reset", () => this.reset()),
                element("label", {}, "Steps: ", this.speed),
                this.counter,
            );
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
                this.say("Start and rates are those to begin with.");
            };
            const defaults = element("button", { type: "button", onclick: all }, "Default start and rates");
            return element("div", { class: "walks-row" }, ...labels, defaults);
        }

        buildOptimizers() {
            this.rates = new Map();
            const rows = walks.optimizers.map((optimizer) => {
                const { name, title } = optimizer;
                const box = element("input", {
                    type: "checkbox",
                    checked: this.chosen.has(name),
                    onchange: (event) => {
                        this.chosen[event.target.checked ? "add" : "delete"](name);
                        this.rebuild();
                    },
                });
                const rate = element("input", {
                    type: "number",
                    step: "any",
                    min: "0",
                    "aria-label": `Learning rate of ${title}`,
                    onchange: () => this.rebuild(),
                });
                this.rates.set(name, rate);
                const label = element("label", {}, box, swatch(optimizer), title);
                return element("div", { class: "walks-optimizer" }, label, element("span", {}, "η ", rate));
            });
            const legend = element("legend", {}, "Optimizers and their learning rates η");
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

        /** Takes a surface, its start, and the rates to begin with on it. */
        choose(surface) {
            this.surface = surface;
            this.start = [...surface.start];
            walks.optimizers.forEach(({ name, rates }) => {
                this.rates.get(name).value = rates[surface.name];
            });
            this.showStart();
            this.reset();
            this.say(`${surface.title}. Choose optimizers and press Play.`);
        }

        showStart() {
            this.coordinates.forEach((input, i) => {
                input.value = Number(this.start[i].toFixed(4));
            });
        }

        startAt(event) {
            const place = this.picture.toPlace(event.offsetX, event.offsetY);
            if (place) {
                this.start = place.map((weight) => Number(weight.toFixed(3)));
                this.showStart();
                this.reset();
                this.say(`Start at x ${walks.number(this.start[0])}, y ${walks.number(this.start[1])}.`);
            }
        }

        setCoordinate(axis, input) {
            const value = input.valueAsNumber;
            if (Number.isFinite(value)) {
                this.start[axis] = value;
            }
            this.showStart();
            this.reset();
        }

        /** Walks anew, as many steps as before: a new rate shows its whole path at once. */
        rebuild() {
            const rate = ({ name }) => Math.max(0, this.rates.get(name).valueAsNumber || 0);
            this.running = walks.optimizers
                .filter(({ name }) => this.chosen.has(name))
                .map((optimizer) => new walks.Walk(this.surface, optimizer, rate(optimizer), this.start));
            const steps = this.steps;
            this.steps = 0;
            this.advance(steps);
            this.draw();
        }

        advance(steps) {
            const taken = Math.min(steps, LAST_STEP - this.steps);
            for (const walk of this.running) {
                for (let step = 0; step < taken && !walk.isLost; step++) {
                    walk.advance();
                }
            }
            this.steps += taken;
        }

        reset() {
            this.play(false);
            this.steps = 0;
            this.rebuild();
            this.say("Back at the start.");
        }

        stepOnce() {
            this.play(false);
            this.advance(1);
            this.draw();
            this.say(`Step ${this.steps}.`);
        }

        play(playing) {
            if (playing === this.playing || (playing && this.steps >= LAST_STEP)) {
                return;
            }
            this.playing = playing;
            this.playButton.textContent = playing ? "Pause" : "Play";
            this.say(playing ? "Playing." : `Paused at step ${this.steps}.`);
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
                    this.advance(due);
                    this.draw();
                }
            }
            if (this.steps >= LAST_STEP) {
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
            this.picture.draw(this.surface, this.running);
            this.counter.textContent = `Step ${this.steps}`;
            this.stepButton.disabled = this.playButton.disabled = this.steps >= LAST_STEP;
            this.rows.replaceChildren(...this.running.flatMap((walk) => this.tableRows(walk)));
        }

        tableRows(walk) {
            const both = { rowspan: 2 };
            const { optimizer, steps, place, accumulator, effective } = walk;
            const title = walk.isLost ? `${optimizer.title}: too far away` : optimizer.title;
            const cells = (axis) => {
                const numbers = [place[axis], accumulator?.[axis], effective?.[axis]];
                const [at, sum, rate] = numbers.map((value) => element("td", {}, walks.number(value)));
                return { name: element("td", {}, "xy"[axis]), at, sum, rate };
            };
            const [x, y] = [cells(0), cells(1)];
            const loss = element("td", both, walks.number(walk.loss));
            const name = element("th", { scope: "rowgroup", ...both }, swatch(optimizer), title);
            const first = [name, element("td", both, String(steps)), x.name, x.at, loss, x.sum, x.rate];
            return [element("tr", {}, ...first), element("tr", {}, y.name, y.at, y.sum, y.rate)];
        }
    }

    const root = document.getElementById("loss-walks");
    if (root) {
        new Playground(root);
    }
})(globalThis.lossWalks);

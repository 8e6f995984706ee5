// Elements of the page, as the playground needs them.
"use strict";

(function (walks) {
    const element = (...all) => walks.element(...all);

    /** An element with attributes and children. */
    walks.element = function (tag, attributes = {}, ...children) {
        const made = document.createElement(tag);
        for (const [name, value] of Object.entries(attributes)) {
            if (name.startsWith("on")) {
                made.addEventListener(name.slice(2), value);
            } else if (typeof value === "boolean") {
                made.toggleAttribute(name, value);
            } else {
                made.setAttribute(name, value);
            }
        }
        made.append(...children);
        return made;
    };

    /** An optimizer's line and mark, for the legend and the table. */
    walks.swatch = function ({ name }) {
        const { colour, dash, mark } = walks.styles[name];
        const svg = (tag, attributes) => {
            const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
            Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
            return made;
        };
        const ink = colour;
        const image = svg("svg", { width: 36, height: 14, viewBox: "0 0 36 14", "aria-hidden": "true" });
        image.style.color = "inherit";
        const steps = [];
        const path = {
            moveTo: (x, y) => steps.push(`M${x} ${y}`),
            lineTo: (x, y) => steps.push(`L${x} ${y}`),
            closePath: () => steps.push("Z"),
            arc: (x, y, r) => steps.push(`A${r} ${r} 0 1 1 ${x - r} ${y} A${r} ${r} 0 1 1 ${x + r} ${y}`),
        };
        walks.traceMark(path, mark, 18, 7, 4.5);
        image.append(
            svg("line", { x1: 0, y1: 7, x2: 36, y2: 7, stroke: ink, "stroke-width": 2.5, "stroke-dasharray": dash.join(" ") }),
            svg("path", { d: steps.join(""), stroke: ink, fill: ink, "stroke-width": 2 }),
        );
        return image;
    };

    /** The scales of sliders: from a position of 0 to 1 to a number, and back. */
    const scales = {
        log: (low, high) => ({
            number: (at) => low * (high / low) ** at,
            position: (number) => Math.log(Math.max(number, low) / low) / Math.log(high / low),
        }),
        linear: (low, high) => ({
            number: (at) => low + (high - low) * at,
            position: (number) => (number - low) / (high - low),
        }),
        /** For numbers near 1: what is missing to 1 has a logarithmic scale. */
        decay: (low, high) => {
            const missing = scales.log(1 - high, 1 - low);
            return {
                number: (at) => 1 - missing.number(1 - at),
                position: (number) => 1 - missing.position(1 - number),
            };
        },
    };

    /** What can be set of an optimizer: how it is called, its scale, and what numbers it may have. */
    walks.settings = {
        rate: { label: "η", title: "learning rate", scale: scales.log(1e-3, 10), least: 0, most: Infinity },
        epsilon: { label: "ε", title: "epsilon", scale: scales.log(1e-12, 1), least: 0, most: Infinity },
        momentum: { label: "μ", title: "momentum", scale: scales.linear(0, 0.99), least: 0, most: 1 },
        beta1: { label: "β₁", title: "momentum (beta 1)", scale: scales.linear(0, 0.99), least: 0, most: 1 },
        beta2: { label: "β₂", title: "decay (beta 2)", scale: scales.decay(0.5, 0.9999), least: 0, most: 1 },
        alpha: { label: "α", title: "decay (alpha)", scale: scales.decay(0.5, 0.9999), least: 0, most: 1 },
        rho: { label: "ρ", title: "decay (rho)", scale: scales.decay(0.5, 0.9999), least: 0, most: 1 },
        factor: { label: "γ", title: "factor of the decay", scale: scales.linear(0, 1), least: 0, most: 1.0000001 },
        every: { label: "n", title: "steps between two decays", scale: scales.linear(1, 100), least: 1, most: Infinity, whole: true },
    };

    /** Whether a number can be used for a setting. */
    walks.isUsable = function (name, number) {
        const { least, most, whole } = walks.settings[name];
        return Number.isFinite(number) && number >= least && number < most && (!whole || Number.isInteger(number));
    };

    /**
     * A slider and a field for one number. `onset` is given a number that can be used, `onwrong` what to tell the
     * reader of one that cannot.
     */
    walks.dial = function (name, of, onset, onwrong) {
        const { label, title, scale, least, most, whole } = walks.settings[name];
        const round = (number) => (whole ? Math.round(number) : Number(number.toPrecision(3)));
        const slider = element("input", {
            type: "range",
            min: "0",
            max: "1",
            step: "0.001",
            "aria-label": `Slider: ${title} of ${of}`,
            oninput: () => onset(round(scale.number(slider.valueAsNumber))),
        });
        const field = element("input", {
            type: "number",
            step: "any",
            "aria-label": `${title} of ${of}`,
            onchange: () => {
                const number = field.valueAsNumber;
                if (walks.isUsable(name, number)) {
                    onset(number);
                    return;
                }
                const upper = Number.isFinite(most) ? (name === "factor" ? " and at most 1" : ` and below ${most}`) : "";
                const kind = whole ? "a whole number" : "a number";
                field.setAttribute("aria-invalid", "true");
                onwrong(`The ${title} of ${of} must be ${kind} of at least ${least}${upper}. The walk keeps ${walks.number(dial.number)}.`);
            },
        });
        const dial = {
            element: element("label", { class: "walks-dial" }, `${label} `, slider, field),
            number: NaN,
            show(number) {
                dial.number = number;
                slider.value = Math.min(1, Math.max(0, scale.position(number)));
                field.value = String(number);
                field.removeAttribute("aria-invalid");
            },
        };
        return dial;
    };
})(globalThis.lossWalks);

// Elements of the page, as the playground needs them.
"use strict";

(function (walks) {
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
        const ink = colour ?? "currentColor";
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
})(globalThis.lossWalks);

// The courses beside the picture: a number of each walk by step, on a logarithmic axis.
"use strict";

(function (walks) {
    const MARGIN = { left: 52, right: 10, top: 24, bottom: 26 };
    /** Less than this is drawn as this. */
    const LEAST = 1e-12;

    /** A canvas with a course for each walk and weight. */
    walks.Chart = class {
        /** `numbers` gives the numbers of a walk at a step: one, or one for each weight. */
        constructor(canvas, title, numbers) {
            Object.assign(this, { canvas, title, numbers });
            this.context = canvas.getContext("2d");
        }

        draw(running, steps, shown) {
            const context = this.context;
            const [width, height] = walks.fit(this.canvas, context);
            const style = getComputedStyle(this.canvas);
            context.clearRect(0, 0, width, height);
            context.font = "13px sans-serif";
            context.fillStyle = style.color;
            context.strokeStyle = style.color;
            context.setLineDash([]);
            context.textAlign = "left";
            context.textBaseline = "top";
            context.fillText(this.title, 4, 4);
            const courses = running.flatMap((walk) => this.courses(walk, width));
            const all = courses.flatMap(({ points }) => points.map(([, number]) => number));
            if (!all.length) {
                return;
            }
            const low = Math.floor(Math.log10(Math.min(...all)) - 1e-9);
            const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...all)) + 1e-9));
            const inner = [width - MARGIN.left - MARGIN.right, height - MARGIN.top - MARGIN.bottom];
            const last = Math.max(1, steps);
            const x = (step) => MARGIN.left + (step / last) * inner[0];
            const y = (number) => MARGIN.top + ((high - Math.log10(number)) / (high - low)) * inner[1];
            this.drawAxes({ x, y, low, high, last, width, height });
            for (const { points, colour, dash } of courses) {
                context.beginPath();
                points.forEach(([step, number], i) => context[i ? "lineTo" : "moveTo"](x(step), y(number)));
                context.strokeStyle = colour;
                context.lineWidth = 2;
                context.setLineDash(dash);
                context.stroke();
            }
            context.beginPath();
            context.moveTo(x(shown), MARGIN.top);
            context.lineTo(x(shown), height - MARGIN.bottom);
            context.strokeStyle = style.color;
            context.lineWidth = 1;
            context.setLineDash([2, 3]);
            context.stroke();
        }

        drawAxes({ x, y, low, high, last, width, height }) {
            const context = this.context;
            context.lineWidth = 1;
            context.globalAlpha = 0.5;
            context.strokeRect(MARGIN.left, MARGIN.top, width - MARGIN.left - MARGIN.right, height - MARGIN.top - MARGIN.bottom);
            context.globalAlpha = 1;
            context.textAlign = "right";
            context.textBaseline = "middle";
            const every = Math.ceil((high - low) / 4);
            for (let power = low; power <= high; power += every) {
                const text = power >= -3 && power <= 3 ? walks.number(10 ** power) : `1e${power}`.replace("-", "−");
                context.fillText(text, MARGIN.left - 6, y(10 ** power));
            }
            context.textAlign = "center";
            context.textBaseline = "top";
            context.fillText("0", x(0), height - MARGIN.bottom + 6);
            context.fillText(`step ${last}`, Math.min(x(last), width - 30), height - MARGIN.bottom + 6);
        }

        /** The courses of a walk: the first weight's, or the only one, as a line, the second's as dots. */
        courses(walk, width) {
            const { colour, dash } = walks.styles[walk.optimizer.name];
            const every = Math.max(1, Math.floor(walk.steps / width));
            const courses = [];
            for (let step = 0; step <= walk.steps; step += every) {
                const numbers = this.numbers(walk, step);
                numbers?.forEach((number, i) => {
                    courses[i] ??= { points: [], colour, dash: i ? [2, 3] : dash };
                    if (Number.isFinite(number)) {
                        courses[i].points.push([step, Math.max(number, LEAST)]);
                    }
                });
            }
            return courses.filter(({ points }) => points.length);
        }
    };
})(globalThis.lossWalks);

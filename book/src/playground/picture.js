// The picture of the playground: contour lines, axes and walks on a canvas.
"use strict";

(function (walks) {
    /** Cells of the grid on which contours are looked for, along each side. */
    const CELLS = 120;
    const LEVELS = 12;
    /** Room for the numbers at the axes, in pixels. */
    const MARGIN = { left: 40, right: 10, top: 10, bottom: 30 };
    /** Marks of one walk lie this many pixels apart at least. */
    const APART = 10;

    /**
     * How walks are drawn, by optimizer: the colour that it has in the figures of the book, a dash, and a mark, so
     * that colour is not all that tells them apart.
     */
    walks.styles = {
        adagrad: { colour: "#0072b2", dash: [], mark: "circle" },
        sgd: { colour: "#d55e00", dash: [7, 4], mark: "square" },
        momentum: { colour: "#d55e00", dash: [], mark: "up" },
        rmsprop: { colour: "#cc79a7", dash: [], mark: "diamond" },
        adam: { colour: "#009e73", dash: [], mark: "cross" },
        adadelta: { colour: "#e69f00", dash: [], mark: "down" },
        "adagrad-decay": { colour: "#56b4e9", dash: [], mark: "plus" },
    };

    /** Draws a mark of some radius around a point, as a path to be filled and stroked. */
    walks.traceMark = function (path, mark, x, y, radius) {
        const corners = (points) => {
            points.forEach(([dx, dy], i) => {
                path[i ? "lineTo" : "moveTo"](x + dx * radius, y + dy * radius);
            });
            path.closePath();
        };
        const bars = (points) => {
            points.forEach(([dx, dy], i) => {
                path[i % 2 ? "lineTo" : "moveTo"](x + dx * radius, y + dy * radius);
            });
        };
        const draw = {
            circle() {
                path.moveTo(x + radius, y);
                path.arc(x, y, radius, 0, 2 * Math.PI);
            },
            square: () => corners([[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]]),
            up: () => corners([[0, -1.1], [1, 0.8], [-1, 0.8]]),
            down: () => corners([[0, 1.1], [1, -0.8], [-1, -0.8]]),
            diamond: () => corners([[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]]),
            cross: () => bars([[-1, -1], [1, 1], [-1, 1], [1, -1]]),
            plus: () => bars([[-1.2, 0], [1.2, 0], [0, -1.2], [0, 1.2]]),
        };
        draw[mark]();
    };

    /**
     * Lines of equal value, at values that part the view into areas of one size, as pairs of places: marching
     * squares.
     */
    walks.contours = function (surface) {
        const [low, high] = surface.view;
        const along = (axis, i) => low[axis] + ((high[axis] - low[axis]) * i) / CELLS;
        const values = [];
        for (let j = 0; j <= CELLS; j++) {
            for (let i = 0; i <= CELLS; i++) {
                values.push(surface.value([along(0, i), along(1, j)]));
            }
        }
        const sorted = Float64Array.from(values).sort();
        const segments = [];
        for (let k = 1; k <= LEVELS; k++) {
            const level = sorted[Math.floor((k * (sorted.length - 1)) / (LEVELS + 1))];
            for (let cell = 0; cell < CELLS * CELLS; cell++) {
                const [i, j] = [cell % CELLS, Math.floor(cell / CELLS)];
                // Its corners, around it.
                const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
                const heights = corners.map(([i, j]) => values[j * (CELLS + 1) + i] - level);
                const ends = [];
                for (let side = 0; side < 4; side++) {
                    const next = (side + 1) % 4;
                    const [from, to] = [heights[side], heights[next]];
                    if (from < 0 !== to < 0) {
                        const share = from / (from - to);
                        const [a, b] = [corners[side], corners[next]];
                        const between = (axis) => along(axis, a[axis] + share * (b[axis] - a[axis]));
                        ends.push([between(0), between(1)]);
                    }
                }
                for (let end = 0; end + 1 < ends.length; end += 2) {
                    segments.push([ends[end], ends[end + 1]]);
                }
            }
        }
        return segments;
    };

    /** Fits the pixels of a canvas to its size on the page, which it returns. */
    walks.fit = function (canvas, context) {
        const { clientWidth: width, clientHeight: height } = canvas;
        const ratio = globalThis.devicePixelRatio || 1;
        const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
        if (canvas.width !== across || canvas.height !== down) {
            canvas.width = across;
            canvas.height = down;
        }
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        return [width, height];
    };

    /** A canvas, and what of the plane it shows. */
    walks.Picture = class {
        constructor(canvas) {
            this.canvas = canvas;
            this.context = canvas.getContext("2d");
            this.known = new Map();
        }

        /** Where a place lies on the canvas, in CSS pixels. */
        toCanvas([x, y]) {
            const [low, high] = this.surface.view;
            return [
                MARGIN.left + ((x - low[0]) / (high[0] - low[0])) * this.inner[0],
                MARGIN.top + ((high[1] - y) / (high[1] - low[1])) * this.inner[1],
            ];
        }

        /** The place at a point of the canvas; none beside the plane. */
        toPlace(left, top) {
            const [low, high] = this.surface.view;
            const shares = [(left - MARGIN.left) / this.inner[0], 1 - (top - MARGIN.top) / this.inner[1]];
            const inside = shares.every((share) => share >= 0 && share <= 1);
            return inside ? shares.map((share, axis) => low[axis] + share * (high[axis] - low[axis])) : null;
        }

        /** Fits the canvas's pixels to its size on the page. */
        fit() {
            const [width, height] = walks.fit(this.canvas, this.context);
            this.size = [width, height];
            this.inner = [width - MARGIN.left - MARGIN.right, height - MARGIN.top - MARGIN.bottom];
        }

        /** Draws the walks up to a step. */
        draw(surface, running, step) {
            this.surface = surface;
            this.fit();
            const style = getComputedStyle(this.canvas);
            this.ink = style.color;
            this.paper = style.backgroundColor;
            const context = this.context;
            context.clearRect(0, 0, ...this.size);
            this.drawAxes();
            context.save();
            context.beginPath();
            context.rect(MARGIN.left, MARGIN.top, ...this.inner);
            context.clip();
            this.drawContours();
            running.forEach((walk) => this.drawPath(walk, step));
            context.restore();
            running.forEach((walk) => this.drawPlace(walk, step));
        }

        drawContours() {
            const context = this.context;
            if (!this.known.has(this.surface)) {
                this.known.set(this.surface, walks.contours(this.surface));
            }
            context.beginPath();
            for (const [from, to] of this.known.get(this.surface)) {
                context.moveTo(...this.toCanvas(from));
                context.lineTo(...this.toCanvas(to));
            }
            // The lowest places, as stars.
            for (const place of this.surface.minima) {
                const [x, y] = this.toCanvas(place);
                walks.traceMark(context, "plus", x, y, 6);
                walks.traceMark(context, "cross", x, y, 5);
            }
            context.strokeStyle = this.ink;
            context.lineWidth = 1;
            context.globalAlpha = 0.32;
            context.setLineDash([]);
            context.stroke();
            context.globalAlpha = 1;
        }

        drawAxes() {
            const context = this.context;
            const [low, high] = this.surface.view;
            const bottom = MARGIN.top + this.inner[1];
            context.strokeStyle = this.ink;
            context.fillStyle = this.ink;
            context.lineWidth = 1;
            context.setLineDash([]);
            context.font = "13px sans-serif";
            context.globalAlpha = 0.5;
            context.strokeRect(MARGIN.left, MARGIN.top, ...this.inner);
            context.globalAlpha = 1;
            context.textAlign = "center";
            context.textBaseline = "top";
            for (let x = Math.ceil(low[0]); x <= high[0]; x++) {
                context.fillText(walks.number(x), this.toCanvas([x, low[1]])[0], bottom + 7);
            }
            // The names of the axes, between their last two numbers.
            context.fillText("x", this.toCanvas([Math.floor(high[0]) - 0.5, 0])[0], bottom + 7);
            context.textAlign = "right";
            context.textBaseline = "middle";
            for (let y = Math.ceil(low[1]); y <= high[1]; y++) {
                const [, top] = this.toCanvas([low[0], y]);
                context.fillText(walks.number(y), MARGIN.left - 8, Math.max(top, MARGIN.top + 5));
            }
            context.fillText("y", MARGIN.left - 8, this.toCanvas([0, Math.floor(high[1]) - 0.5])[1]);
        }

        drawPath(walk, step) {
            const context = this.context;
            const { colour, dash, mark } = walks.styles[walk.optimizer.name];
            const points = walk.path.slice(0, step + 1).map((place) => this.toCanvas(place));
            const line = new Path2D();
            const marks = new Path2D();
            let [marked, drawn] = [points[0], points[0]];
            line.moveTo(...points[0]);
            for (const point of points.slice(1)) {
                if (Math.hypot(point[0] - drawn[0], point[1] - drawn[1]) > 0.5) {
                    line.lineTo(...point);
                    drawn = point;
                }
                if (Math.hypot(point[0] - marked[0], point[1] - marked[1]) >= APART) {
                    walks.traceMark(marks, mark, ...point, 3);
                    marked = point;
                }
            }
            // On a seam of the page's colour, paths stand out from the contours and from each other.
            context.strokeStyle = this.paper;
            context.lineWidth = 4.5;
            context.setLineDash([]);
            context.stroke(line);
            context.strokeStyle = colour;
            context.fillStyle = colour;
            context.lineWidth = 2;
            context.setLineDash(dash);
            context.stroke(line);
            context.setLineDash([]);
            context.stroke(marks);
            context.fill(marks);
        }

        /** The place where a walk is now, larger; none outside the picture. */
        drawPlace(walk, step) {
            const [x, y] = this.toCanvas(walk.at(step).place);
            if (!this.toPlace(x, y)) {
                return;
            }
            const context = this.context;
            const { colour, mark } = walks.styles[walk.optimizer.name];
            const path = new Path2D();
            walks.traceMark(path, mark, x, y, 6.5);
            context.strokeStyle = this.paper;
            context.lineWidth = 6;
            context.stroke(path);
            context.strokeStyle = colour;
            context.fillStyle = colour;
            context.lineWidth = 3;
            context.stroke(path);
            context.fill(path);
        }
    };

    /** A number with some digits, as a reader would write it. */
    walks.number = function (value, digits = 4) {
        if (!Number.isFinite(value)) {
            return "–";
        }
        const size = Math.abs(value);
        const plain = size === 0 || (size >= 1e-3 && size < 1e5);
        const text = plain ? String(Number(value.toPrecision(digits))) : value.toExponential(digits - 2);
        return text.replace("-", "−").replace("e+", "e").replace("e-", "e−");
    };
})(globalThis.lossWalks);

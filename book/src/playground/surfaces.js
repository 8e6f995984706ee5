// The surfaces of the playground: those of book/listings/surfaces.rs and book/tests/playground/page_surfaces.rs. No part of this file needs a page.
"use strict";

(function (walks) {
    /** Steps from one gradient of the rare weight to the next. */
    const RARE_EVERY = 10;

    /** A number from −1 to 1 for a step and a weight: the same at each run. Every second one undoes the one before. */
    const noise = (time, axis) => {
        let bits = Math.imul(2 * (time >> 1) + axis + 1, 0x9e3779b1);
        bits ^= bits >>> 16;
        bits = Math.imul(bits, 0x85ebca6b);
        bits ^= bits >>> 13;
        const number = ((bits >>> 0) / 2 ** 32) * 2 - 1;
        return time % 2 === 0 ? number : -number;
    };

    /** How large the noise of the noisy slope is. */
    const NOISE = 3;

    /**
     * Each surface: its name in the listings and on the page, where a walk begins, the part of the plane
     * that is shown (from the first corner to the second), its lowest places, its value at a place, and the
     * gradient that step `time`, from 0, sees there.
     */
    walks.surfaces = [
        {
            name: "valley",
            title: "Narrow valley",
            start: [-4, 1.5],
            view: [[-5, -2], [2, 2]],
            minima: [[0, 0]],
            value: ([x, y]) => 0.5 * (x * x + 25 * y * y),
            gradient: (time, [x, y]) => [x, 25 * y],
        },
        {
            name: "saddle",
            title: "Saddle",
            start: [-1.5, 0.001],
            view: [[-2, -1.5], [1, 1.5]],
            minima: [[0, 1], [0, -1]],
            value: ([x, y]) => 0.5 * x * x - 0.5 * y * y + 0.25 * y ** 4,
            gradient: (time, [x, y]) => [x, y ** 3 - y],
        },
        {
            name: "rare",
            title: "Rare feature",
            start: [-2, -2],
            view: [[-2.5, -2.5], [2.5, 2.5]],
            minima: [[1.5, 1.5]],
            value: ([x, y]) => 0.5 * (x - 1.5) ** 2 + (0.5 * (y - 1.5) ** 2) / RARE_EVERY,
            gradient: (time, [x, y]) => [x - 1.5, time % RARE_EVERY === 0 ? y - 1.5 : 0],
        },
        {
            name: "rotated",
            title: "Rotated valley",
            start: [-3, -1],
            view: [[-4, -2.5], [2.5, 2.5]],
            minima: [[0, 0]],
            value: ([x, y]) => 0.5 * ((0.8 * x + 0.6 * y) ** 2 + 25 * (0.8 * y - 0.6 * x) ** 2),
            gradient(time, [x, y]) {
                const [along, across] = [0.8 * x + 0.6 * y, 25 * (0.8 * y - 0.6 * x)];
                return [0.8 * along - 0.6 * across, 0.6 * along + 0.8 * across];
            },
        },
        {
            name: "noisy",
            title: "Noisy slope",
            start: [-2, 1.5],
            view: [[-2.5, -2], [2, 2]],
            minima: [[0, 0]],
            value: ([x, y]) => 0.5 * (x * x + 4 * y * y),
            gradient: (time, [x, y]) => [x + NOISE * noise(time, 0), 4 * y + NOISE * noise(time, 1)],
        },
    ];
})((globalThis.lossWalks ??= {}));

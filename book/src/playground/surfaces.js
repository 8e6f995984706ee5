// The surfaces of the playground: those of book/listings/surfaces.rs. No part of this file needs a page.
"use strict";

(function (walks) {
    /** Steps from one gradient of the rare weight to the next. */
    const RARE_EVERY = 10;

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
    ];
})((globalThis.lossWalks ??= {}));

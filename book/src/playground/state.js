// What is set, as text in the address of the page: a link leads back to it.
"use strict";

(function (walks) {
    /** As `surface=valley&start=-4,1.5&steps=30&adagrad=1&adam=0.2;beta1=0.8`. */
    walks.toText = function ({ surface, start, steps, chosen }) {
        const parts = [`surface=${surface.name}`, `start=${start.join(",")}`, `steps=${steps}`];
        for (const { optimizer, rate, options } of chosen) {
            const usual = optimizer.options;
            const others = Object.keys(usual).filter((name) => options[name] !== usual[name]);
            const settings = others.map((name) => `;${name}=${options[name]}`);
            parts.push(`${optimizer.name}=${rate}${settings.join("")}`);
        }
        return parts.join("&");
    };

    /** What a text says; what it says wrongly is left out and listed in `wrong`. */
    walks.fromText = function (text) {
        const state = { wrong: [], chosen: [] };
        for (const part of text.split("&").filter((part) => part.includes("="))) {
            const [key, ...rest] = part.split("=");
            const value = rest.join("=");
            const optimizer = walks.optimizers.find(({ name }) => name === key);
            if (key === "surface") {
                state.surface = walks.surfaces.find(({ name }) => name === value);
                if (!state.surface) state.wrong.push(part);
            } else if (key === "start") {
                const start = value.split(",").map(Number);
                if (start.length === 2 && start.every((weight) => Math.abs(weight) < 1e6)) state.start = start;
                else state.wrong.push(part);
            } else if (key === "steps") {
                const steps = Number(value);
                if (Number.isInteger(steps) && steps >= 0) state.steps = steps;
                else state.wrong.push(part);
            } else if (optimizer) {
                const [rate, ...settings] = value.split(";");
                const options = { ...optimizer.options };
                let usable = rate !== "" && walks.isUsable("rate", Number(rate));
                for (const setting of settings) {
                    const [name, number] = setting.split("=");
                    usable &&= name in options && walks.isUsable(name, Number(number));
                    options[name] = Number(number);
                }
                if (usable) state.chosen.push({ optimizer, rate: Number(rate), options });
                else state.wrong.push(part);
            } else {
                state.wrong.push(part);
            }
        }
        return state;
    };
})(globalThis.lossWalks);

// The optimizers of the playground, and a walk of one of them over a surface. No part of this file needs a
// page: book/tests/playground runs it beside the Rust optimizers.
"use strict";

(function (walks) {
    /**
     * Each optimizer steps every weight by itself. `step` is given the weight's gradient, what it remembers
     * of the weight, the number of the step (from 1), the learning rate and its options; it returns the
     * effective rate and the direction that this rate multiplies, the gradient or an average of it. What is
     * remembered is the accumulator, of squared gradients, and the trace, of gradients or of squared
     * changes; both begin at 0, and `keeps` names those that are used.
     *
     * `rates` are the learning rates to begin with, by surface.
     */
    walks.optimizers = [
        {
            name: "adagrad",
            title: "Adagrad",
            options: { epsilon: 1e-10 },
            keeps: ["accumulator"],
            rates: { valley: 1, saddle: 0.2, rare: 0.5, rotated: 1, noisy: 0.5 },
            step(gradient, memory, time, rate, { epsilon }) {
                memory.accumulator += gradient * gradient;
                return [rate / (Math.sqrt(memory.accumulator) + epsilon), gradient];
            },
        },
        {
            name: "sgd",
            title: "SGD, plain",
            options: {},
            keeps: [],
            rates: { valley: 0.07, saddle: 0.2, rare: 0.1, rotated: 0.07, noisy: 0.1 },
            step: (gradient, memory, time, rate) => [rate, gradient],
        },
        {
            name: "momentum",
            title: "SGD, momentum 0.9",
            options: { momentum: 0.9 },
            keeps: ["trace"],
            rates: { valley: 0.01, saddle: 0.05, rare: 0.02, rotated: 0.01, noisy: 0.02 },
            step(gradient, memory, time, rate, { momentum }) {
                memory.trace = momentum * memory.trace + gradient;
                return [rate, memory.trace];
            },
        },
        {
            name: "rmsprop",
            title: "RMSprop",
            options: { alpha: 0.99, epsilon: 1e-8 },
            keeps: ["accumulator"],
            rates: { valley: 0.05, saddle: 0.05, rare: 0.05, rotated: 0.05, noisy: 0.05 },
            step(gradient, memory, time, rate, { alpha, epsilon }) {
                memory.accumulator = alpha * memory.accumulator + (1 - alpha) * gradient * gradient;
                return [rate / (Math.sqrt(memory.accumulator) + epsilon), gradient];
            },
        },
        {
            name: "adam",
            title: "Adam",
            options: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
            keeps: ["accumulator", "trace"],
            rates: { valley: 0.2, saddle: 0.1, rare: 0.1, rotated: 0.2, noisy: 0.1 },
            step(gradient, memory, time, rate, { beta1, beta2, epsilon }) {
                memory.trace = beta1 * memory.trace + (1 - beta1) * gradient;
                memory.accumulator = beta2 * memory.accumulator + (1 - beta2) * gradient * gradient;
                const mean = memory.trace / (1 - beta1 ** time);
                const square = memory.accumulator / (1 - beta2 ** time);
                return [rate / (Math.sqrt(square) + epsilon), mean];
            },
        },
        {
            name: "adadelta",
            title: "Adadelta",
            options: { rho: 0.9, epsilon: 1e-6 },
            keeps: ["accumulator", "trace"],
            rates: { valley: 1, saddle: 1, rare: 1, rotated: 1, noisy: 1 },
            step(gradient, memory, time, rate, { rho, epsilon }) {
                memory.accumulator = rho * memory.accumulator + (1 - rho) * gradient * gradient;
                const factor = Math.sqrt(memory.trace + epsilon) / Math.sqrt(memory.accumulator + epsilon);
                memory.trace = rho * memory.trace + (1 - rho) * (factor * gradient) ** 2;
                return [rate * factor, gradient];
            },
        },
        {
            name: "adagrad-decay",
            title: "Adagrad, decaying",
            options: { epsilon: 1e-10, every: 10, factor: 0.5 },
            keeps: ["accumulator"],
            rates: { valley: 1, saddle: 0.2, rare: 0.5, rotated: 1, noisy: 0.5 },
            step(gradient, memory, time, rate, { epsilon, every, factor }) {
                memory.accumulator += gradient * gradient;
                const effective = rate / (Math.sqrt(memory.accumulator) + epsilon);
                if (time % every === 0) {
                    memory.accumulator *= factor;
                }
                return [effective, gradient];
            },
        },
    ];

    /** Beyond this a walk has no way back. */
    const FAR = 1e6;

    /** An optimizer's walk over a surface, with all that was so far. */
    walks.Walk = class {
        constructor(surface, optimizer, rate, start = surface.start, options = optimizer.options) {
            Object.assign(this, { surface, optimizer, rate, options });
            this.path = [[...start]];
            this.memories = start.map(() => ({ accumulator: 0, trace: 0 }));
            /** The rates of each step, by weight; none before the first. */
            this.rates = [null];
            this.accumulators = [this.accumulator];
        }

        /** Steps taken. */
        get steps() {
            return this.path.length - 1;
        }

        get place() {
            return this.path[this.steps];
        }

        get effective() {
            return this.rates[this.steps];
        }

        get loss() {
            return this.surface.value(this.place);
        }

        /** The accumulator of each weight; none where the optimizer has none. */
        get accumulator() {
            const keeps = this.optimizer.keeps.includes("accumulator");
            return keeps ? this.memories.map((memory) => memory.accumulator) : null;
        }

        /** Whether it has gone too far away to go on. */
        get isLost() {
            return !this.place.every((weight) => Math.abs(weight) < FAR);
        }

        /** What there is to tell of a step; of the last one, if the walk ended before. */
        at(step) {
            const known = Math.min(step, this.steps);
            return {
                step: known,
                place: this.path[known],
                loss: this.surface.value(this.path[known]),
                accumulator: this.accumulators[known],
                effective: this.rates[known],
                isLost: this.isLost && known === this.steps,
            };
        }

        advance() {
            const gradient = this.surface.gradient(this.steps, this.place);
            const time = this.steps + 1;
            const effective = [];
            const next = this.place.map((weight, i) => {
                const { rate, options } = this;
                const step = this.optimizer.step(gradient[i], this.memories[i], time, rate, options);
                const [multiplier, direction] = step;
                effective.push(multiplier);
                return weight - multiplier * direction;
            });
            this.path.push(next);
            this.rates.push(effective);
            this.accumulators.push(this.accumulator);
        }
    };
})((globalThis.lossWalks ??= {}));

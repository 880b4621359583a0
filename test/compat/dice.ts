/** Choices made by a list of numbers, so that a generator of numbers becomes a generator of anything. */
export class Dice {
  readonly #numbers: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** A number from 0 to below `sides`. */
  below(sides: number): number {
    return this.#numbers[this.#next++ % this.#numbers.length]! % sides;
  }

  one<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** Nine times of ten one of the first, if there is any. */
  mostly<T>(likely: readonly T[], all: readonly T[]): T {
    return likely.length > 0 && this.below(10) > 0 ? this.one(likely) : this.one(all);
  }

  /** Once in four times the one, else the other. */
  seldom<T>(make: () => T, otherwise: T): T {
    return this.below(4) === 0 ? make() : otherwise;
  }

  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let point = this.below(choices.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, choice] of choices) {
      if (point < weight) return choice;
      point -= weight;
    }
    return choices.at(-1)![1];
  }

  shuffled<T>(items: readonly T[]): T[] {
    const rest = [...items];
    return items.map(() => rest.splice(this.below(rest.length), 1)[0]!);
  }
}

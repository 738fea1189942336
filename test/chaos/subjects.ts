/** Whom each question is about: popular customers, strangers, and some who were erased. */
import { zipf } from '@segment-store/stack/zipf';

const STRANGER_SHARE = 0.05;
const ERASED_SHARE = 0.03;
/** One question in so many is about many customers. */
const BATCH_EACH = 25;
const BATCH = 10;

export class Subjects {
  readonly #customers: readonly string[];
  readonly #place: (chance: number) => number;
  readonly #erased: string[] = [];
  #drawn = 0;

  constructor(customers: readonly string[]) {
    this.#customers = customers;
    this.#place = zipf(customers.length);
  }

  /** From now on some questions are about them. */
  erase(customer: string): void {
    this.#erased.push(customer);
  }

  /** Of the next question. */
  next(): readonly string[] {
    this.#drawn++;
    return Array.from({ length: this.#drawn % BATCH_EACH === 0 ? BATCH : 1 }, () => this.#one());
  }

  #one(): string {
    const chance = Math.random();
    if (chance < STRANGER_SHARE) return `stranger-${this.#drawn}`;
    if (chance < STRANGER_SHARE + ERASED_SHARE && this.#erased.length > 0) {
      return this.#erased[Math.trunc(Math.random() * this.#erased.length)] ?? '';
    }
    return this.#customers[this.#place(Math.random())] ?? '';
  }
}

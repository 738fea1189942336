/** Writes what the server knows as it changes: a pin at once, answers every minute and at the end. */
import type { RunId } from '@segment-store/contract/id';
import type { Time } from '@segment-store/resilience/time';
import type { Erased } from '@segment-store/store/erased-list';
import type { Answer } from '../lookup/l1.ts';
import type { Pin } from '../lookup/pin.ts';
import type { StateDir } from './state-dir.ts';

export interface KeeperDeps {
  readonly dir: StateDir;
  readonly time: Time;
  /** What there is to keep of a generation. */
  answersOf(run: RunId): Iterable<Answer>;
  /** It could not be written; the server goes on. */
  onTrouble(error: unknown): void;
}

const ANSWERS_EVERY_MS = 60_000;

export class Keeper {
  readonly #deps: KeeperDeps;
  #pin: Pin | undefined;
  /** Written one after the other. */
  #writing: Promise<void> = Promise.resolve();
  #cancel: () => void;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#cancel = this.#soon();
  }

  /** What is pinned now. */
  see(pin: Pin | undefined): void {
    const before = this.#pin;
    this.#pin = pin;
    if (pin === undefined || pin === before || pin.isKept) return;
    const { dir } = this.#deps;
    const { reader, epoch, floor, withdrawnAt } = pin;
    if (withdrawnAt !== undefined) this.#write(() => dir.forgetPin());
    else this.#write(() => dir.keepPin({ generation: reader.generation, epoch, floor }, reader.catalogue));
  }

  /** Whom nobody who starts from here may answer for. */
  keepErased(erased: Erased): void {
    this.#write(() => this.#deps.dir.keepErased(erased));
  }

  async close(): Promise<void> {
    this.#cancel();
    this.#writeAnswers();
    await this.#writing;
    this.#deps.dir.close();
  }

  #soon(): () => void {
    return this.#deps.time.after(ANSWERS_EVERY_MS, () => {
      this.#writeAnswers();
      this.#cancel = this.#soon();
    });
  }

  #writeAnswers(): void {
    const { dir, answersOf } = this.#deps;
    const run = this.#pin?.reader.generation.run;
    if (run !== undefined) this.#write(() => dir.keepAnswers(run, answersOf(run)));
  }

  #write(write: () => Promise<void>): void {
    this.#writing = this.#writing.then(write).catch(this.#deps.onTrouble);
  }
}

/** Events → the figures of a run by name, for every renderer that shows figures: each name is written here, once. */
import type { CommandEvent, ErrorEvent, Figures, ItemEvent, ProgressEvent } from '../event.ts';

type Labels = Readonly<Record<string, string>>;

export interface Sample {
  /** Without the program's prefix; ends in its unit: `stage_seconds`. */
  readonly name: string;
  readonly help: string;
  readonly labels: Labels;
  readonly value: number;
}

export interface Samples {
  say(event: CommandEvent): void;
  /** The command has ended: `exit_code`, `end_time_seconds`. */
  end(): void;
  list(): readonly Sample[];
}

/** `wallClock` in milliseconds since 1970. */
export function createSamples(wallClock: () => number): Samples {
  const samples = new Map<string, Sample>();
  const set = (name: string, help: string, value: number, labels: Labels = {}) =>
    samples.set(JSON.stringify([name, labels]), { name, help, labels, value });
  const add = (name: string, help: string, value: number, labels: Labels = {}) =>
    set(name, help, value + (samples.get(JSON.stringify([name, labels]))?.value ?? 0), labels);
  let stage = { name: '', at: wallClock() };
  let ending: Pick<ErrorEvent, 'exitCode' | 'reason'> = { exitCode: 0 };
  const timeStage = () => {
    const now = wallClock();
    if (stage.name !== '')
      add('stage_seconds', 'Time spent in a stage.', (now - stage.at) / 1000, { stage: stage.name });
    stage = { ...stage, at: now };
  };
  set('start_time_seconds', 'When the command began.', wallClock() / 1000);
  return {
    say(event) {
      if (event.kind === 'stage') {
        timeStage();
        stage = { name: event.stage, at: wallClock() };
      } else if (event.kind === 'progress') setProgress(event, set);
      else if (event.kind === 'item') {
        setItem(event, add);
      } else if (event.kind === 'verdict') setVerdict(event, set);
      else if (event.kind === 'warning') add('warnings', 'Warnings.', 1);
      else if (event.kind === 'result') setResult(event.data, set);
      else if (event.kind === 'error') ending = event;
    },
    end() {
      timeStage();
      stage = { ...stage, name: '' };
      set(
        'end_time_seconds',
        'When the command ended; absent while it runs or when it was killed.',
        wallClock() / 1000,
      );
      const { exitCode, reason } = ending;
      set('exit_code', 'How the command ended; 0 is well.', exitCode);
      if (reason !== undefined) set('failure_info', 'Why the command did not end well.', 1, { reason });
    },
    list() {
      timeStage();
      return [...samples.values()];
    },
  };
}

type Set = (name: string, help: string, value: number, labels?: Labels) => void;

function setProgress(
  { stage, unit, done, total, perSecond, etaMs, bytes, rejected, figures }: ProgressEvent,
  set: Set,
) {
  const at = { stage };
  const things = snake(unit);
  set(`${things}_done`, `How many ${unit} are done.`, done, at);
  set(`${things}_expected`, `How many ${unit} there are.`, total, at);
  if (perSecond !== undefined) set(`${things}_per_second`, `How many ${unit} a second, lately.`, perSecond, at);
  if (etaMs !== undefined) set('remaining_seconds', 'Until the stage ends, at this rate.', etaMs / 1000, at);
  if (bytes !== undefined) set('bytes_done', 'How much of the input is read.', bytes.done, at);
  if (bytes?.total !== undefined) set('bytes_expected', 'How much input there is.', bytes.total, at);
  for (const [reason, count] of Object.entries(rejected ?? {})) {
    set(`${things}_rejected`, `How many ${unit} were rejected, by reason.`, count, { reason });
  }
  setFigures(figures ?? {}, '', (name, value) => set(name, 'A level of this moment.', value, at));
}

function setItem({ item, state, failure }: ItemEvent, add: Set): void {
  add('items', 'Parts and the like by what became of them.', 1, { item, state });
  if (failure === undefined) return;
  add('item_failures', 'Parts and the like that failed, by why.', 1, { item, code: failure.code });
}

function setVerdict({ gate, passed, overriddenBy }: Extract<CommandEvent, { kind: 'verdict' }>, set: Set): void {
  set('gate_passed', 'Whether a gate passed.', passed ? 1 : 0, { gate });
  set('gate_overridden', 'Whether a gate was overridden.', overriddenBy === undefined ? 0 : 1, { gate });
}

function setResult(data: Readonly<Record<string, unknown>>, set: Set): void {
  const help = 'Of the final report.';
  for (const [key, value] of Object.entries(data)) {
    if (typeof value === 'number') setFigures({ [key]: value }, 'result_', (name, figure) => set(name, help, figure));
    else if (typeof value === 'boolean') set(`result_${snake(key)}`, help, value ? 1 : 0);
    else if (isFigures(value)) {
      for (const [of, figure] of Object.entries(value)) set(`result_${snake(key)}`, help, figure, { of });
    }
  }
}

function isFigures(value: unknown): value is Figures {
  return typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'number');
}

/** Times leave in seconds, as everywhere in Prometheus. */
function setFigures(figures: Figures, prefix: string, set: (name: string, value: number) => void): void {
  for (const [key, value] of Object.entries(figures)) {
    if (key.endsWith('Ms')) set(`${prefix}${snake(key.slice(0, -2))}_seconds`, value / 1000);
    else set(`${prefix}${snake(key)}`, value);
  }
}

const snake = (text: string): string =>
  text.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll(/[^a-z0-9_]/g, '_');

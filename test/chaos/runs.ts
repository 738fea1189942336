/** Runs for ingestion: the first one, which was calculated from orders, turned ever further; written and announced. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createRunId, parseRunId, type RunId, runTime } from '@segment-store/contract/id';
import { type Member, parseMemberLine, printMember } from '@segment-store/contract/lines';
import { MANIFEST_KEY, type Manifest, type Part, parseManifest, printManifest } from '@segment-store/contract/manifest';
import type { Folder } from '@segment-store/folder/folder';
import { resumed } from '@segment-store/folder/resumed';
import { unlimited } from '@segment-store/resilience/operation';
import type { Recorder } from './record.ts';
import { Turned } from './turned.ts';

interface CalculatedRun {
  readonly manifest: Manifest;
  readonly members: readonly Member[];
  /** As it is in the folder. */
  readonly catalogue: Uint8Array;
}

interface RunsDeps {
  /** Every run has a folder in it. */
  readonly folder: Folder;
  readonly first: CalculatedRun;
  readonly recorder: Pick<Recorder, 'record'>;
  /** As S3 would; resolves once the queue has the message. */
  announce(manifestKey: string): Promise<void>;
}

/** As calculations write it: parts of NDJSON, compressed. */
export async function readRun(folder: Folder, run: RunId): Promise<CalculatedRun> {
  const manifest = parseManifest(await bytesOf(folder, `${run}/${MANIFEST_KEY}`));
  const parts = await Promise.all(manifest.parts.map(({ key }) => bytesOf(folder, `${run}/${key}`)));
  const lines = parts.flatMap((part) => gunzipSync(part).toString().split('\n').filter(Boolean));
  const members = lines.map((line) => parseMemberLine(Buffer.from(line)));
  return { manifest, members, catalogue: await bytesOf(folder, `${run}/${manifest.catalogue.key}`) };
}

export class Runs {
  readonly #deps: RunsDeps;
  readonly #turned: Turned;
  readonly #own = new Set<string>();
  /** Of those that calculations made. */
  readonly #known: Set<string>;
  #turn = 0;
  #newest: RunId;
  #last: Promise<RunId>;

  constructor(deps: RunsDeps) {
    const { run } = deps.first.manifest;
    this.#deps = deps;
    this.#turned = new Turned(deps.first.members);
    this.#known = new Set([run]);
    this.#newest = run;
    this.#last = Promise.resolve(run);
    deps.recorder.record({ what: 'made', run, turn: 0 });
  }

  get customers(): readonly string[] {
    return this.#turned.customers;
  }

  /** Of those that were announced. */
  get newest(): RunId {
    return this.#newest;
  }

  /** Makes and announces another run, one after the other; resolves once the queue has it. */
  next(): Promise<RunId> {
    this.#last = this.#last.catch(() => 'whoever asked for that one knows').then(() => this.#next());
    return this.#last;
  }

  /** The newest run that calculations have finished since then; what its lines are is known from now on. */
  async calculatedSince(time: Date): Promise<RunId | undefined> {
    const oldest = createRunId(time);
    let found: RunId | undefined;
    for await (const { key } of this.#deps.folder.list('', unlimited)) {
      const [name = '', file] = key.split('/');
      if (file !== MANIFEST_KEY || name < oldest || this.#own.has(name)) continue;
      found = parseRunId(name);
      if (!this.#known.has(found)) await this.#learn(found);
    }
    return found;
  }

  async #next(): Promise<RunId> {
    const { folder, recorder, announce } = this.#deps;
    const time = new Date(Math.max(Date.now(), runTime(this.#newest).getTime() + 1_000));
    const run = createRunId(time);
    const turn = ++this.#turn;
    this.#own.add(run);
    await this.#write(run, this.#turned.members(turn));
    recorder.record({ what: 'made', run, turn });
    await announce(`${new URL(folder.url).pathname.slice(1)}/${run}/${MANIFEST_KEY}`);
    recorder.record({ what: 'announced', run });
    this.#newest = run;
    return run;
  }

  /** The same orders until the same day: turn 0. Anything else is a run of which nobody knows what is right. */
  async #learn(run: RunId): Promise<void> {
    const { folder, first, recorder } = this.#deps;
    const { members } = await readRun(folder, run);
    if (text(members) !== text(first.members)) {
      throw new Error(`run ${run} has other lines than ${first.manifest.run}, of the same orders`);
    }
    this.#known.add(run);
    recorder.record({ what: 'made', run, turn: 0 });
  }

  async #write(run: RunId, members: readonly Member[]): Promise<void> {
    const { folder, first } = this.#deps;
    const { manifest, catalogue } = first;
    const put = (key: string, bytes: Uint8Array) => folder.write(`${run}/${key}`, Readable.from([bytes]), unlimited);
    const bytes = gzipSync(text(members));
    const part: Part = {
      key: 'members/part-00000.ndjson.gz',
      bytes: bytes.length,
      rows: members.length,
      memberships: members.reduce((sum, { segmentIds }) => sum + segmentIds.length, 0),
      sha256: createHash('sha256').update(bytes).digest('hex'),
    };
    await put(manifest.catalogue.key, catalogue);
    await put(part.key, bytes);
    const own = printManifest({ ...manifest, run, computedAt: runTime(run), parts: [part] });
    await put(MANIFEST_KEY, Buffer.from(own));
  }
}

const text = (members: readonly Member[]): string => members.map((member) => `${printMember(member)}\n`).join('');

async function bytesOf(folder: Folder, key: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of resumed(folder, await folder.info(key, unlimited), unlimited)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

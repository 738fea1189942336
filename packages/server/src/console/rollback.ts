/** Rolling back: what would change, and the form that does it. */
import { formatCount } from '@segment-store/cli/render/count';
import { isFailure } from '@segment-store/resilience/failure';
import { GENESIS, type Generation } from '@segment-store/store/store';
import { html } from 'hono/html';
import { storeUnavailable } from '../errors.ts';
import type { Held } from '../routes/generations.ts';
import { awaited } from '../routes/publishing.ts';
import { changes, outcome } from './changes.ts';
import type { ConsoleDeps, Html, Page, PageDeps, View, Visit } from './console.ts';
import { changeOf, formatAge, signedCount, time } from './figures.ts';
import { runLink } from './generation-facts.ts';
import { lookAt } from './generations.ts';
import { command, empty, notice, table } from './parts.ts';
import { sentence } from './problem.ts';
import { seeOther } from './see-other.ts';

export const rollbackPage: Page = async (visit, deps) => view(await lookAt(deps, visit), { visit, deps });

/** What the form of that page does. */
export const rollBack: Page = async (visit, deps) => {
  const { form } = visit;
  const look = await lookAt(deps, visit);
  const { run } = look.live.generation;
  const epoch = Number(form.get('epoch'));
  if (form.get('epoch') !== `${look.live.epoch}`) return view(look, { visit, deps, refusal: FASTER });
  if (form.get('run')?.trim() !== run)
    return view(look, {
      visit,
      deps,
      refusal: `Type ${run} to confirm: it is the generation that would be withdrawn.`,
    });
  try {
    const { generation } = await awaited(() => deps.store.publisher.rollBack(epoch));
    return seeOther(`/console/generations/${generation.run}?${new URLSearchParams({ withdrawn: run })}`);
  } catch (error) {
    return view(await lookAt(deps, visit), { visit, deps, refusal: refusalOf(error) });
  }
};

const FASTER = 'Something was published or rolled back since this page was opened. This is how it stands now.';

/** @throws ProblemError 503 for what may have been done */
function refusalOf(error: unknown): string {
  if (!isFailure(error)) throw error;
  if (error.code === 'FENCED') return FASTER;
  if (error.code === 'NOT_FOUND' || error.code === 'CONFLICT') return sentence(error.message);
  throw storeUnavailable(`the store did not say that it was done (${error.code}): look at the generations`);
}

interface Asked {
  readonly visit: Visit;
  readonly deps: PageDeps;
  readonly refusal?: string;
}

async function view(look: Held, { visit, deps, refusal }: Asked): Promise<View> {
  const { generation, epoch } = look.live;
  const target = targetOf(look);
  const body = html`<div class="title"><h1>Roll back</h1>${target && html`<p class="muted">withdraws ${generation.run}, brings ${target.run} back</p>`}</div>
    ${refusal !== undefined && notice('bad', 'Not rolled back', refusal)}
    ${target === undefined ? nowhere(look, deps) : await offer({ from: generation, to: target, epoch }, { visit, deps })}`;
  return { title: 'Roll back', section: 'rollback', body, ...(refusal !== undefined && { status: 409 }) };
}

/** The retired generation that was live last, as the store chooses it. */
function targetOf({ held }: Held): Generation | undefined {
  const retired = held.flatMap((one) => (one.state === 'retired' ? [one] : []));
  return retired.sort((one, other) => other.retiredAt.getTime() - one.retiredAt.getTime())[0];
}

function nowhere({ live }: Held, { console }: ConsoleDeps): Html {
  if (live.generation.run === GENESIS) return empty('Nothing is live yet', 'There is nothing to withdraw.');
  return empty(
    'There is no generation to go back to',
    html`<p>Only ${runLink(live.generation.run)} was ever live, or the ones before it were removed. Publish a corrected run:</p>
      ${command(`segment-ingest load <run-folder> ${console.storeFlags}`, 'Load a run')}`,
  );
}

interface Offer {
  readonly from: Generation;
  readonly to: Generation;
  readonly epoch: number;
}

async function offer({ from, to, epoch }: Offer, { visit, deps }: Asked): Promise<Html> {
  const seen = await effect(from, to, deps);
  return html`<div class="beside">
      <div>${counts(from, to, visit.now)}${seen.outcome}</div>
      <div class="act"><section><h2>What it does</h2>
        <ul>
          <li>Every server answers from ${runLink(to.run)} within ten seconds; no cache gives an answer of ${runLink(from.run)} after that.</li>
          <li>${runLink(from.run)} is withdrawn: it never comes back.</li>
          <li>Publishing is on hold until <code>segment-ingest unhold</code>.</li>
        </ul></section>
        ${visit.scopes.has('publish') ? form({ from, to, epoch }, visit) : mayNot(deps)}
      </div>
      <div>${seen.changes}</div>
    </div>
    <section class="terminal"><h2>In a terminal</h2>${command(`segment-ingest rollback ${deps.console.storeFlags}`, 'The same')}</section>`;
}

/** A catalogue that cannot be read may be why somebody is here: the way back stays open. */
async function effect(from: Generation, to: Generation, { effects }: PageDeps): Promise<Seen> {
  const words = { before: 'Now', after: 'After', appear: 'Back' };
  try {
    const found = await effects.of(from.run, to.run);
    return { outcome: outcome(found, words), changes: changes(found, words) };
  } catch (error) {
    if (!isFailure(error)) throw error;
    const why = `${sentence(error.message)} You can roll back all the same.`;
    return { outcome: notice('warn', 'What it does to each segment is not known', why), changes: html`` };
  }
}

type Seen = { readonly [Name in 'outcome' | 'changes']: Html };

const COLUMNS = [{ name: 'Figure' }, ...['Now', 'After', 'Change'].map((name) => ({ name, isNumber: true }))];

function counts(from: Generation, to: Generation, now: number): Html {
  const named = { Customers: 'members', Memberships: 'memberships', Segments: 'segments' } as const;
  const rows = Object.entries(named).map(([name, key]) => [
    name,
    formatCount(from[key]),
    formatCount(to[key]),
    html`${signedCount(to[key] - from[key])} <span class="share">${changeOf(to[key], from[key])}</span>`,
  ]);
  const [newer, older] = [from, to].map(({ computedAt }) => computedAt);
  const computed = [from, to].map(({ computedAt }) => html`${time(computedAt)}`);
  const back = newer && older ? `${formatAge(newer.getTime() - older.getTime())} back` : '';
  return table({
    caption: `Counts now and after, at ${new Date(now).toISOString().slice(0, 16)}`,
    columns: COLUMNS,
    rows: [...rows, ['Computed', ...computed, back]],
    width: 'narrow',
  });
}

function form({ from, to, epoch }: Offer, { token }: Visit): Html {
  return html`<form class="confirm" method="post" action="/console/rollback">
    <input type="hidden" name="epoch" value="${epoch}">
    ${token !== undefined && html`<input type="hidden" name="token" value="${token}">`}
    <label for="run">Type <code>${from.run}</code>, the generation that is withdrawn</label>
    <input id="run" name="run" autocomplete="off" spellcheck="false" required data-confirm="${from.run}">
    <button class="danger">Roll back to ${to.run}</button>
  </form>`;
}

function mayNot({ console }: ConsoleDeps): Html {
  return notice(
    'plain',
    'You may look, not roll back',
    html`It takes a key with the scope <code>publish</code>, or a terminal with access to the store (<code>${console.storeFlags}</code>). With such a key: sign out, then in again.`,
  );
}

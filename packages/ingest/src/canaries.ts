/** Customers whose segments are known from elsewhere: `{"<customer>": ["<segment>", …] | null}`, null for unknown. */
import { readFileSync } from 'node:fs';
import { type CustomerId, FormatError, isCustomerId, isSegmentId, type SegmentId } from '@segment-store/contract/id';
import { parseJson } from '@segment-store/contract/json';

export interface Canary {
  readonly customerId: CustomerId;
  /** Undefined: nobody the generation knows. */
  readonly segmentIds: readonly SegmentId[] | undefined;
}

/** @throws TypeError naming the file and, by its segments, the entry: customer ids stay out of logs */
export function readCanaries(path: string): readonly Canary[] {
  const canaries = Object.entries(readJson(path)).map(([customer, segments]) => canary(path, customer, segments));
  if (canaries.length > 0) return canaries;
  throw new TypeError(`--canaries ${path}: it names no customer`);
}

function canary(path: string, customer: string, segments: unknown): Canary {
  const shown = JSON.stringify(segments);
  if (!isCustomerId(customer))
    throw new TypeError(`--canaries ${path}: the customer of ${shown} has an id that is none`);
  if (segments === null) return { customerId: customer, segmentIds: undefined };
  if (Array.isArray(segments) && segments.every(isSegmentId)) return { customerId: customer, segmentIds: segments };
  throw new TypeError(`--canaries ${path}: ${shown} is neither a list of segment ids nor null`);
}

function readJson(path: string): object {
  const value = parsed(path);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new TypeError(`--canaries ${path}: expected a JSON object of customers`);
}

function parsed(path: string): unknown {
  try {
    return parseJson(readFileSync(path), 'the file');
  } catch (error) {
    if (error instanceof FormatError) {
      // What is wrong with it may quote a customer's id.
      throw new TypeError(`--canaries ${path}: not JSON that names each customer once`, { cause: error });
    }
    throw new TypeError(`--canaries ${path}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

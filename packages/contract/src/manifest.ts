/** `manifest.json`: written last, says what a run folder holds. */
import type { RunId } from './id.ts';

export interface Part {
  /** Relative to the run folder, unique, without `..`. */
  readonly key: string;
  readonly bytes: number;
  readonly rows: number;
  readonly memberships?: number;
  readonly etag?: string;
  readonly sha256?: string;
}

export interface Manifest {
  readonly run: RunId;
  readonly computedAt: Date;
  readonly layout: 'by-customer' | 'by-segment';
  readonly format: 'ndjson' | 'csv' | 'parquet';
  /** ISO 8601 duration: a live generation older than this is late. */
  readonly expectedEvery?: string;
  readonly parts: readonly Part[];
  readonly catalogue: Part;
  readonly totals: { readonly customers?: number; readonly memberships: number; readonly segments: number };
  readonly rejectedUpstream?: number;
  readonly producer: { readonly name: string; readonly version: string };
  /** SHA-256 of the manifest's bytes, hex: the identity of the run's content. */
  readonly hash: string;
}

/** The manifest's name in a run folder. */
export const MANIFEST_KEY = 'manifest.json';
/** @throws FormatError `malformed`, naming the key, its value and what was expected */
export declare function parseManifest(bytes: Uint8Array): Manifest;
/** Deterministic: equal manifests print equal bytes. */
export declare function printManifest(manifest: Omit<Manifest, 'hash'>): string;

/** The operations of openapi.yaml: where each is asked and what its caller must be allowed to do. */
import { type Scope, scopes } from './admission/admission.ts';
import { at, type Document, isObject, type Json } from './document.ts';

export interface DocumentedOperation {
  /** As Hono and the document write it: `get`. */
  readonly method: string;
  /** `/v1/segments/{segmentId}` */
  readonly template: string;
  /** Undefined: anybody may call it. */
  readonly scope: Scope | undefined;
}

/** By operation id. @throws TypeError for an operation whose security is not one scope of ours */
export function operationsOf({ root }: Document): ReadonlyMap<string, DocumentedOperation> {
  const paths = at(root, 'paths');
  const named = Object.entries(isObject(paths) ? paths : {}).flatMap(([template, item]) =>
    Object.entries(isObject(item) ? item : {}).flatMap(([method, operation]): [string, DocumentedOperation][] => {
      if (!isObject(operation) || typeof operation.operationId !== 'string') return [];
      const scope = scopeOf(operation.security ?? null, operation.operationId);
      return [[operation.operationId, { method, template, scope }]];
    }),
  );
  return new Map(named);
}

/** `[]`, or `[{ key: [scope] }]`: nothing is assumed of an operation that does not say what it needs. */
function scopeOf(security: Json, operationId: string): Scope | undefined {
  if (Array.isArray(security) && security.length === 0) return undefined;
  const key = at({ security: Array.isArray(security) ? (security[0] ?? null) : null }, 'security', 'key');
  const scope = scopes.find((one) => Array.isArray(key) && key.length === 1 && one === key[0]);
  if (scope !== undefined) return scope;
  throw new TypeError(
    `openapi.yaml: security of ${operationId} is neither [] nor a key with one of ${scopes.join(', ')}`,
  );
}

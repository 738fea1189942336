/**
 * What a server could do wrong, one fault a path, and the title under which Schemathesis tells of it. Three of its checks
 * have nothing to look at here: no operation creates what another reads, and all callers see the same.
 */

export interface Asked {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Fault {
  readonly title: string;
  /** As openapi.yaml has it. */
  readonly path: string;
  readonly finding: string;
  /** What the server is asked instead. */
  readonly asked?: (asked: Asked, key: string) => Asked;
  /** What the caller is answered instead. */
  readonly answered?: (answer: Answer) => Answer;
}

const refusal = {
  type: 'urn:segment-store:error:invalid-request',
  title: 'The request does not follow the contract',
  status: 400,
  detail: 'planted',
};

function withoutHeader({ headers, ...answer }: Answer, name: string): Answer {
  const { [name]: _, ...kept } = headers;
  return { ...answer, headers: kept };
}

const withHeader = <T extends Asked | Answer>(message: T, name: string, value: string): T => ({
  ...message,
  headers: { ...message.headers, [name]: value },
});

export const faults: readonly Fault[] = [
  {
    title: 'a member with another name',
    path: '/v1/customers/{customerId}/segments',
    finding: 'Response violates schema',
    answered: (answer) => ({ ...answer, body: answer.body.replace('"known"', '"knwon"') }),
  },
  {
    title: 'a header that is missing',
    path: '/v1/segments/{segmentId}',
    finding: 'Missing required response headers',
    answered: (answer) => withoutHeader(answer, 'segment-epoch'),
  },
  {
    title: 'a header that nobody declared',
    path: '/readyz',
    finding: 'Custom check failed: `declared_headers`',
    answered: (answer) => withHeader(answer, 'segment-debug', '1'),
  },
  {
    title: 'another media type',
    path: '/livez',
    finding: 'Undocumented Content-Type',
    answered: (answer) => withHeader(answer, 'content-type', 'text/html'),
  },
  {
    title: 'a server error',
    path: '/v1/lookups',
    finding: 'Server error',
    answered: (answer) => ({ ...answer, status: answer.status === 200 ? 500 : answer.status }),
  },
  {
    title: 'a problem with another status',
    path: '/v1/generations/{run}/publish',
    finding: 'Custom check failed: `true_status`',
    answered: (answer) => ({ ...answer, status: answer.status === 409 ? 412 : answer.status }),
  },
  {
    title: 'a limit that is not looked at',
    path: '/v1/segments',
    finding: 'Schema-violating request accepted',
    asked: (asked) => ({ ...asked, target: asked.target.replace(/limit=[^&]*/, '') }),
  },
  {
    title: 'a good request refused',
    path: '/v1/generations',
    finding: 'Schema-valid request rejected',
    answered: (answer) =>
      answer.status === 200
        ? { status: 400, headers: { 'content-type': 'application/problem+json' }, body: JSON.stringify(refusal) }
        : answer,
  },
  {
    title: 'a key that is not asked for',
    path: '/statusz',
    finding: 'API accepts requests without authentication',
    asked: (asked, key) => withHeader(asked, 'authorization', `Bearer ${key}`),
  },
  {
    title: 'a precondition that is not asked for',
    path: '/v1/generations/rollback',
    finding: 'Missing required header accepted',
    asked: (asked) => withHeader(asked, 'if-match', asked.headers['if-match'] ?? '"7"'),
  },
  {
    title: 'a method of nobody taken',
    path: '/startupz',
    finding: 'Wrong response to undeclared method',
    asked: (asked) => ({ ...asked, method: 'GET' }),
  },
  {
    title: 'methods that are none of its own',
    path: '/metrics',
    finding: 'Allow header mismatch',
    answered: (answer) => (answer.status === 405 ? withHeader(answer, 'allow', 'GET, PUT') : answer),
  },
];

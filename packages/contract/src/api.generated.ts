/** Generated from openapi.yaml by `npm run generate`. */
export interface paths {
    readonly "/livez": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Whether the process answers; touches nothing else */
        readonly get: operations["getLiveness"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/metrics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Figures of this server, of all its workers together, as Prometheus reads them
         * @description Routes appear as this document has them, callers as their class: no id is in any label. With `--ops-port` the same
         *     is answered there without a key.
         */
        readonly get: operations["getMetrics"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/openapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** This document */
        readonly get: operations["getDocument"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/readyz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Whether the server serves a generation and is not about to stop
         * @description It stays ready while the store is down, so that one shared fault does not remove every server; not with nothing left
         *     to serve, as after a roll back to a generation that does not open.
         */
        readonly get: operations["getReadiness"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/reference": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** This document, as a page */
        readonly get: operations["getReference"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/startupz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Whether the server has started
         * @description It has once it answers from a generation, or the store has said that none is published yet; from then on it stays so.
         */
        readonly get: operations["getStartup"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/statusz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * What this process answers from, and how it fares
         * @description Of one process; where a server has several workers, whichever took the request.
         */
        readonly get: operations["getStatus"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/customers/{customerId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * Erases a customer
         * @description The customer is deleted from every generation the store keeps and left out of every load to come; who was never
         *     seen, too. Once answered, this server answers as for a customer never seen, the others within 10 seconds. What
         *     clients keep in caches and snapshots of their own ends within 24 hours. Run folders are not touched.
         *
         *     Safe to repeat. A 503 means that it may not be done everywhere yet: send it again.
         */
        readonly delete: operations["eraseCustomer"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/customers/{customerId}/segments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The segments a customer is in
         * @description A customer the service has never seen is no error: 200, `known` false. A repeated filter parameter means OR,
         *     different ones mean AND; a segment without the attribute does not match.
         *
         *     Complement segments ("not in B, within U") are rules, and there may be very many. They are answered with a filter by
         *     store, category, city or country, and with `include`; else they are left out and `complete` is false. A question
         *     that more than 2,000 of them fit is 422, whoever the customer is.
         */
        readonly get: operations["getCustomerSegments"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/customers/{customerId}/segments/{segmentId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Whether a customer is in one segment
         * @description Complement segments, too. A segment the generation does not have is 404 `unknown-segment`.
         */
        readonly get: operations["getMembership"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/experiments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The experiments, and the hold-out of all of them */
        readonly get: operations["getExperiments"];
        /**
         * Writes the experiments and the hold-out of all of them
         * @description The whole of them, at once. 409 `conflict`: two variants of an experiment have one name. 412 `conflict`: another
         *     version is there than `If-Match` names. A 503 leaves open whether it was done.
         */
        readonly put: operations["putExperiments"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/generations": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The generations the store holds, newest first */
        readonly get: operations["listGenerations"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/generations/{run}/publish": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Makes a sealed generation live
         * @description For a person who has judged it: no gate is asked, which is recorded with the generation, and by whom. A generation
         *     that gates shall judge is published by `segment-ingest publish`. Every server answers from it within 10 seconds.
         *
         *     409 `conflict`: a roll back holds publishing, a newer run is live, or the generation is not sealed; `detail` says the
         *     way out. 412 `conflict`: another epoch is live than `If-Match` names. A 503 leaves open whether it was done.
         */
        readonly post: operations["publishGeneration"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/generations/rollback": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Makes the generation before live again
         * @description The newest retired generation goes live, the live one is withdrawn: within 10 seconds no server answers from it. Then
         *     publishing is on hold until `segment-ingest unhold`.
         *
         *     409 `conflict`: there is no retired generation. 412 `conflict`: another epoch is live than `If-Match` names. A 503
         *     leaves open whether it was done.
         */
        readonly post: operations["rollBack"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/lookups": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * The segments of up to 100 customers
         * @description Reads only; safe to repeat. Items come in the order asked, duplicates kept, each with its own status and, when it
         *     succeeded, its own generation. One bad item never fails the rest. Complement segments are answered or left out as
         *     for one customer; too many are 422 for the whole request. Against the caller's rate it counts as one request a
         *     customer.
         */
        readonly post: operations["lookupMany"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/rollout-rules": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * What is open for whom now, and who is compared with whom
         * @description What `/rollout` of the SDK decides by, and may ask for as often as it likes: the answer comes from memory, at most
         *     2 seconds behind the database, and while the database is away as it was. A rollout is a gate: of a planned one, and
         *     of one rolled back to nothing, no stage is open.
         */
        readonly get: operations["getRolloutRules"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/rollouts": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The rollouts, by name */
        readonly get: operations["listRollouts"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/rollouts/{rollout}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * One rollout, and how far it is
         * @description 404 `invalid-request`: there is no such rollout, or this server keeps none (`--database`).
         */
        readonly get: operations["getRollout"];
        /**
         * Writes the ladder of a rollout
         * @description A new rollout is planned: nothing of it is open. Of one that has begun, the stages that are open keep their names,
         *     places and percents (409 `conflict`: roll back first), everything else may change; sign-offs are asked for anew.
         *
         *     404 `invalid-request`: this server keeps no rollouts (`--database`). 409 `conflict`: two stages have one name.
         *     412 `conflict`: another version is there than `If-Match` names. A 503 leaves open whether it was done.
         */
        readonly put: operations["putRollout"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/rollouts/{rollout}/steps": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Who did what to a rollout, oldest first
         * @description Entries are only ever added; each carries a hash over itself and the entry before it, of whichever rollout. `intact`
         *     says whether the whole chain still fits.
         */
        readonly get: operations["listRolloutSteps"];
        readonly put?: never;
        /**
         * Signs off, advances, halts, resumes or rolls back a rollout
         * @description `sign-off`: the caller agrees that the next stage opens. `advance`: it opens; not before as many different callers
         *     have signed off as it asks for, and not while the rollout is halted. `halt`: what is open stays open, nothing more
         *     opens. `resume`: a halted rollout may go on. `roll-back`: the stages above `to` close, without `to` all of them, and
         *     the rollout is halted. Servers and clients follow within their own refresh times.
         *
         *     409 `conflict`: the rollout is not where this step begins; `detail` says the way out. 412 `conflict`: another version
         *     is there than `If-Match` names. A 503 leaves open whether it was done.
         */
        readonly post: operations["stepRollout"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/segments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The catalogue of the served generation, by id
         * @description Filters mean what they mean for a customer. A cursor belongs to one generation: after a publish or roll back it is
         *     answered 409 `conflict`, and the list starts again without a cursor.
         */
        readonly get: operations["listSegments"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/segments/{segmentId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One segment of the served generation */
        readonly get: operations["getSegment"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/segments/{segmentId}/members": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Everybody in a segment
         * @description One JSON object a line, each customer once, in no order, from the generation that the headers name, to its end: a
         *     publish meanwhile changes nothing, a roll back of this generation breaks the stream. A list is whole when the body
         *     ends as HTTP says; where the store fails on the way, the connection is reset. Read it steadily: after 60 seconds
         *     without any taking the stream is broken, too.
         *
         *     422 `invalid-request` for a complement segment: its members are a rule, not a list.
         */
        readonly get: operations["listMembers"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description While a stage is held, what is open is compared with a baseline of about equal size. Queries count since the stage
         *     opened: `$window` in them stands for how long that is, as in `increase(checkout_requests_total[$window])`.
         */
        readonly Analysis: {
            readonly baseline: components["schemas"]["Arm"];
            readonly candidate: components["schemas"]["Arm"];
            /** @description Default PT60S */
            readonly every?: components["schemas"]["StageDuration"];
            /** @description Bad verdicts of a stage before it is rolled back: one more than this; default 0 */
            readonly failureLimit?: number;
            /** @description Verdicts in a row that could not be found out before the rollout is halted; default 1440 */
            readonly inconclusiveLimit?: number;
            /** @description Of each of the two, for a verdict; default 30000 */
            readonly minRequests?: number;
        };
        readonly Arm: {
            readonly errors: components["schemas"]["PromQuery"];
            readonly requests: components["schemas"]["PromQuery"];
        };
        /** @description A query of Prometheus whose one sample must be within its bounds, one or both; no sample is no answer */
        readonly Check: {
            readonly max?: number;
            readonly min?: number;
            readonly name: components["schemas"]["RuleName"];
            readonly query: components["schemas"]["PromQuery"];
        } & ({
            readonly min: number;
        } | {
            readonly max: number;
        });
        readonly Checks: readonly components["schemas"]["Check"][];
        /**
         * @description 1–512 bytes of UTF-8 (the length here counts characters), without C0, DEL and C1 control characters and lone surrogates,
         *     not `.` or `..`.
         */
        readonly CustomerId: string;
        readonly CustomerSegments: {
            /** @description False: complement segments that fit the question were left out */
            readonly complete: boolean;
            /**
             * Format: date-time
             * @description Wall clock of the calculation
             */
            readonly computedAt: string;
            readonly customerId: components["schemas"]["CustomerId"];
            readonly generation: components["schemas"]["RunId"];
            /** @description False: the generation has no such customer */
            readonly known: boolean;
            /** @description Complement segments, by id, behind the others */
            readonly segmentIds: readonly components["schemas"]["SegmentId"][];
            /** @description With `view=full`, in the order of `segmentIds` */
            readonly segments?: readonly components["schemas"]["SegmentSummary"][];
        };
        readonly ErasureReceipt: {
            /** Format: date-time */
            readonly at: string;
            /** @description Those that the customer was looked for in */
            readonly generations: readonly {
                /** @description Documents */
                readonly deleted: number;
                readonly run: components["schemas"]["RunId"];
                /**
                 * @description `building`: nothing is deleted yet, the customer goes before anybody can read it
                 * @enum {string}
                 */
                readonly state: "building" | "sealed" | "live" | "retired" | "withdrawn";
            }[];
            /** @description 0 for a customer who was erased before */
            readonly recorded: number;
        };
        /** @description Variants compared among the members of a segment */
        readonly Experiment: {
            /** @description Of those, who are left alone; default 0 */
            readonly holdOut?: components["schemas"]["Percent"];
            /** @description Of the members, who take part; default 100 */
            readonly percent?: components["schemas"]["Percent"];
            /** @description Default: the name of the experiment */
            readonly salt?: components["schemas"]["RuleName"];
            readonly segment: components["schemas"]["SegmentId"];
            /** @description Each has a name of its own */
            readonly variants: readonly components["schemas"]["Variant"][];
        };
        readonly Experiments: {
            readonly [key: string]: components["schemas"]["Experiment"];
        };
        readonly ExperimentSet: {
            readonly experiments?: components["schemas"]["Experiments"];
            readonly holdOut?: components["schemas"]["HoldOut"];
        };
        readonly ExperimentsOfVersion: {
            readonly experiments: components["schemas"]["Experiments"];
            readonly holdOut?: components["schemas"]["HoldOut"];
            readonly version: number;
        };
        /** @description As the query parameters of the same names */
        readonly Filter: {
            readonly category?: components["schemas"]["FilterValues"];
            readonly city?: components["schemas"]["FilterValues"];
            readonly country?: components["schemas"]["FilterValues"];
            readonly store?: components["schemas"]["FilterValues"];
            readonly type?: components["schemas"]["FilterValues"];
        };
        readonly FilterValues: readonly string[];
        /** @description Open for whom any stage opens it */
        readonly Gate: {
            /** @description Default: the name of the gate */
            readonly salt?: components["schemas"]["RuleName"];
            readonly stages: readonly components["schemas"]["GateStage"][];
        };
        /** @description A part of the customers in a place; without cities and countries everywhere */
        readonly GateStage: {
            readonly cities?: components["schemas"]["Places"];
            readonly countries?: components["schemas"]["Places"];
            readonly percent: components["schemas"]["Percent"];
        };
        readonly Generation: {
            /** Format: date-time */
            readonly computedAt: string;
            /** @description ISO 8601 duration: a live generation older than this is late */
            readonly expectedEvery?: string;
            readonly members: number;
            readonly memberships: number;
            /**
             * Format: date-time
             * @description With `live`
             */
            readonly publishedAt?: string;
            /**
             * Format: date-time
             * @description With `retired` and `withdrawn`
             */
            readonly retiredAt?: string;
            readonly run: components["schemas"]["RunId"];
            readonly segments: number;
            /** @enum {string} */
            readonly state: "building" | "sealed" | "live" | "retired" | "withdrawn";
        };
        readonly GenerationList: {
            readonly generations: readonly components["schemas"]["Generation"][];
            /**
             * Format: date-time
             * @description Since when a roll back holds publishing
             */
            readonly heldSince?: string;
            /** @description What the store says is live; servers follow within 10 seconds */
            readonly live: {
                readonly epoch: number;
                readonly floor: number;
                /** @description Absent before the first publish */
                readonly generation?: components["schemas"]["RunId"];
            };
            /** @description What this server answers from; absent before the first publish */
            readonly served?: {
                readonly epoch: number;
                readonly floor: number;
                readonly generation: components["schemas"]["RunId"];
            };
        };
        /** @description Customers held out of every experiment */
        readonly HoldOut: {
            readonly percent: components["schemas"]["Percent"];
            /** @description Default: `hold-out` */
            readonly salt?: components["schemas"]["RuleName"];
        };
        /** @enum {string} */
        readonly Included: "complements";
        /** @description How something opens, from the first city to everywhere */
        readonly Ladder: {
            readonly analysis?: components["schemas"]["Analysis"];
            /** @description Whom to ask */
            readonly owner: string;
            /** @description Default: the name of the rollout */
            readonly salt?: components["schemas"]["RuleName"];
            /** @description In the order in which they open; each has a name of its own */
            readonly stages: readonly components["schemas"]["LadderStage"][];
        };
        readonly LadderStage: {
            readonly cities?: components["schemas"]["Places"];
            readonly countries?: components["schemas"]["Places"];
            /** @description Asked again and again while it is held; one that fails closes it */
            readonly during?: components["schemas"]["Checks"];
            /** @description All pass before it opens */
            readonly entry?: components["schemas"]["Checks"];
            /** @description All pass before the next one opens */
            readonly exit?: components["schemas"]["Checks"];
            /** @description How long it is watched before the next one opens */
            readonly hold: components["schemas"]["StageDuration"];
            readonly name: components["schemas"]["RuleName"];
            /** @description Whom to ask; default: that of the ladder */
            readonly owner?: string;
            readonly percent: components["schemas"]["Percent"];
            /** @description Different callers who must agree before it opens; default 0 */
            readonly signOffs?: number;
        };
        /** @description What the store says is live */
        readonly Live: {
            /** @description Raised by every publish and roll back */
            readonly epoch: number;
            /** @description The oldest epoch whose answers may still be used anywhere */
            readonly floor: number;
            readonly generation: components["schemas"]["Generation"];
        };
        readonly Liveness: {
            /** @constant */
            readonly status: "live";
        };
        readonly LookupAnswer: components["schemas"]["CustomerSegments"] & {
            /** @constant */
            readonly status: 200;
        };
        readonly LookupFailure: {
            /** @description As it was asked */
            readonly customerId: string;
            readonly error: components["schemas"]["Problem"];
            /** @enum {integer} */
            readonly status: 400 | 500 | 503;
        };
        readonly LookupRequest: {
            /** @description A bad id fails its own item only (400 `invalid-id`) */
            readonly customerIds: readonly string[];
            readonly filter?: components["schemas"]["Filter"];
            readonly include?: components["schemas"]["Included"];
        };
        readonly LookupResponse: {
            readonly items: readonly (components["schemas"]["LookupAnswer"] | components["schemas"]["LookupFailure"])[];
        };
        /** @description One line */
        readonly MemberLine: {
            readonly customerId: components["schemas"]["CustomerId"];
        };
        readonly Membership: {
            /** Format: date-time */
            readonly computedAt: string;
            readonly customerId: components["schemas"]["CustomerId"];
            readonly generation: components["schemas"]["RunId"];
            readonly known: boolean;
            readonly member: boolean;
            readonly segmentId: components["schemas"]["SegmentId"];
        };
        /** @description At most two decimals */
        readonly Percent: number;
        readonly Places: readonly string[];
        readonly Problem: {
            /** @description What was wrong with this request and what to do; never a customer id */
            readonly detail: string;
            readonly status: number;
            /** @description The same for every problem of a type */
            readonly title: string;
            readonly type: components["schemas"]["ProblemType"];
        };
        /** @enum {string} */
        readonly ProblemType: "urn:segment-store:error:invalid-request" | "urn:segment-store:error:invalid-id" | "urn:segment-store:error:unauthorized" | "urn:segment-store:error:forbidden" | "urn:segment-store:error:unknown-segment" | "urn:segment-store:error:conflict" | "urn:segment-store:error:rate-limited" | "urn:segment-store:error:overloaded" | "urn:segment-store:error:deadline" | "urn:segment-store:error:store-unavailable" | "urn:segment-store:error:internal";
        /** @example sum(rate(checkout_errors_total{arm="candidate"}[5m])) */
        readonly PromQuery: string;
        readonly Readiness: {
            readonly detail?: string;
            readonly generation?: components["schemas"]["RunId"];
            /**
             * @description `serving` and `switching` (opening the next generation) are ready; `starting` has nothing to answer from, not yet
             *     or not any more
             * @enum {string}
             */
            readonly status: "starting" | "serving" | "switching" | "draining";
        };
        readonly Rollout: {
            readonly ladder: components["schemas"]["Ladder"];
            readonly name: components["schemas"]["RuleName"];
            /** @description The stage that would open next; absent where there is none */
            readonly next?: {
                readonly signOffsMissing: number;
                readonly stage: components["schemas"]["RuleName"];
            };
            /**
             * Format: date-time
             * @description When `state` or `stage` last changed
             */
            readonly since: string;
            /** @description The highest that is open; absent while none is */
            readonly stage?: components["schemas"]["RuleName"];
            /**
             * @description `planned`: nothing was opened yet; `halted`: nothing more opens until it is resumed
             * @enum {string}
             */
            readonly state: "planned" | "open" | "halted";
            /** @description Raised by every change; for `If-Match` */
            readonly version: number;
            /** @description With `halted` */
            readonly why?: string;
        };
        readonly RolloutList: {
            readonly rollouts: readonly components["schemas"]["Rollout"][];
        };
        /** @description What `/rollout` of the SDK takes as `rules` */
        readonly RolloutRules: {
            readonly experiments?: components["schemas"]["Experiments"];
            readonly gates?: {
                readonly [key: string]: components["schemas"]["Gate"];
            };
            readonly holdOut?: components["schemas"]["HoldOut"];
            /** @description Told with every exposure */
            readonly version: string;
        };
        readonly RolloutStep: {
            /** @enum {string} */
            readonly action: "sign-off" | "advance" | "halt" | "resume" | "roll-back";
            /** @description For whoever reads the entries later; no customer ids */
            readonly reason: string;
            /**
             * @description The stage this is about. Of `roll-back`: the highest that stays open; without it none does. Of the others: the one
             *     the caller expects (409 for another); may be left out
             */
            readonly to?: components["schemas"]["RuleName"];
        };
        readonly RolloutSteps: {
            readonly intact: boolean;
            readonly steps: readonly {
                /** @enum {string} */
                readonly action: "put" | "sign-off" | "advance" | "halt" | "resume" | "roll-back";
                /** Format: date-time */
                readonly at: string;
                /** @description The id of a key, or the subject of a token after `jwt:` */
                readonly by: string;
                readonly hash: string;
                readonly reason?: string;
                readonly to?: components["schemas"]["RuleName"];
                readonly version: number;
            }[];
        };
        /** @description Of a rollout, which is a gate; of a stage, an experiment, a variant, a salt */
        readonly RuleName: string;
        /**
         * @description Sorts by time and names its generation
         * @example 20260914t031500z
         */
        readonly RunId: string;
        readonly Segment: components["schemas"]["SegmentSummary"] & {
            /**
             * Format: date-time
             * @description Data time: the calculation saw the orders before this instant
             */
            readonly asOf: string;
            /** @description Of a complement segment, with `universe`. In it is who is in the universe and not in this segment. */
            readonly complementOf?: components["schemas"]["SegmentId"];
            readonly definition?: string;
            readonly definitionVersion?: string;
            /** @description Customers in the segment; with `universe` "everyone" those of them that the generation knows */
            readonly size: number;
            /** @description The id of a segment; `known`: every customer the generation knows; `everyone`: customers never seen, too */
            readonly universe?: string;
        };
        /** @example recurrent:store:17 */
        readonly SegmentId: string;
        readonly SegmentOfGeneration: components["schemas"]["Segment"] & {
            /** Format: date-time */
            readonly computedAt: string;
            readonly generation: components["schemas"]["RunId"];
        };
        readonly SegmentPage: {
            /** Format: date-time */
            readonly computedAt: string;
            readonly generation: components["schemas"]["RunId"];
            /** @description Absent on the last page */
            readonly nextCursor?: string;
            readonly segments: readonly components["schemas"]["Segment"][];
        };
        readonly SegmentSummary: {
            readonly attributes: {
                readonly [key: string]: string;
            };
            readonly id: components["schemas"]["SegmentId"];
            readonly name: string;
            readonly type: string;
        };
        /**
         * @description ISO 8601, of weeks and below
         * @example PT24H
         */
        readonly StageDuration: string;
        readonly Startup: {
            readonly detail?: string;
            /** @enum {string} */
            readonly status: "starting" | "started";
        };
        readonly Status: {
            /** @description By dependency; `open` means that it is not asked */
            readonly breakers: {
                readonly [key: string]: "closed" | "half-open" | "open";
            };
            readonly build: {
                readonly node: string;
                /** Format: date-time */
                readonly startedAt: string;
                readonly version: string;
                /** @description Its place among the workers of this server */
                readonly worker?: number;
            };
            /** @description Where answers were looked for since the start, and what was found there */
            readonly caches: readonly {
                readonly count: number;
                readonly result: string;
                readonly tier: string;
            }[];
            readonly detail?: string;
            /** @description As far as this process knows */
            readonly erasedCustomers: number;
            /** @description Absent while nothing is */
            readonly served?: {
                /** @description Since the calculation */
                readonly ageSeconds: number;
                /** Format: date-time */
                readonly computedAt: string;
                readonly epoch: number;
                readonly floor: number;
                readonly generation: components["schemas"]["RunId"];
                /** @description From the state directory: the store was not reached since the start */
                readonly kept: boolean;
                /** @description Older than `expectedEvery` of its run allows */
                readonly late: boolean;
            };
            /** @description Requests refused since the start, before they cost anything */
            readonly shed: readonly {
                readonly class: string;
                readonly count: number;
                readonly reason: string;
            }[];
            /** @enum {string} */
            readonly status: "starting" | "serving" | "switching" | "draining";
        };
        readonly Variant: {
            readonly name: components["schemas"]["RuleName"];
            /** @description Its part of the sum of all weights */
            readonly weight: number;
        };
    };
    responses: {
        /** @description The caller holds this answer already */
        readonly NotModified: {
            headers: {
                readonly Age: components["headers"]["Age"];
                readonly "Cache-Control": components["headers"]["Cache-Control"];
                readonly "Cache-Status": components["headers"]["Cache-Status"];
                readonly ETag: components["headers"]["ETag"];
                readonly "Segment-Epoch": components["headers"]["Segment-Epoch"];
                readonly "Segment-Epoch-Floor": components["headers"]["Segment-Epoch-Floor"];
                readonly "Segment-Generation": components["headers"]["Segment-Generation"];
                readonly "Segment-Stale": components["headers"]["Segment-Stale"];
                readonly "Server-Timing": components["headers"]["Server-Timing"];
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /**
         * @description 400 `invalid-request`, `invalid-id` · 401 `unauthorized` · 403 `forbidden`, 421 `forbidden` (a host this server
         *     does not answer for) · 404 `invalid-request` (no such path, no such generation, no such rollout) ·
         *     405, 408, 411, 413, 415, 417, 422, 428, 431 `invalid-request` · 409, 412 `conflict` · 429 `rate-limited` ·
         *     500 `internal` · 503 `store-unavailable`, `overloaded`, `deadline`
         */
        readonly Problem: {
            headers: {
                readonly Allow: components["headers"]["Allow"];
                readonly "Cache-Control": components["headers"]["No-Store"];
                readonly RateLimit: components["headers"]["RateLimit"];
                readonly "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                readonly "Retry-After": components["headers"]["Retry-After"];
                readonly "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `unknown-segment`: the generation that the headers name has no such segment */
        readonly UnknownSegment: {
            headers: {
                readonly "Cache-Control": components["headers"]["No-Store"];
                readonly "Segment-Epoch": components["headers"]["Segment-Epoch"];
                readonly "Segment-Epoch-Floor": components["headers"]["Segment-Epoch-Floor"];
                readonly "Segment-Generation": components["headers"]["Segment-Generation"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description Only segments with this attribute `category` */
        readonly Category: components["schemas"]["FilterValues"];
        /** @description Only segments with this attribute `city` */
        readonly City: components["schemas"]["FilterValues"];
        /** @description Only segments with this attribute `country` */
        readonly Country: components["schemas"]["FilterValues"];
        /**
         * @description Percent-encoded UTF-8. Never normalised.
         * @example 17850
         */
        readonly CustomerId: components["schemas"]["CustomerId"];
        /**
         * @description The epoch that the caller judged, in quotes; `GET /v1/generations` says it as `live.epoch`. Missing: 428; another
         *     form: 400; another epoch is live: 412
         * @example "7"
         */
        readonly IfMatch: string;
        /**
         * @description The version that the caller judged, in quotes, as it is in `version` and in `ETag`; `"0"` for what is not there yet.
         *     Missing: 428; another form: 400; another version is there: 412
         */
        readonly IfMatchVersion: string;
        /** @description ETags the caller holds; one that still fits is answered 304 */
        readonly IfNoneMatch: string;
        /** @description `complements`: complement segments, too, without a filter by attribute */
        readonly Include: components["schemas"]["Included"];
        /**
         * @description How long the caller waits. What is not in a cache and could not be answered in time is refused at once, 503
         *     `deadline`; after this time the store is not asked any more
         */
        readonly RequestTimeout: number;
        /** @example new-checkout */
        readonly Rollout: components["schemas"]["RuleName"];
        readonly Run: components["schemas"]["RunId"];
        /** @example recurrent:store:17 */
        readonly SegmentId: components["schemas"]["SegmentId"];
        /** @description Only segments with this attribute `store` */
        readonly Store: components["schemas"]["FilterValues"];
        /** @description Only segments of this type */
        readonly Type: components["schemas"]["FilterValues"];
        /** @description `full` adds what the catalogue says of each segment */
        readonly View: "ids" | "full";
    };
    requestBodies: never;
    headers: {
        /**
         * @description Whole seconds since the answer was read from the store into this server's cache; 0 for one just read. It is valid as
         *     long as the server answers from its generation, so age alone does not make it stale.
         */
        readonly Age: number;
        /** @description The methods this path answers; with 405 */
        readonly Allow: string;
        readonly "Cache-Control": "private, max-age=60, stale-while-revalidate=600, stale-if-error=86400";
        /** @description What the server's cache did (RFC 9211) */
        readonly "Cache-Status": string;
        /** @description Digest of the body */
        readonly ETag: string;
        /** @description To be kept only for revalidation */
        readonly "No-Cache": "private, no-cache";
        /** @description Not to be kept */
        readonly "No-Store": "no-store";
        /** @description With `rate-limited`, that none is left, and in how many seconds there is one again */
        readonly RateLimit: string;
        /** @description With `rate-limited`, how many requests a second the credentials may make */
        readonly "RateLimit-Policy": string;
        /** @description Whole seconds to wait before trying this server again; with `overloaded` and `rate-limited` */
        readonly "Retry-After": number;
        /**
         * @description The epoch in which the generation of the answer went live, the last time it did. Every publish and roll back raises
         *     the epoch. An answer of an epoch below `Segment-Epoch-Floor` is of a withdrawn generation and must not be used.
         */
        readonly "Segment-Epoch": number;
        /**
         * @description The oldest epoch whose answers may still be used anywhere, as far as this server knows now; answers kept from older
         *     ones must be dropped.
         */
        readonly "Segment-Epoch-Floor": number;
        /** @description The generation the answer came from; for lookups, all items that succeeded */
        readonly "Segment-Generation": components["schemas"]["RunId"];
        /** @description `?1` when the server answers from a newer generation by now */
        readonly "Segment-Stale": "?1";
        readonly "Server-Timing": string;
        /** @description The version, in quotes, for `If-Match` */
        readonly "Version-ETag": string;
        /**
         * @description With `unauthorized`, and with `forbidden` where other credentials would do: `error` says which it is, `scope` what
         *     is needed (RFC 6750)
         */
        readonly "WWW-Authenticate": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly getLiveness: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It does */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Liveness"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getMetrics: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Prometheus text format */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; version=0.0.4; charset=utf-8": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getDocument: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description This document, as JSON */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Cache"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly info: Record<string, never>;
                        readonly openapi: string;
                        readonly paths: Record<string, never>;
                    };
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getReadiness: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Send requests */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description Send none */
            readonly 503: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Readiness"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getReference: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page that needs no script */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Cache"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html; charset=utf-8": string;
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getStartup: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It has */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Startup"];
                };
            };
            /** @description Not yet; `detail` says what it waits for */
            readonly 503: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Startup"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getStatus: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description As of now */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Status"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly eraseCustomer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description Percent-encoded UTF-8. Never normalised.
                 * @example 17850
                 */
                readonly customerId: components["parameters"]["CustomerId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A receipt, without the id */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErasureReceipt"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getCustomerSegments: {
        readonly parameters: {
            readonly query?: {
                /** @description Only segments with this attribute `category` */
                readonly category?: components["parameters"]["Category"];
                /** @description Only segments with this attribute `city` */
                readonly city?: components["parameters"]["City"];
                /** @description Only segments with this attribute `country` */
                readonly country?: components["parameters"]["Country"];
                /** @description `complements`: complement segments, too, without a filter by attribute */
                readonly include?: components["parameters"]["Include"];
                /** @description Only segments with this attribute `store` */
                readonly store?: components["parameters"]["Store"];
                /** @description Only segments of this type */
                readonly type?: components["parameters"]["Type"];
                /** @description `full` adds what the catalogue says of each segment */
                readonly view?: components["parameters"]["View"];
            };
            readonly header?: {
                /** @description ETags the caller holds; one that still fits is answered 304 */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description How long the caller waits. What is not in a cache and could not be answered in time is refused at once, 503
                 *     `deadline`; after this time the store is not asked any more
                 */
                readonly "X-Request-Timeout-Ms"?: components["parameters"]["RequestTimeout"];
            };
            readonly path: {
                /**
                 * @description Percent-encoded UTF-8. Never normalised.
                 * @example 17850
                 */
                readonly customerId: components["parameters"]["CustomerId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The segments, of one generation */
            readonly 200: {
                headers: {
                    readonly Age: components["headers"]["Age"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly "Cache-Status": components["headers"]["Cache-Status"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly "Segment-Epoch": components["headers"]["Segment-Epoch"];
                    readonly "Segment-Epoch-Floor": components["headers"]["Segment-Epoch-Floor"];
                    readonly "Segment-Generation": components["headers"]["Segment-Generation"];
                    readonly "Segment-Stale": components["headers"]["Segment-Stale"];
                    readonly "Server-Timing": components["headers"]["Server-Timing"];
                    readonly [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "customerId": "17850",
                     *       "known": true,
                     *       "generation": "20260914t031500z",
                     *       "computedAt": "2026-09-14T03:15:00.000Z",
                     *       "complete": true,
                     *       "segmentIds": [
                     *         "recurrent:country:France"
                     *       ]
                     *     }
                     */
                    readonly "application/json": components["schemas"]["CustomerSegments"];
                };
            };
            readonly 304: components["responses"]["NotModified"];
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getMembership: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description ETags the caller holds; one that still fits is answered 304 */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description How long the caller waits. What is not in a cache and could not be answered in time is refused at once, 503
                 *     `deadline`; after this time the store is not asked any more
                 */
                readonly "X-Request-Timeout-Ms"?: components["parameters"]["RequestTimeout"];
            };
            readonly path: {
                /**
                 * @description Percent-encoded UTF-8. Never normalised.
                 * @example 17850
                 */
                readonly customerId: components["parameters"]["CustomerId"];
                /** @example recurrent:store:17 */
                readonly segmentId: components["parameters"]["SegmentId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The membership, of one generation */
            readonly 200: {
                headers: {
                    readonly Age: components["headers"]["Age"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly "Cache-Status": components["headers"]["Cache-Status"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly "Segment-Epoch": components["headers"]["Segment-Epoch"];
                    readonly "Segment-Epoch-Floor": components["headers"]["Segment-Epoch-Floor"];
                    readonly "Segment-Generation": components["headers"]["Segment-Generation"];
                    readonly "Segment-Stale": components["headers"]["Segment-Stale"];
                    readonly "Server-Timing": components["headers"]["Server-Timing"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Membership"];
                };
            };
            readonly 304: components["responses"]["NotModified"];
            readonly 404: components["responses"]["UnknownSegment"];
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getExperiments: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Version 0 where none were written yet */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly ETag: components["headers"]["Version-ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ExperimentsOfVersion"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putExperiments: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /**
                 * @description The version that the caller judged, in quotes, as it is in `version` and in `ETag`; `"0"` for what is not there yet.
                 *     Missing: 428; another form: 400; another version is there: 412
                 */
                readonly "If-Match": components["parameters"]["IfMatchVersion"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "holdOut": {
                 *         "percent": 5
                 *       },
                 *       "experiments": {
                 *         "win-back": {
                 *           "segment": "inactive:country:France",
                 *           "holdOut": 10,
                 *           "variants": [
                 *             {
                 *               "name": "control",
                 *               "weight": 1
                 *             },
                 *             {
                 *               "name": "discount",
                 *               "weight": 1
                 *             }
                 *           ]
                 *         }
                 *       }
                 *     }
                 */
                readonly "application/json": components["schemas"]["ExperimentSet"];
            };
        };
        readonly responses: {
            /** @description They are written */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly ETag: components["headers"]["Version-ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ExperimentsOfVersion"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listGenerations: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The generations */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["GenerationList"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly publishGeneration: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /**
                 * @description The epoch that the caller judged, in quotes; `GET /v1/generations` says it as `live.epoch`. Missing: 428; another
                 *     form: 400; another epoch is live: 412
                 * @example "7"
                 */
                readonly "If-Match": components["parameters"]["IfMatch"];
            };
            readonly path: {
                readonly run: components["parameters"]["Run"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It is live */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Live"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly rollBack: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /**
                 * @description The epoch that the caller judged, in quotes; `GET /v1/generations` says it as `live.epoch`. Missing: 428; another
                 *     form: 400; another epoch is live: 412
                 * @example "7"
                 */
                readonly "If-Match": components["parameters"]["IfMatch"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The generation before is live */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Live"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly lookupMany: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * @description How long the caller waits. What is not in a cache and could not be answered in time is refused at once, 503
                 *     `deadline`; after this time the store is not asked any more
                 */
                readonly "X-Request-Timeout-Ms"?: components["parameters"]["RequestTimeout"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "customerIds": [
                 *         "17850",
                 *         "13047"
                 *       ],
                 *       "filter": {
                 *         "country": [
                 *           "France"
                 *         ]
                 *       }
                 *     }
                 */
                readonly "application/json": components["schemas"]["LookupRequest"];
            };
        };
        readonly responses: {
            /** @description One item a customer asked */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly "Segment-Epoch": components["headers"]["Segment-Epoch"];
                    readonly "Segment-Epoch-Floor": components["headers"]["Segment-Epoch-Floor"];
                    readonly "Segment-Generation": components["headers"]["Segment-Generation"];
                    readonly "Segment-Stale": components["headers"]["Segment-Stale"];
                    readonly "Server-Timing": components["headers"]["Server-Timing"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["LookupResponse"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getRolloutRules: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description ETags the caller holds; one that still fits is answered 304 */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The rules */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Cache"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RolloutRules"];
                };
            };
            /** @description The caller holds these rules already */
            readonly 304: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Cache"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listRollouts: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The rollouts */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RolloutList"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getRollout: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @example new-checkout */
                readonly rollout: components["parameters"]["Rollout"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The rollout */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly ETag: components["headers"]["Version-ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Rollout"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly putRollout: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /**
                 * @description The version that the caller judged, in quotes, as it is in `version` and in `ETag`; `"0"` for what is not there yet.
                 *     Missing: 428; another form: 400; another version is there: 412
                 */
                readonly "If-Match": components["parameters"]["IfMatchVersion"];
            };
            readonly path: {
                /** @example new-checkout */
                readonly rollout: components["parameters"]["Rollout"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "owner": "checkout team",
                 *       "stages": [
                 *         {
                 *           "name": "lyon",
                 *           "cities": [
                 *             "Lyon"
                 *           ],
                 *           "countries": [
                 *             "France"
                 *           ],
                 *           "percent": 100,
                 *           "hold": "PT24H",
                 *           "signOffs": 0
                 *         },
                 *         {
                 *           "name": "france",
                 *           "countries": [
                 *             "France"
                 *           ],
                 *           "percent": 25,
                 *           "hold": "PT24H",
                 *           "signOffs": 1
                 *         }
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["Ladder"];
            };
        };
        readonly responses: {
            /** @description It is written */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly ETag: components["headers"]["Version-ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Rollout"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listRolloutSteps: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @example new-checkout */
                readonly rollout: components["parameters"]["Rollout"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The entries */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RolloutSteps"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly stepRollout: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /**
                 * @description The version that the caller judged, in quotes, as it is in `version` and in `ETag`; `"0"` for what is not there yet.
                 *     Missing: 428; another form: 400; another version is there: 412
                 */
                readonly "If-Match": components["parameters"]["IfMatchVersion"];
            };
            readonly path: {
                /** @example new-checkout */
                readonly rollout: components["parameters"]["Rollout"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "action": "advance",
                 *       "reason": "the first city"
                 *     }
                 */
                readonly "application/json": components["schemas"]["RolloutStep"];
            };
        };
        readonly responses: {
            /** @description It is done */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly ETag: components["headers"]["Version-ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Rollout"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listSegments: {
        readonly parameters: {
            readonly query?: {
                /** @description Only segments with this attribute `category` */
                readonly category?: components["parameters"]["Category"];
                /** @description Only segments with this attribute `city` */
                readonly city?: components["parameters"]["City"];
                /** @description Only segments with this attribute `country` */
                readonly country?: components["parameters"]["Country"];
                /** @description The `nextCursor` of the page before; opaque */
                readonly cursor?: string;
                /** @description Segments a page */
                readonly limit?: number;
                /** @description Only segments with this text in their id or name, in any case */
                readonly q?: string;
                /** @description Only segments with this attribute `store` */
                readonly store?: components["parameters"]["Store"];
                /** @description Only segments of this type */
                readonly type?: components["parameters"]["Type"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of segments */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Cache"];
                    readonly "Segment-Epoch": components["headers"]["Segment-Epoch"];
                    readonly "Segment-Epoch-Floor": components["headers"]["Segment-Epoch-Floor"];
                    readonly "Segment-Generation": components["headers"]["Segment-Generation"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SegmentPage"];
                };
            };
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly getSegment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @example recurrent:store:17 */
                readonly segmentId: components["parameters"]["SegmentId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The segment */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Cache"];
                    readonly "Segment-Epoch": components["headers"]["Segment-Epoch"];
                    readonly "Segment-Epoch-Floor": components["headers"]["Segment-Epoch-Floor"];
                    readonly "Segment-Generation": components["headers"]["Segment-Generation"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SegmentOfGeneration"];
                };
            };
            readonly 404: components["responses"]["UnknownSegment"];
            readonly default: components["responses"]["Problem"];
        };
    };
    readonly listMembers: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @example recurrent:store:17 */
                readonly segmentId: components["parameters"]["SegmentId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A customer a line */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["No-Store"];
                    readonly "Segment-Epoch": components["headers"]["Segment-Epoch"];
                    readonly "Segment-Epoch-Floor": components["headers"]["Segment-Epoch-Floor"];
                    readonly "Segment-Generation": components["headers"]["Segment-Generation"];
                    readonly [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {"customerId":"17850"}
                     *     {"customerId":"13047"}
                     */
                    readonly "application/x-ndjson": components["schemas"]["MemberLine"];
                };
            };
            readonly 404: components["responses"]["UnknownSegment"];
            readonly default: components["responses"]["Problem"];
        };
    };
}

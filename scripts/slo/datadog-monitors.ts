/** What Datadog is asked for each alert that is no objective: https://docs.datadoghq.com/api/latest/monitors/ */

/** Above or below `critical`; `type` as its API has it. */
export interface Asked {
  readonly type: 'query alert' | 'service check';
  readonly query: string;
  readonly critical: number;
  /** Nothing is told for so long: that, too, is an alert. */
  readonly noDataMinutes?: number;
}

const above = (query: string, critical: number): Asked => ({
  type: 'query alert',
  query: `${query} > ${critical}`,
  critical,
});
const below = (query: string, critical: number): Asked => ({
  type: 'query alert',
  query: `${query} < ${critical}`,
  critical,
});
const failed = (check: string, scope: string, by: string): Asked => ({
  type: 'service check',
  query: `"${check}".over("${scope}").by("${by}").last(4).count_by_status()`,
  critical: 3,
});

/** What a watch failed at, which counts from nothing on for as long as it runs, beside what of a job is not 0. */
const orWatch = (ofJob: string, codes: string): Asked =>
  above(
    `max(last_15m):${ofJob} + monotonic_diff(default_zero(sum:segments.segment_ingest_item_failures{item:run AND ${codes}}))`,
    0,
  );
const exitCode = 'default_zero(max:segments.segment_ingest_exit_code{*})';
const onHold = 'default_zero(max:segments.segment_ingest_failure_info{reason:on_hold})';
const DAY = 86_400;

const client = (labels: string): string => `sum:segments.segment_store_client_${labels}.as_count()`;
const perClient = 'by {segment_store_client_name}';
const aside = 'queuename:*-aside OR queuename:*-dlq';

/** By name of the alert. */
export const DATADOG_MONITORS: Readonly<Record<string, Asked>> = {
  SegmentServerDown: failed('segments.openmetrics.health', 'service:segment-server', 'host'),
  // Of all that were seen, half and more: a percentage, hence 50.
  SegmentServersDown: {
    type: 'service check',
    query: '"segments.openmetrics.health".over("service:segment-server").by("*").last(2).pct_by_status()',
    critical: 50,
    noDataMinutes: 2,
  },
  SegmentProbeFailing: failed('http.can_connect', 'instance:segments', 'url'),
  SegmentServerNotServing: {
    ...below('max(last_1m):max:segments.segment_generation_info{*} by {host}', 1),
    noDataMinutes: 2,
  },
  SegmentEventLoopBusy: above('avg(last_5m):max:segments.nodejs_eventloop_utilization_ratio{*} by {host}', 0.8),
  SegmentShedding: above(
    'sum(last_5m):sum:segments.segment_shed.count{!reason:rate}.as_count() / sum:segments.http_server_request_duration_seconds.count{route:/v1/*}.as_count()',
    0.01,
  ),
  SegmentGenerationLate: above(
    'max(last_5m):max:segments.segment_generation_age_seconds{*} / max:segments.segment_generation_expected_seconds{*}',
    1.25,
  ),
  SegmentGenerationsDiffer: above(
    'min(last_5m):count_nonzero(max:segments.segment_generation_info{*} by {generation})',
    1,
  ),
  // Seconds of age where no expectation is: with one, this is below 0.
  SegmentExpectationMissing: above(
    'min(last_5m):max:segments.segment_generation_age_seconds{*} - 100000000000 * default_zero(max:segments.segment_generation_expected_seconds{*})',
    0,
  ),
  SegmentRolledBack: above('change(max(last_5m),last_15m):max:segments.segment_epoch_floor{*}', 0),
  SegmentStoreUnreachable: above('min(last_1m):avg:segments.segment_breaker_state{dependency:store}', 0.5),
  SegmentElasticsearchRed: failed('elasticsearch.cluster_health', '*', 'url'),
  SegmentElasticsearchNodeLost: below('change(min(last_5m),last_1h):max:elasticsearch.number_of_nodes{*}', 0),
  SegmentElasticsearchDisk: below(
    'max(last_5m):min:elasticsearch.fs.total.available_in_bytes{*} by {node_name} / min:elasticsearch.fs.total.total_in_bytes{*} by {node_name}',
    0.15,
  ),
  SegmentRedisDown: above('min(last_1m):avg:segments.segment_breaker_state{dependency:redis}', 0.5),
  SegmentCacheHitRatioLow: below(
    'sum(last_15m):sum:segments.segment_cache_requests.count{result IN (hit,stale)}.as_count() / sum:segments.segment_cache_requests.count{tier:l1}.as_count()',
    0.97,
  ),
  SegmentIngestRefused: below(
    'max(last_5m):min:segments.segment_ingest_gate_passed{!gate:rejected AND !gate:parts} by {gate}',
    1,
  ),
  SegmentIngestBudgetSpent: below(
    'max(last_5m):min:segments.segment_ingest_gate_passed{gate IN (rejected,parts)} by {gate}',
    1,
  ),
  SegmentIngestDeadLetters: above('max(last_5m):sum:segments.segment_ingest_rows_rejected{*} by {reason}', 0),
  SegmentIngestHeld: orWatch(`${onHold} * ${exitCode}`, 'code:on_hold'),
  // 0, 4 and 5 are no failures: of these the product is 0, of the others it is above.
  SegmentIngestFailed: orWatch(
    `${exitCode} * (${exitCode} - 4) * (${exitCode} - 5)`,
    'code NOT IN (on_hold,refused,held,fenced,older)',
  ),
  SegmentQueueOld: above(
    `min(last_5m):max:aws.sqs.approximate_age_of_oldest_message{!(${aside})} by {queuename}`,
    1800,
  ),
  SegmentQueueDeep: above(
    `min(last_15m):max:aws.sqs.approximate_number_of_messages_visible{!(${aside})} by {queuename}`,
    10,
  ),
  SegmentQueueAside: above(
    `max(last_5m):max:aws.sqs.approximate_number_of_messages_visible{${aside}} by {queuename}`,
    0,
  ),
  SegmentCalculationFailed: above('max(last_5m):max:segments.segment_compute_exit_code{*}', 0),
  SegmentClientBreakerOpen: above(`min(last_1m):max:segments.segment_store_client_breaker_state{*} ${perClient}`, 0),
  SegmentClientFallbacks: above(
    `sum(last_5m):${client(`lookups.count{segment_store_served_from:fallback} ${perClient}`)} / ${client(`lookups.count{*} ${perClient}`)}`,
    0.01,
  ),
  SegmentClientLimited: above(
    `sum(last_5m):${client(`errors.count{error_type IN (overloaded,throttled)} ${perClient}`)} / ${client(`lookups.count{*} ${perClient}`)}`,
    0.01,
  ),
  'SegmentKeyExpiring ticket': below('max(last_5m):min:segments.segment_key_remaining_seconds{*} by {key}', 14 * DAY),
  'SegmentKeyExpiring page': below('max(last_5m):min:segments.segment_key_remaining_seconds{*} by {key}', DAY),
  'SegmentCertificateExpiring ticket': below('max(last_15m):min:tls.days_left{*} by {server_hostname}', 14),
  'SegmentCertificateExpiring page': below('max(last_15m):min:tls.days_left{*} by {server_hostname}', 2),
  // An instance of the agent's that cannot be reached is critical; one that is not configured at all is told by nobody.
  SegmentFiguresMissing: failed('segments.openmetrics.health', '!service:segment-server', 'endpoint'),
};

/** Alerts that Datadog cannot be asked for, and why. */
export const NOT_IN_DATADOG: Readonly<Record<string, string>> = {
  SegmentServerRestarting: 'it does not count how often a level changed',
  SegmentElasticsearchReadOnly: 'its Elasticsearch integration does not tell of blocks',
  SegmentIngestSilent: 'it knows no time of a file; the monitor of another integration on the job stands for it',
  SegmentCalculationLate: 'a moment cannot be compared with now in a monitor; SegmentGenerationLate comes later',
};

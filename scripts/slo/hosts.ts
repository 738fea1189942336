/** Where people find run-books and dashboards. Put yours in, then `npm run generate`: nothing else has these hosts. */

/** The folder docs/runbooks, as people read it. */
const RUN_BOOKS = 'https://docs.segments.example/runbooks';
const GRAFANA = 'https://grafana.segments.example';

export const runBookOf = (alert: string): string => `${RUN_BOOKS}/${alert}.md`;

/** Of a dashboard's uid: `segments-overview`. */
export const dashboardOf = (uid: string): string => `${GRAFANA}/d/${uid}`;

/** Of a file of rules that people write: its links lead to these hosts, whichever they had. */
export const withHosts = (rules: string): string =>
  rules
    .replace(/(?<=\brunbook_url: )\S+\/(\w+)\.md$/gm, (_, alert: string) => runBookOf(alert))
    .replace(/(?<=\bdashboard_url: )\S+\/d\/([\w-]+)$/gm, (_, uid: string) => dashboardOf(uid));

/** Of this package, as `--version` and `/statusz` say it. */
export const VERSION = '0.1.0';

/** What stands on many pages. */
export const parts = {
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'This browser does not let pages copy here: mark it and copy it yourself.',
  export: 'Export',
  exportCsv: 'as CSV',
  exportJson: 'as JSON',
  chartAsTable: 'As a table',
  chartAsPicture: 'As a chart',
  time: 'Time',
  nothingInRange: 'Nothing in this time.',
  loadingChart: 'Drawing…',
  ranges: { '1h': 'Last hour', '24h': 'Last 24 hours', '7d': 'Last 7 days', '30d': 'Last 30 days' },
  range: 'Time range',
  otherPlatforms: 'Other platforms',
  othersUnheard: 'Other platforms are not heard',
} as const;

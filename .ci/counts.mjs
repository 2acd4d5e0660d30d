/**
 * Prints `passed failed skipped behind` of a Vitest JSON report, `behind` being those of the skipped that are in files with failures; with
 * --failures the names of what failed or was skipped, with --failed-files the files with failures, with --slowest the files that took longest.
 */
import { readFileSync } from 'node:fs';

const [first, second] = process.argv.slice(2);
const report = JSON.parse(readFileSync(first.startsWith('--') ? second : first, 'utf8'));
if (first === '--failures') {
  for (const file of report.testResults) {
    if (file.status === 'failed' && file.message) console.log(`${file.name}: ${file.message.slice(0, 2000)}`);
    for (const test of file.assertionResults) {
      if (test.status !== 'passed')
        console.log(`${test.status}: ${test.fullName}\n  ${(test.failureMessages ?? []).join('\n  ').slice(0, 2000)}`);
    }
  }
} else if (first === '--failed-files') {
  for (const { name, status } of report.testResults) if (status === 'failed') console.log(name);
} else if (first === '--slowest') {
  const files = report.testResults.map(({ name, startTime, endTime }) => ({
    name,
    seconds: (endTime - startTime) / 1000,
  }));
  const shown = files.toSorted((a, b) => b.seconds - a.seconds).slice(0, 8);
  console.log(
    shown.map(({ name, seconds }) => `${name.split('/').slice(-2).join('/')} ${seconds.toFixed(0)} s`).join(', '),
  );
} else {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  const behind = report.testResults
    .filter(({ status }) => status === 'failed')
    .flatMap((file) => file.assertionResults)
    .filter(({ status }) => status !== 'passed' && status !== 'failed').length;
  console.log(
    report.numPassedTests,
    report.numFailedTests + broken,
    report.numPendingTests + (report.numTodoTests ?? 0),
    behind,
  );
}

/** Tells what a shell on the machine observed, whatever protocol it runs behind. One for each shell. */
import type { ShellObservation } from '../shell/shell.types.ts';
import type { MachineLease } from './machine-pool.ts';
import { ProgramWatch } from './program-watch.ts';
import type { ServiceTelemetry } from './service-telemetry.ts';
import type { Kept } from './service.types.ts';

export interface ShellWatchHost {
  readonly report: ServiceTelemetry;
  readonly lease: MachineLease | undefined;
  keep(content: Uint8Array): Promise<Kept>;
  failed(error: unknown): void;
}

export class ShellWatch {
  readonly #host: ShellWatchHost;
  readonly #programs = new ProgramWatch();

  constructor(host: ShellWatchHost) {
    this.#host = host;
  }

  observe(observation: ShellObservation): void {
    const { report, lease } = this.#host;
    lease?.changed();
    switch (observation.kind) {
      case 'input':
        this.#programs.typed(observation.line);
        return report.command(observation.line);
      case 'command': {
        const { argv, exitCode, cwd } = observation;
        if (this.#programs.isNews(argv)) report.program(argv, exitCode, cwd);
        return;
      }
      case 'download':
        return report.download(observation.url, observation.tool, observation.path);
      case 'file': {
        const { path, content, how } = observation;
        this.#host.keep(content).then(
          (kept) => report.upload({ path, kept, size: content.length, how }),
          (error: unknown) => this.#host.failed(error),
        );
        return;
      }
      case 'execute':
        return report.execute(observation.path, observation.argv);
      case 'connect':
        return report.forward('connect', observation.host, observation.port);
      case 'bounded':
        return report.bounded(observation.what);
    }
  }
}

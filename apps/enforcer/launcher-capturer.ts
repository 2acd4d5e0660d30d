/** The launcher as who captures packets: it has the right to have processes see some, and hears what is wanted over its channel. */
import type { WantedCapture } from '@netsentinel/contracts/capture';
import type { FromEnforcerHost } from '@netsentinel/contracts/process';
import type { CaptureReport, Capturer } from '@netsentinel/enforcer/capturer.types';

export class LauncherCapturer implements Capturer {
  readonly unable: string | undefined;
  readonly #send: (word: FromEnforcerHost) => void;
  #listen: (report: CaptureReport) => void = () => {};

  constructor(unable: string | undefined, send: (word: FromEnforcerHost) => void) {
    this.unable = unable;
    this.#send = send;
  }

  want(captures: readonly WantedCapture[]): void {
    if (this.unable === undefined) this.#send({ t: 'capture', wanted: [...captures] });
  }

  onReport(listen: (report: CaptureReport) => void): void {
    this.#listen = listen;
  }

  /** What the launcher said. */
  heard(report: CaptureReport): void {
    this.#listen(report);
  }
}

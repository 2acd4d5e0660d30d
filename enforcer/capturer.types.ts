/** Who captures packets for us: the enforcer has no right to see any. */
import type { CaptureNews, CaptureStanding, WantedCapture } from '@netsentinel/contracts/capture';

export interface CaptureReport {
  /** All that are captured, or should be and are not. */
  readonly captures: readonly CaptureStanding[];
  /** What became of files since the last report. */
  readonly news: readonly CaptureNews[];
}

export interface Capturer {
  /** Why nothing can be captured on this machine; undefined where it can. */
  readonly unable: string | undefined;
  /** All that shall be captured from now on. How it stands is told in reports, at least one. */
  want(captures: readonly WantedCapture[]): void;
  /** There is one listener. */
  onReport(listen: (report: CaptureReport) => void): void;
}

/** What a responder may need that it cannot make itself. */
export interface ResponderPorts {
  readonly capturer?: Capturer;
}

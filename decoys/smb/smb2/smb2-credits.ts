/** How many requests a client may still send (MS-SMB2 section 3.3.1.2): each spends some, each answer grants some. */
import { STATUS } from '../nt-status.ts';
import { COMMAND, type Smb2Header } from './smb2-header.ts';

const MAX_CREDITS = 8192;

export class Smb2Credits {
  #granted = 1;

  /** What the answer with this status grants. */
  grant(header: Smb2Header, status: number): number {
    const asked = Math.max(1, header.credits);
    const spent = Math.max(1, header.creditCharge);
    this.#granted = Math.max(0, this.#granted - spent);
    if (
      header.command === COMMAND.negotiate ||
      status === STATUS.MORE_PROCESSING_REQUIRED ||
      status === STATUS.PENDING
    ) {
      this.#granted += 1;
      return 1;
    }
    const given = Math.max(1, Math.min(asked, MAX_CREDITS - this.#granted));
    this.#granted += given;
    return given;
  }
}

/** A progress bar on stderr, where that is a terminal; nothing elsewhere. */

const width = 30;
const redrawMs = 100;

export interface Progress {
  /** `part` of the whole, from 0 to 1, and a few words beside the bar. */
  show(part: number, words: string): void;
  /** Takes the bar away. */
  end(): void;
}

export function openProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { show: () => undefined, end: () => undefined };
  let drawnMs = 0;
  return {
    show: (part, words) => {
      const now = performance.now();
      if (now - drawnMs < redrawMs) return;
      drawnMs = now;
      const filled = Math.round(Math.min(1, Math.max(0, part)) * width);
      stream.write(
        `\r\u001b[K${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${String(Math.round(part * 100)).padStart(3)} %  ${words}`,
      );
    },
    end: () => stream.write('\r\u001b[K'),
  };
}

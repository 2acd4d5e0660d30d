/** Marks what belongs to the tour; nothing for all else. */
import { isRecorded } from '@netsentinel/contracts/recorded';
import * as text from '../../text/index.ts';

export function RecordedBadge({ id }: { readonly id: string }) {
  if (!isRecorded(id)) return null;
  return (
    <span className="badge recorded" title={text.tour.badgeTitle}>
      {text.tour.badge}
    </span>
  );
}

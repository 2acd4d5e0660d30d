/** A file was put onto a decoy. */
import { quote } from '../command-detector.ts';
import { plainDetector } from '../detector.types.ts';

export const fileUpload = plainDetector(
  {
    id: 'file-upload',
    title: 'File uploaded to a decoy',
    severity: 'high',
    confidence: 90,
    techniques: ['T1105'],
    tactics: ['TA0011'],
    falsePositives: 'A mistaken copy of a colleague’s.',
    on: ['upload'],
  },
  ({ event }) => ({
    summary: `Uploaded ${quote(event.file?.path ?? event.file?.name ?? event.netsentinel.upload?.sha256 ?? '')}`,
  }),
);

/** A file was fetched from elsewhere, or a program was told to. */
import { quote, showCommand } from '../command-detector.ts';
import { plainDetector } from '../detector.types.ts';
import { isFetch } from '../fetching.ts';

export const downloadTool = plainDetector(
  {
    id: 'download-tool',
    title: 'Download of a file from elsewhere',
    severity: 'medium',
    confidence: 85,
    techniques: ['T1105'],
    tactics: ['TA0011'],
    falsePositives: 'An administrator who installs software by hand.',
    on: ['command', 'program', 'download'],
  },
  ({ event, interaction, line }) => {
    if (interaction === 'download')
      return { summary: `Downloaded ${quote(event.url?.original ?? event.url?.full ?? event.file?.path ?? '')}` };
    const command = line.commands.find(isFetch);
    return command === undefined ? undefined : { summary: `Download: ${quote(showCommand(command))}` };
  },
);

/** What a browser keeps of the guide: `SEEN`, or the number of the step that is shown; nothing where it was never begun. */
export const GUIDE_KEY = 'netsentinel:guide';
export const SEEN = 'seen';

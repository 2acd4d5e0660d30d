/** What of an incident's many changes is news to whoever watches a terminal: a new story, another title, another severity. */
const MAX_REMEMBERED = 10_000;

export interface IncidentLine {
  readonly id: string;
  readonly title: string;
  readonly severity: string;
}

/** Answers whether this change reads differently from the last one shown of the same incident. */
export function incidentNews(): (incident: IncidentLine) => boolean {
  const shown = new Map<string, string>();
  return ({ id, title, severity }) => {
    const text = `${severity} ${title}`;
    if (shown.get(id) === text) return false;
    if (shown.size >= MAX_REMEMBERED) shown.clear();
    shown.set(id, text);
    return true;
  };
}

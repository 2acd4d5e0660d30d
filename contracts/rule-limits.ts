/** Of the text of one or several rules that comes through the API, in characters. */
export const MAX_RULE_TEXT = 32_768;
